import { describe, expect, it } from 'vitest';
import {
  landingRuleBreaches,
  type LandingSubject,
  type StandingReview,
} from '#domain/landing/landing-rules.ts';
import { TRAILER_STYLES } from '#domain/landing/landing-message.ts';
import type { Policy } from '#domain/policy/policy.ts';
import { REVIEWER_RULES, type Party } from '#domain/review/party.ts';
import { fakeKey } from '../support/fake-crypto.ts';
import { landingOf, namedState, party, reviewBy } from '../support/landings.ts';
import { policyAt } from '../support/policies.ts';
import { fc } from '../support/seed.ts';

const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const somebody: fc.Arbitrary<Party> = fc
  .record({
    principal: fc.constantFrom('ann', 'bob', 'cid'),
    agents: fc.array(fc.constantFrom('w', 'x', 'y'), { maxLength: 2 }),
    provider: maybe(fc.constantFrom('acme', 'loom')),
  })
  .map(({ principal, agents, provider }) =>
    party(principal, null, {
      via: agents,
      keys: [principal, ...agents.map((_, depth) => agents.slice(0, depth + 1).join('>'))].map(fakeKey),
      agent: agents.at(-1) ?? null,
      provider: agents.length === 0 ? null : provider,
    }),
  );
const review: fc.Arbitrary<StandingReview> = fc
  .record({
    reviewer: somebody,
    verdict: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'reject' as const),
    branch: maybe(fc.constantFrom('main', 'release')),
    old: fc.boolean(),
  })
  .map(({ reviewer, verdict, branch, old }) =>
    reviewBy(reviewer, verdict, { branch, ...(old ? { state: namedState('old') } : {}) }),
  );
const policy: fc.Arbitrary<Policy> = fc
  .record({
    approvals: maybe(fc.integer({ min: 1, max: 2 })),
    reviewers: maybe(fc.subarray([...REVIEWER_RULES], { minLength: 1 })),
    trailers: maybe(fc.subarray([...TRAILER_STYLES], { minLength: 1 })),
  })
  .map((rules) => policyAt(rules));
const landing: fc.Arbitrary<LandingSubject> = fc
  .record({
    authors: fc.array(somebody, { minLength: 1, maxLength: 3 }),
    style: fc.constantFrom(...TRAILER_STYLES),
  })
  .map(({ authors, style }) => landingOf(party('nobody'), { authors, trailers: [style] }));
const scene = fc.record({
  landing,
  policies: fc.array(policy, { maxLength: 3 }),
  reviews: fc.array(review, { maxLength: 4 }),
});

const isFree = ({ policies, ...rest }: typeof scene extends fc.Arbitrary<infer S> ? S : never): boolean =>
  landingRuleBreaches(policies, rest).length === 0;

describe('landing rules', () => {
  it('are never loosened by one policy more, one author more, or one rejection more', () => {
    const seen = { free: 0, kept: 0 };
    fc.assert(
      fc.property(scene, policy, somebody, review, (at, more, author, rejected) => {
        const free = isFree(at);
        seen[free ? 'free' : 'kept'] += 1;
        if (free) return;
        expect(isFree({ ...at, policies: [...at.policies, more] })).toBe(false);
        const authors = [...at.landing.authors, author];
        expect(isFree({ ...at, landing: { ...at.landing, authors } })).toBe(false);
        const reject = { ...rejected, verdict: 'reject' as const };
        expect(isFree({ ...at, reviews: [...at.reviews, reject] })).toBe(false);
      }),
      { numRuns: 5000 },
    );
    expect(seen.free).toBeGreaterThan(100);
    expect(seen.kept).toBeGreaterThan(100);
  });

  it('are never kept by what an author, or an agent behind one, said', () => {
    let tried = 0;
    fc.assert(
      fc.property(scene, maybe(fc.constantFrom('acme', 'loom')), (at, provider) => {
        if (isFree(at)) return;
        tried += 1;
        const own = at.landing.authors.flatMap((author) => [
          author,
          { ...author, provider },
          {
            ...author,
            via: [...author.via, 'child'],
            keys: [...author.keys, fakeKey('child')],
            agent: 'child',
            provider,
          },
        ]);
        const reviews = [...at.reviews, ...own.map((reviewer) => reviewBy(reviewer))];
        expect(isFree({ ...at, reviews })).toBe(false);
      }),
      { numRuns: 5000 },
    );
    expect(tried).toBeGreaterThan(100);
  });
});
