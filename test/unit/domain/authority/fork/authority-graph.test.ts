import { beforeEach, describe, expect, it } from 'vitest';
import { findPrincipal, heldAt } from '#domain/authority/authority-view.ts';
import type { AuthorityBody } from '#domain/authority/authority.ts';
import type { Role } from '#domain/authority/role.ts';
import { parseId, type AuthorityId } from '#domain/id.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { NO_RULES, type PolicyRules } from '#domain/policy/policy.ts';
import {
  addKey,
  ChainWriter,
  GENESIS_BODY,
  keysOf,
  proofOf,
  replicaBody,
  type WriteOptions,
} from '../../../../support/authority-chain.ts';
import { ForkWriter, idOf, problemOf } from '../../../../support/authority-forks.ts';
import { chainOf, delegation, DEV, EARLIER, NOW, OWNER, session } from '../../../../support/decisions.ts';

const ADMIN = 'admin@example.com';
const EVE = 'eve@example.com';
const REPO = 'acme/core';

function grant(principal: string, role: Role, resource = REPO): AuthorityBody {
  return { kind: 'grant', action: 'add', principal, role, resource, until: null };
}

function remove(id: AuthorityId): AuthorityBody {
  return { kind: 'grant', action: 'remove', grant: id, seen: [] };
}

function revokeKey(principal: string): AuthorityBody {
  return { kind: 'key', action: 'revoke', principal, root: keysOf(principal).root, seen: [] };
}

function rotate(principal: string, name: string): AuthorityBody {
  const keys = keysOf(name);
  return { kind: 'key', action: 'rotate', principal, keys, proof: proofOf(principal, keys) };
}

function policy(resource: string, rules: Partial<PolicyRules>): AuthorityBody {
  return { kind: 'policy', resource, rules: { ...NO_RULES, ...rules } };
}

let forks: ForkWriter;
let base: AuthorityId;
let adminGrant: AuthorityId;
let devGrant: AuthorityId;

beforeEach(() => {
  forks = new ForkWriter();
  let head = forks.genesis;
  for (const principal of [DEV, ADMIN, EVE]) head = forks.write(head, addKey(principal));
  adminGrant = forks.write(head, grant(ADMIN, 'admin'));
  devGrant = forks.write(adminGrant, grant(DEV, 'developer', 'acme/core@task'));
  base = devGrant;
});

/** Writes records one after another. */
function line(
  from: AuthorityId,
  ...records: readonly (readonly [AuthorityBody, WriteOptions?])[]
): AuthorityId {
  return records.reduce((head, [body, options]) => forks.write(head, body, options), from);
}

function joined(one: AuthorityId, other: AuthorityId) {
  return forks.view(idOf(forks.merge(one, other)));
}

describe('a joined fork', () => {
  it('has what both sides gave, by whoever still may give it', () => {
    const a = line(base, [grant(EVE, 'reader')], [replicaBody('a')]);
    const b = line(base, [grant(DEV, 'developer', 'acme/core@more'), { by: ADMIN }], [replicaBody('b')]);
    const view = joined(a, b);
    expect(heldAt(view, EVE, REPO, NOW)?.role).toBe('reader');
    expect(heldAt(view, DEV, 'acme/core@more', NOW)?.role).toBe('developer');
    expect(view.replicas).toHaveLength(2);
    expect(view.seq).toBe(Math.max(forks.view(a).seq, forks.view(b).seq) + 1);
  });

  it.each([
    ['removed the grant that it stood on', (): AuthorityBody => remove(adminGrant)],
    ['revoked its author’s keys', () => revokeKey(ADMIN)],
    ['rotated its author’s keys', () => rotate(ADMIN, 'new')],
    [
      'revoked its session',
      (): AuthorityBody => ({ kind: 'revoke', session: session(ADMIN).session, block: null, seen: [] }),
    ],
  ])('drops what was given, and all that stood on it, where the other side %s', (_what, taking) => {
    const a = line(base, [taking()]);
    const b = line(
      base,
      [grant(EVE, 'admin'), { by: ADMIN }],
      [addKey('fred@example.com'), { by: EVE }],
      [grant('fred@example.com', 'developer'), { by: EVE }],
      [replicaBody('eve'), { by: EVE }],
    );
    const view = joined(a, b);
    expect(heldAt(view, EVE, REPO, NOW)).toBeNull();
    expect(heldAt(view, 'fred@example.com', REPO, NOW)).toBeNull();
    expect(findPrincipal(view, 'fred@example.com')).toBeUndefined();
    expect(forks.graph.join(a, b)?.beaten).toHaveLength(3);
  });

  it('keeps what was taken away, even by somebody who lost their own authority meanwhile', () => {
    const a = line(base, [remove(adminGrant)]);
    const b = line(base, [remove(devGrant), { by: ADMIN }]);
    expect(heldAt(joined(a, b), DEV, 'acme/core@task', NOW)).toBeNull();
  });

  it('gives nobody a role where the other side took one from them, there, above or below', () => {
    const a = line(base, [remove(devGrant)]);
    for (const resource of [REPO, 'acme/core@task', 'acme/core@task/login', 'acme/core:src']) {
      const b = line(base, [grant(DEV, 'admin', resource)]);
      expect(heldAt(joined(a, b), DEV, 'acme/core@task/login:src', NOW)).toBeNull();
    }
    const b = line(base, [grant(DEV, 'admin', 'acme/core@other')]);
    expect(heldAt(joined(a, b), DEV, 'acme/core@other', NOW)?.role).toBe('admin');
  });

  it('stays frozen where one side froze it and the other lifted an older freeze', () => {
    const frozen = line(base, [{ kind: 'freeze', seen: [] }]);
    const a = line(frozen, [{ kind: 'unfreeze' }]);
    const at = EARLIER;
    const b = line(frozen, [{ kind: 'unfreeze' }, { at }], [{ kind: 'freeze', seen: [] }]);
    expect(joined(a, b).frozen).not.toBeNull();
    expect(joined(a, line(frozen, [{ kind: 'unfreeze' }, { at }], [grant(EVE, 'reader')])).frozen).toBeNull();
    expect(joined(a, line(frozen, [replicaBody('x')])).frozen).toBeNull();
  });

  it('knows a name and a key of one principal only', () => {
    const other = keysOf('other');
    const a = line(base, [addKey('new@example.com')]);
    const same = line(base, [replicaBody('x')], [addKey('new@example.com')]);
    expect(findPrincipal(joined(a, same), 'new@example.com')?.keys).toEqual(keysOf('new@example.com'));
    const b = line(base, [addKey('new@example.com', other)]);
    expect(findPrincipal(joined(a, b), 'new@example.com')).toBeUndefined();
    const c = line(base, [addKey('someone@example.com', other)]);
    const view = joined(b, c);
    expect(view.principals.filter(({ keys, revoked }) => keys.root === other.root && !revoked)).toEqual([]);
  });

  it('does not know keys again that one side revoked and the other rotated', () => {
    const a = line(base, [revokeKey(DEV)]);
    const b = line(base, [rotate(DEV, 'new')]);
    expect(findPrincipal(joined(a, b), DEV)).toBeUndefined();
  });

  it('asks what the policies of both sides ask, and loosens what both loosen', () => {
    const loose = line(base, [policy(REPO, { agents: 'any', depth: 3 })]);
    const a = line(loose, [policy(REPO, { agents: 'any', depth: 2 })]);
    const b = line(loose, [policy(REPO, { life: 60 })]);
    expect(effectivePolicy(joined(a, b), REPO)).toEqual({ ...NO_RULES, depth: 2, life: 60 });
    const c = line(loose, [policy(REPO, { agents: 'any', approvals: 1 })]);
    expect(effectivePolicy(joined(a, c), REPO)).toMatchObject({ agents: 'any', depth: 2, approvals: 1 });
    // Whoever knows both replaces both.
    const after = line(idOf(forks.merge(a, b)), [policy(REPO, { life: 90 })]);
    expect(forks.view(after).policies).toHaveLength(1);
  });

  it('opens no branch, lets no secret or hook pass and no list travel, where one side alone says so', () => {
    const open = { branches: 'open', secrets: 'off', hooks: 'observe', shunList: 'travelling' } as const;
    const [a, b] = [line(base, [policy(REPO, open)]), line(base, [policy(REPO, { life: 60 })])];
    expect(effectivePolicy(joined(a, b), REPO)).toEqual({ ...NO_RULES, life: 60 });
    const c = line(base, [policy(REPO, { branches: 'landed', secrets: 'warn', hooks: 'observe' })]);
    expect(effectivePolicy(joined(a, c), REPO)).toEqual({
      ...NO_RULES,
      branches: 'landed',
      secrets: 'warn',
      hooks: 'observe',
    });
    const d = line(base, [policy(REPO, { secrets: 'refuse', hooks: 'enforce' })]);
    expect(effectivePolicy(joined(a, d), REPO)).toEqual({ ...NO_RULES, secrets: 'refuse', hooks: 'enforce' });
  });

  it('lets a policy of somebody who lost the right to set one loosen nothing, and replace nothing', () => {
    const owner = line(base, [grant(EVE, 'owner')]);
    const strict = line(owner, [policy(REPO, { depth: 1 })]);
    const a = line(strict, [revokeKey(EVE)]);
    const b = line(strict, [
      policy(REPO, {
        agents: 'any',
        breakGlass: 'maintainer',
        branches: 'open',
        secrets: 'off',
        hooks: 'observe',
        shunList: 'travelling',
        life: 60,
      }),
      { by: EVE },
    ]);
    expect(effectivePolicy(joined(a, b), REPO)).toEqual({ ...NO_RULES, depth: 1, life: 60 });
    const c = line(strict, [policy(REPO, {}), { by: EVE }]);
    expect(effectivePolicy(joined(a, c), REPO)).toEqual({ ...NO_RULES, depth: 1 });
  });

  it('lets consent be used on neither side where it was used on both', () => {
    const consents = [parseId('hq', `hq-${'0'.repeat(52)}`)];
    const a = line(base, [grant(EVE, 'reader', 'acme/core@a'), { record: { consents } }]);
    const b = line(base, [grant(EVE, 'reader', 'acme/core@b'), { record: { consents } }]);
    const view = joined(a, b);
    expect(view.grants.filter(({ principal }) => principal === EVE)).toEqual([]);
    expect(view.consents).toEqual(consents);
  });

  it('has what was given again by somebody who knew that it was taken away', () => {
    const a = line(base, [remove(devGrant)]);
    const b = line(base, [grant(DEV, 'developer', 'acme/core@task')]);
    const merge = idOf(forks.merge(a, b));
    const after = line(merge, [grant(DEV, 'developer', 'acme/core@task')]);
    const c = line(base, [grant(EVE, 'reader')]);
    expect(heldAt(joined(after, c), DEV, 'acme/core@task', NOW)?.role).toBe('developer');
  });
});

describe('the record that joins', () => {
  it('is by anybody with live keys and session in what both sides come to, an agent and in a freeze, too', () => {
    const a = line(base, [revokeKey(DEV)], [{ kind: 'freeze', seen: [] }]);
    const b = line(base, [grant(EVE, 'reader')]);
    expect(problemOf(forks.merge(a, b, { by: DEV }))).toBe('its author has no live keys');
    const gone = chainOf(session(EVE, { session: 'gone' }));
    const c = line(base, [{ kind: 'revoke', session: 'gone', block: null, seen: [] }]);
    expect(problemOf(forks.merge(b, c, { by: EVE, chain: gone }))).toBe('its session was revoked');
    const agent = chainOf(session(EVE), [delegation('bot')]);
    expect(problemOf(forks.merge(a, b, { by: EVE, chain: agent }))).toBe('valid');
  });

  it('names two records that are apart, in order, one more than the later', () => {
    const [a, b] = [line(base, [grant(EVE, 'reader')]), line(base, [replicaBody('b')])];
    const wrong = (prev: readonly AuthorityId[], options: WriteOptions = {}) =>
      problemOf(forks.after(prev, { kind: 'merge' }, options));
    expect(wrong([a, b].toSorted().toReversed())).toBe('it does not name what it joins in order');
    expect(wrong([a])).toBe('it does not continue the chain');
    expect(wrong([base, a].toSorted())).toBe('it joins what was not apart');
    expect(wrong([a, b].toSorted(), { record: { prev: [a, b].toSorted(), seq: 9 } })).toBe(
      'it is out of sequence',
    );
    expect(problemOf(forks.after([a, b].toSorted(), grant(EVE, 'reader')))).toBe(
      'it does not continue the chain',
    );
    expect(wrong([a, b].toSorted())).toBe('valid');
  });

  it('is not valid where nobody would own the repository any more', () => {
    const two = line(base, [grant(EVE, 'owner')]);
    const a = line(two, [revokeKey(EVE)]);
    const b = line(two, [revokeKey(OWNER), { by: EVE }]);
    expect(problemOf(forks.merge(a, b, { by: ADMIN }))).toBe(
      'no owner would be left whose grant does not end',
    );
  });

  it('joins nothing of another repository', () => {
    const genesis = { ...GENESIS_BODY, nonce: 'AAECAwQFBgcICQoLDA0ODw' };
    const owner = { repo: null, by: OWNER, holder: keysOf(OWNER).record };
    const strange = idOf(
      forks.add(new ChainWriter().make(genesis, { chain: null, record: { ...owner, prev: [], seq: 0 } })),
    );
    expect(problemOf(forks.merge(base, strange))).toBe('it joins two repositories');
    expect(forks.graph.join(base, strange)).toBeUndefined();
  });
});
