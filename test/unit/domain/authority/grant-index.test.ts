import { describe, expect, it } from 'vitest';
import {
  appendGrant,
  grantsAtExactly,
  grantsOf,
  grantsOfAt,
  removeGrant,
} from '#domain/authority/grant-index.ts';
import type { Grant } from '#domain/authority/authority.ts';
import type { AuthorityId } from '#domain/id.ts';
import { NOW } from '../../../support/decisions.ts';
import { fc } from '../../../support/seed.ts';

const PRINCIPALS = ['a@example.com', 'b@example.com', 'c@example.com'];
const RESOURCES = ['acme/core', 'acme/core@t', 'acme/core:src', 'acme'];

function grant(number: number, principal: number, resource: number): Grant {
  return {
    id: `hg-${number}` as AuthorityId,
    principal: PRINCIPALS[principal] ?? '',
    role: 'developer',
    resource: RESOURCES[resource] ?? '',
    by: 'owner@example.com',
    since: NOW,
    until: null,
  };
}

/** What the index stands for: a look through the whole list. */
function expectSame(grants: readonly Grant[]): void {
  const asked = ['acme/core:src', 'acme/core', 'elsewhere'];
  for (const principal of [...PRINCIPALS, 'nobody@example.com']) {
    const own = grants.filter((known) => known.principal === principal);
    expect(grantsOf(grants, principal)).toEqual(own);
    expect(grantsOfAt(grants, principal, asked)).toEqual(
      asked.flatMap((resource) => own.filter((known) => known.resource === resource)),
    );
  }
  expect(grantsAtExactly(grants, asked)).toEqual(
    asked.flatMap((resource) => grants.filter((known) => known.resource === resource)),
  );
}

describe('the index of grants', () => {
  it('says what a look through the list says, of every list that was ever derived from another', () => {
    const step = fc.record({
      from: fc.nat(),
      remove: fc.boolean(),
      which: fc.nat(),
      principal: fc.nat(2),
      resource: fc.nat(3),
      ask: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const lists: (readonly Grant[])[] = [[grant(0, 0, 0)]];
        for (const [index, { from, remove, which, principal, resource, ask }] of steps.entries()) {
          // Mostly the newest is continued; sometimes an older one, as a draft that was not published does.
          const base = (from % 4 === 0 ? lists[which % lists.length] : lists.at(-1)) ?? [];
          if (ask) expectSame(base);
          const id = base[which % Math.max(base.length, 1)]?.id;
          lists.push(
            remove && id !== undefined
              ? removeGrant(base, id)
              : appendGrant(base, grant(index + 1, principal, resource)),
          );
        }
        for (const list of lists) expectSame(list);
      }),
    );
  });

  it('takes every grant of an id away', () => {
    const two = [grant(1, 0, 0), grant(1, 1, 0), grant(2, 1, 1)];
    expectSame(two);
    const left = removeGrant(two, 'hg-1' as AuthorityId);
    expect(left).toEqual([grant(2, 1, 1)]);
    expectSame(left);
    expectSame(two);
  });
});
