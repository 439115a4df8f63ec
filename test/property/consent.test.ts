import { describe, expect, it } from 'vitest';
import { authorise } from '#domain/decision/authorise.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatId } from '#domain/id.ts';
import type { Agreement, Approval } from '#domain/request/agreement.ts';
import { actText } from '#domain/request/intended-act.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import { chainOf, DEV, NOW, OWNER, requestBy, session, STUB_ENGINE, viewWith } from '../support/decisions.ts';
import { FAKE_HASHER } from '../support/fake-crypto.ts';
import { policyAt } from '../support/policies.ts';
import { fc } from '../support/seed.ts';

const OWNERS = ['a', 'b', 'c', 'd'].map((name) => `${name}@example.com`);
const PEOPLE = [...OWNERS, DEV, OWNER];
const PLACE = 'acme/core@task:src';
const view = viewWith(
  OWNERS.map((principal) => ({ principal, role: 'owner' as const, resource: 'acme/core' })),
);
const chain = chainOf(session(OWNER));
const ACT = actText({ op: 'purge', args: { tombstone: 'hr-one', under: 'x' } });
const ago = (seconds: number) => formatInstant(instantMilliseconds(NOW) - seconds * 1000);

/** Keys are shared now and then: two names of one person. */
const approval: fc.Arbitrary<Approval> = fc.record({
  by: fc.constantFrom(...PEOPLE),
  keys: fc.integer({ min: 0, max: 7 }).map((key) => [`key ${key}`]),
  at: fc.integer({ min: 0, max: 200 }).map(ago),
});
const agreement: fc.Arbitrary<Agreement> = fc.record({
  request: fc
    .constantFrom('one', 'two')
    .map((name) => formatId('hq', FAKE_HASHER.hash('request', utf8(name)))),
  operation: fc.constantFrom('purge:apply', 'redact:lift'),
  resources: fc.constantFrom([PLACE], ['acme/core@task:docs'], [PLACE, 'acme/core@x']),
  granting: fc.constant(null),
  act: fc.constantFrom(ACT, ACT, ACT.replace('hr-one', 'hr-two'), ACT.replace('"x"', '"y"'), null),
  by: fc.constantFrom(OWNER, ...OWNERS),
  keys: fc.constantFrom(['key 0'], ['key 8']),
  at: fc.integer({ min: 0, max: 200 }).map(ago),
  witnessed: fc.boolean(),
  approvals: fc.array(approval, { maxLength: 6 }),
  authors: fc.constantFrom([], [{ by: 'a@example.com', keys: ['key 1'] }], [{ by: OWNER, keys: [] }]),
});

/** Whether the owner, who does it, counts. */
function self({ by, authors = [] }: Agreement, excluded: boolean): number {
  return excluded && (by === OWNER || authors.some((author) => author.by === OWNER)) ? 0 : 1;
}

/** The largest number of owners, in a naive way: names and keys each once, without who asked and who does it. */
function others({ by, keys: asking, approvals, authors = [] }: Agreement, excluded: boolean): number {
  const names = new Set([OWNER, by]);
  const keys = new Set<string>(asking);
  let count = 0;
  for (const one of approvals) {
    if (!OWNERS.includes(one.by) || names.has(one.by) || one.keys.some((key) => keys.has(key))) continue;
    const isAuthor = authors.some(
      (author) => author.by === one.by || author.keys.some((key) => one.keys.includes(key)),
    );
    if (excluded && isAuthor) continue;
    names.add(one.by);
    for (const key of one.keys) keys.add(key);
    count += 1;
  }
  return count;
}

describe('whatever is in the set of requests', () => {
  it('a guarded purge passes with enough different people to just this act, long enough ago, and only then', () => {
    let allowed = 0;
    fc.assert(
      fc.property(
        fc.array(agreement, { maxLength: 3 }),
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 1, max: 150 }),
        fc.boolean(),
        (agreements, quorum, wait, excluded) => {
          const authority = {
            ...view,
            policies: [
              policyAt({ guarded: ['purge:apply'], quorum, wait, excluded: excluded ? 'author' : null }),
            ],
          };
          const request = requestBy(chain, authority, {
            operation: 'purge:apply',
            resources: [PLACE],
            unlocked: [chain.root],
            act: { kind: 'exact', act: ACT },
            agreements,
          });
          const decision = authorise(request, STUB_ENGINE);
          const good = agreements.filter((one) => {
            const about = one.operation === 'purge:apply' && one.act === ACT && one.resources.includes(PLACE);
            const seen = one.approvals
              .filter(({ by }) => by !== one.by && (OWNERS.includes(by) || by === OWNER))
              .filter(
                (given) =>
                  !excluded ||
                  !(one.authors ?? []).some(
                    (author) => author.by === given.by || author.keys.some((key) => given.keys.includes(key)),
                  ),
              )
              .filter((given) => !excluded || !given.keys.some((key) => one.keys.includes(key)))
              .map(({ at }) => at)
              .toSorted();
            const start = seen[0] !== undefined && seen[0] > one.at ? seen[0] : one.at;
            return about && others(one, excluded) + self(one, excluded) >= quorum && start <= ago(wait);
          });
          expect(decision.kind).toBe(good.length > 0 ? 'allow' : 'deny');
          if (decision.kind === 'allow') {
            allowed += 1;
            expect(good.map((one) => one.request)).toContain(decision.consent);
          }
        },
      ),
      { numRuns: 3000 },
    );
    expect(allowed).toBeGreaterThan(20);
  });
});
