import { describe, expect, it } from 'vitest';
import { askedApprovals, guardPurgeArgv, lessGuarded } from '#domain/landing/guarded-branches.ts';
import type { Policy } from '#domain/policy/policy.ts';
import { REPOSITORY, viewWith } from '../../../support/decisions.ts';
import { policyAt } from '../../../support/policies.ts';

const MAIN = `${REPOSITORY}@heads/main`;
const viewOf = (...policies: readonly Policy[]) => viewWith([], { policies });

describe('branches that a purge rewrites', () => {
  const land = policyAt({ approvals: 1, guarded: ['policy:write'], quorum: 2, wait: 3600 }, MAIN);

  it('are named where landings on them need approvals, and the purge is guarded less than that rule', () => {
    expect(lessGuarded(viewOf(), ['main'])).toEqual([]);
    expect(lessGuarded(viewOf(land), ['main', 'topic'])).toEqual([{ branch: 'main', quorum: 2, wait: 3600 }]);
    const alone = policyAt({ guarded: ['purge:apply'], quorum: 2 });
    expect(lessGuarded(viewOf(land, alone), ['main'])).toHaveLength(1);
    const both = policyAt({ guarded: ['purge:apply'], quorum: 2, wait: 3600 });
    expect(lessGuarded(viewOf(land, both), ['main'])).toEqual([]);
    // What is guarded at the branch is not asked where the whole repository is.
    const elsewhere = policyAt({ guarded: ['purge:apply', 'policy:write'], approvals: 1, quorum: 3 }, MAIN);
    expect(lessGuarded(viewOf(elsewhere), ['main'])).toHaveLength(1);
    // Whoever may take the rule away alone may as well purge.
    expect(lessGuarded(viewOf(policyAt({ approvals: 2 })), ['main'])).toEqual([]);
    expect(lessGuarded(viewOf(policyAt({ guarded: ['policy:write'], quorum: 2 })), ['main'])).toEqual([]);
  });

  it('come with the policy that asks as much of a purge, and keeps what is guarded already', () => {
    const own = policyAt({ guarded: ['grant:write'], quorum: 3 });
    const view = viewOf(land, own);
    expect(guardPurgeArgv(view, lessGuarded(view, ['main'])).join(' ')).toBe(
      'heddle policy set --guard grant:write,purge:apply --quorum 3 --wait 1h',
    );
  });

  it('come with how many people approve what is landed', () => {
    const view = viewOf(policyAt({ approvals: 1 }), policyAt({ approvals: 2 }, MAIN));
    expect([askedApprovals(view, 'main'), askedApprovals(view, 'topic')]).toEqual([2, 1]);
    expect(askedApprovals(viewOf(), 'main')).toBe(0);
  });
});
