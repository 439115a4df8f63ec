import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import type { TombstoneId } from '#domain/id.ts';
import { askedApprovals, guardPurgeArgv, lessGuarded } from '#domain/landing/guarded-branches.ts';
import { BRANCH_REFS } from '#domain/refs.ts';

type Policies = Pick<AuthorityView, 'repository' | 'policies'>;

/**
 * Lets nobody move a branch by a purge who could neither land on it nor take its rules away. Throws `REWRITE_REFUSED`
 * where landings need approvals, and a policy asks more of whoever would change that than of the purge.
 */
export function requireGuarded(
  view: Policies,
  { tombstone, refs }: { readonly tombstone: TombstoneId; readonly refs: readonly string[] },
): void {
  const branches = lessGuarded(view, branchesOf(refs));
  const [first] = branches;
  if (first === undefined) return;
  const argv = guardPurgeArgv(view, branches).join(' ');
  const why = `people approve what lands on ${first.branch}, and a purge is guarded less than that rule; next: \`${argv}\``;
  throw new HeddleError('REWRITE_REFUSED', `Git's history cannot be rewritten: ${why}`, {
    facts: { tombstone, obstacles: branches.map(({ branch }) => `policy: ${BRANCH_REFS}${branch}`) },
    preserved: 'nothing was changed',
  });
}

/** Names the branches on which people approve what is landed: a rewriting brings nothing new, and waits for nobody. */
export function tellApproved(view: Policies, refs: readonly string[]): readonly string[] {
  return branchesOf(refs).flatMap((branch) => {
    const approvals = askedApprovals(view, branch);
    if (approvals === 0) return [];
    const people = approvals === 1 ? '1 person approves' : `${approvals} people approve`;
    return [`${people} what is landed on ${branch}: tell them that it moves, as an owner's act`];
  });
}

function branchesOf(refs: readonly string[]): readonly string[] {
  return refs.flatMap((ref) => (ref.startsWith(BRANCH_REFS) ? [ref.slice(BRANCH_REFS.length)] : []));
}
