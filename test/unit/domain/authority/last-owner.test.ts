import { beforeEach, describe, expect, it } from 'vitest';
import type { FoldResult } from '#domain/authority/authority-fold.ts';
import type { AuthorityBody } from '#domain/authority/authority.ts';
import { grantRemovalProblem, lastingOwners } from '#domain/authority/last-owner.ts';
import { ROLES, satisfiesRole, type Role } from '#domain/authority/role.ts';
import { addKey, ChainWriter, keysOf } from '../../../support/authority-chain.ts';
import { DEV, GENESIS, LATER, OWNER, viewWith } from '../../../support/decisions.ts';

const SECOND = 'second@example.com';
const NOBODY_LEFT = 'no owner would be left whose grant does not end';

function owner(principal: string, until: typeof LATER | null = null): AuthorityBody {
  return { kind: 'grant', action: 'add', principal, role: 'owner', resource: 'acme/core', until };
}

function revoke(principal: string): AuthorityBody {
  return { kind: 'key', action: 'revoke', principal, root: keysOf(principal).root, seen: [] };
}

function whyOf(result: FoldResult): string {
  return result.kind === 'view' ? 'valid' : result.violation.why;
}

let chain: ChainWriter;
beforeEach(() => {
  chain = new ChainWriter();
  for (const body of [addKey(DEV), addKey(SECOND)]) expect(whyOf(chain.write(body))).toBe('valid');
});

/** The record that takes back what the newest one gave. */
function removeNewest(): AuthorityBody {
  const { head } = chain.view ?? {};
  if (head === undefined) throw new Error('no head');
  return { kind: 'grant', action: 'remove', grant: head, seen: [] };
}

describe('the last owner', () => {
  it('of the genesis keeps the keys as long as nobody else owns the repository', () => {
    expect(whyOf(chain.write(revoke(OWNER)))).toBe(NOBODY_LEFT);
    expect(whyOf(chain.write(revoke(OWNER), { chain: null }))).toBe(NOBODY_LEFT);
    expect(whyOf(chain.write(owner(SECOND)))).toBe('valid');
    expect(whyOf(chain.write(revoke(OWNER)))).toBe('valid');
  });

  it('is not one whose grant ends: the time comes by itself', () => {
    expect(whyOf(chain.write(owner(SECOND, LATER)))).toBe('valid');
    expect(whyOf(chain.write(revoke(OWNER)))).toBe(NOBODY_LEFT);
  });

  it('is not taken back, by anybody, once those of the genesis have no keys', () => {
    chain.write(owner(SECOND));
    const removal = removeNewest();
    expect(whyOf(chain.write(revoke(OWNER)))).toBe('valid');
    expect(chain.view === null ? [] : lastingOwners(chain.view)).toEqual([SECOND]);
    expect(whyOf(chain.write(removal, { by: SECOND }))).toBe(NOBODY_LEFT);
    expect(whyOf(chain.write(revoke(SECOND), { by: SECOND }))).toBe(NOBODY_LEFT);
    expect(whyOf(chain.write(owner(DEV), { by: SECOND }))).toBe('valid');
    expect(whyOf(chain.write(removal, { by: SECOND }))).toBe('valid');
    expect(chain.view === null ? [] : lastingOwners(chain.view)).toEqual([DEV]);
  });

  it('may be one of several, who may take each other back', () => {
    for (const principal of [SECOND, DEV]) expect(whyOf(chain.write(owner(principal)))).toBe('valid');
    expect(whyOf(chain.write(removeNewest(), { by: SECOND }))).toBe('valid');
    expect(chain.view === null ? [] : lastingOwners(chain.view)).toEqual([OWNER, SECOND]);
  });

  it('owns the repository, not a thread of it or something beside it', () => {
    const below = ['acme/core@task', 'acme/core:src', 'acme/core-evil'];
    const view = viewWith(below.map((resource) => ({ principal: DEV, role: 'owner' as const, resource })));
    expect(lastingOwners(view)).toEqual([OWNER]);
    const above = viewWith([{ principal: DEV, role: 'owner', resource: 'acme' }]);
    expect(lastingOwners(above)).toEqual([OWNER, DEV]);
  });

  it('is told apart from others before anything is written', () => {
    const view = viewWith([
      { principal: DEV, role: 'owner', resource: 'acme/core' },
      { principal: SECOND, role: 'admin', resource: 'acme/core' },
    ]);
    const [first, dev, admin] = view.grants;
    if (first === undefined || dev === undefined || admin === undefined) throw new Error('no grants');
    expect(first.id).toBe(GENESIS);
    expect(grantRemovalProblem(view, first)).toBe(
      'an owner that the genesis names is not removed as a grant',
    );
    expect(grantRemovalProblem(view, dev)).toBeUndefined();
    const alone = { ...view, principals: view.principals.filter(({ principal }) => principal !== OWNER) };
    expect(grantRemovalProblem(alone, dev)).toBe(NOBODY_LEFT);
    expect(grantRemovalProblem(alone, admin)).toBeUndefined();
  });
});

describe('the ladder', () => {
  const resource = 'acme/core@task';
  const cases = ROLES.flatMap((giver) => ROLES.map((role): [Role, Role] => [giver, role]));
  const mayGive = (giver: Role, role: Role): boolean =>
    satisfiesRole(giver, 'admin') && (role !== 'owner' || giver === 'owner');

  it.each(cases)('%s gives and takes %s, as far as nobody is raised above the giver', (giver, role) => {
    chain.write({ kind: 'grant', action: 'add', principal: DEV, role: giver, resource, until: null });
    const given = { kind: 'grant', action: 'add', principal: SECOND, role, resource, until: null } as const;
    const expected = mayGive(giver, role);
    expect(whyOf(chain.write(given, { by: DEV })) === 'valid').toBe(expected);
    if (!expected) expect(whyOf(chain.write(given))).toBe('valid');
    expect(whyOf(chain.write(removeNewest(), { by: DEV })) === 'valid').toBe(expected);
  });

  it.each(ROLES)('%s at a thread gives nothing above it, to others or to themselves', (giver) => {
    chain.write({ kind: 'grant', action: 'add', principal: DEV, role: giver, resource, until: null });
    for (const at of ['acme/core', 'acme', 'acme/core@other', 'acme/core@tas', 'acme/core:src']) {
      for (const principal of [DEV, SECOND]) {
        const body = {
          kind: 'grant',
          action: 'add',
          principal,
          role: 'reader',
          resource: at,
          until: null,
        } as const;
        expect(whyOf(chain.write(body, { by: DEV })), at).toBe(`its author was not admin at ${at}`);
      }
    }
  });
});
