import { describe, expect, it } from 'vitest';
import {
  landingRuleBreaches,
  toldRejections,
  type LandingSubject,
  type StandingReview,
} from '#domain/landing/landing-rules.ts';
import { shortId } from '#domain/id.ts';
import type { PolicyRules } from '#domain/policy/policy.ts';
import { REVIEWER_RULES } from '#domain/review/party.ts';
import {
  allowanceOf,
  denialOf,
  chainOf,
  DEV,
  OWNER,
  requestBy,
  session,
  viewWith,
} from '../../../support/decisions.ts';
import { fakeKey } from '../../../support/fake-crypto.ts';
import { landingOf, namedState, party, reviewBy } from '../../../support/landings.ts';
import { policyAt } from '../../../support/policies.ts';

const ANN = 'ann@example.com';
const BOB = 'bob@example.com';

/** The codes of what is in the way under one policy. */
function codes(
  rules: Partial<PolicyRules>,
  reviews: readonly StandingReview[],
  landing: LandingSubject | null = landingOf(party(DEV, 'worker')),
): readonly string[] {
  return landingRuleBreaches([policyAt(rules)], { landing, reviews }).map(({ code }) => code);
}

const ok = (...args: Parameters<typeof codes>): boolean => codes(...args).length === 0;

describe('approvals', () => {
  it('are counted by principal, of the newest state, and for the branch', () => {
    const two = { approvals: 2 };
    expect(codes({}, [])).toEqual([]);
    expect(codes(two, [reviewBy(party(ANN))])).toEqual(['REVIEW_MISSING']);
    expect(codes(two, [reviewBy(party(ANN)), reviewBy(party(ANN, 'checker'))])).toEqual(['REVIEW_MISSING']);
    expect(ok(two, [reviewBy(party(ANN)), reviewBy(party(BOB, 'checker'))])).toBe(true);
    const old = { state: namedState('before') };
    expect(ok(two, [reviewBy(party(ANN)), reviewBy(party(BOB), 'approve', old)])).toBe(false);
    expect(ok({ approvals: 1 }, [reviewBy(party(ANN), 'approve', { branch: 'release' })])).toBe(false);
    expect(ok({ approvals: 1 }, [reviewBy(party(ANN), 'approve', { branch: 'main' })])).toBe(true);
  });

  it('are never by an author, nor by another agent of the same principal, where nothing else is said', () => {
    const one = { approvals: 1 };
    for (const reviewer of [party(DEV), party(DEV, 'worker'), party(DEV, 'checker', { provider: 'other' })]) {
      expect(ok(one, [reviewBy(reviewer)])).toBe(false);
    }
    // Other capitals, and letters of another form, make no other person.
    for (const name of ['Dev@Example.com', 'ｄev@example.com']) {
      expect(ok(one, [reviewBy(party(name))])).toBe(false);
    }
    expect(ok({ approvals: 2 }, [reviewBy(party(ANN)), reviewBy(party(ANN.toUpperCase()))])).toBe(false);
  });

  it('are not by somebody who only says to be an agent, nor of what they only said an agent made', () => {
    for (const rule of REVIEWER_RULES) {
      const ask = { approvals: 1, reviewers: [rule] };
      const keys = [fakeKey('another session')];
      const said = { via: [], keys, provider: 'loom' };
      const inPerson = landingOf(party(DEV));
      expect(ok(ask, [reviewBy(party(DEV, 'bot', said))], inPerson)).toBe(false);
      const saidAuthor = landingOf(party(DEV, 'bot', said));
      expect(ok(ask, [reviewBy(party(DEV))], saidAuthor)).toBe(false);
    }
  });

  it('are of nothing where a commit comes along that the branch does not have', () => {
    const landing = landingOf(party(DEV), { foreign: 'a'.repeat(40) });
    expect(codes({}, [reviewBy(party(ANN))], landing)).toEqual([]);
    expect(codes({ approvals: 1 }, [reviewBy(party(ANN))], landing)).toEqual(['REVIEW_MISSING']);
  });

  it('count against every author, not only the last', () => {
    const landing = landingOf(party(DEV), { authors: [party(ANN, 'worker'), party(DEV)] });
    expect(ok({ approvals: 1 }, [reviewBy(party(ANN))], landing)).toBe(false);
    expect(ok({ approvals: 1 }, [reviewBy(party(BOB))], landing)).toBe(true);
  });

  it('by another key are not by one that an author handed on, nor by the same person', () => {
    const key = { approvals: 1, reviewers: ['key'] } as const;
    expect(ok(key, [reviewBy(party(DEV, 'checker'))])).toBe(true);
    expect(ok(key, [reviewBy(party(DEV))])).toBe(true);
    const worker = party(DEV, 'worker');
    const child = { ...party(DEV, 'child'), keys: [...worker.keys, fakeKey('child')] };
    expect(ok(key, [reviewBy(child)])).toBe(false);
    const inPerson = landingOf(party(DEV));
    // Whoever handed the author's key on has it, and those of its other children.
    const under = (name: string) => ({ ...party(DEV, name), keys: [...worker.keys, fakeKey(name)] });
    const byChild = landingOf(under('child'));
    expect(ok(key, [reviewBy(worker)], byChild)).toBe(false);
    expect(ok(key, [reviewBy(under('sibling'))], byChild)).toBe(false);
    expect(ok(key, [reviewBy(party(DEV))], byChild)).toBe(true);
    expect(ok(key, [reviewBy(party(DEV, null, { keys: [fakeKey('another session')] }))], inPerson)).toBe(
      false,
    );
  });

  it('by another provider are by a person, or by an agent that says on which it runs', () => {
    const rule = { approvals: 1, reviewers: ['provider'] } as const;
    const author = landingOf(party(DEV, 'worker', { provider: 'acme' }));
    const by = (provider: string | null): boolean =>
      ok(rule, [reviewBy(party(DEV, 'checker', { provider }))], author);
    expect([by('acme'), by('Acme'), by('loom'), by(null)]).toEqual([false, false, true, false]);
    expect(ok(rule, [reviewBy(party(DEV))], author)).toBe(true);
    const silent = landingOf(party(DEV, 'worker'));
    expect(ok(rule, [reviewBy(party(DEV, 'checker', { provider: 'loom' }))], silent)).toBe(false);
  });

  it('mean nothing where nobody knows what is landed or who made it', () => {
    const one = { approvals: 1 };
    expect(codes(one, [reviewBy(party(ANN))], null)).toEqual(['REVIEW_MISSING']);
    const unsigned = landingOf(party(DEV), { unproven: [namedState('unsigned')] });
    expect(codes(one, [reviewBy(party(ANN))], unsigned)).toEqual(['REVIEW_MISSING']);
    expect(codes(one, [reviewBy(party(ANN))], landingOf(party(DEV), { authors: [] }))).toEqual([
      'REVIEW_MISSING',
    ]);
  });

  it('of several policies add up to the strictest', () => {
    const policies = [
      policyAt({ approvals: 1 }),
      policyAt({ approvals: 1, reviewers: ['provider'] }, 'acme/core@task'),
    ];
    const landing = landingOf(party(DEV, 'worker', { provider: 'acme' }));
    const mine = reviewBy(party(DEV, 'checker', { provider: 'loom' }));
    expect(landingRuleBreaches(policies, { landing, reviews: [mine] })).toHaveLength(1);
    expect(landingRuleBreaches(policies.slice(1), { landing, reviews: [mine] })).toEqual([]);
  });
});

describe('a rejection', () => {
  it('stands in the way of any number of approvals, of whichever state it was, but only where some are asked for', () => {
    const rejected = [reviewBy(party(ANN)), reviewBy(party(BOB), 'reject', { state: namedState('before') })];
    expect(codes({ approvals: 1 }, rejected)).toEqual(['REVIEW_REJECTED']);
    expect(codes({}, rejected)).toEqual([]);
    const state = shortId(namedState('before'));
    const told = toldRejections({ landing: landingOf(party(DEV, 'worker')), reviews: rejected });
    expect(told).toEqual([`${BOB} rejected ${state}, and did not take that back`]);
    const elsewhere = [reviewBy(party(ANN)), reviewBy(party(BOB), 'reject', { branch: 'release' })];
    expect(codes({ approvals: 1 }, elsewhere)).toEqual([]);
  });
});

describe('trailers', () => {
  it('are those that every policy allows, in the message, too', () => {
    const with_ = (...trailers: LandingSubject['trailers']): LandingSubject =>
      landingOf(party(DEV), { trailers });
    expect(codes({ trailers: ['none'] }, [], with_('assisted-by'))).toEqual(['POLICY_TRAILERS']);
    expect(codes({ trailers: ['none'] }, [], with_('none', 'co-authored-by'))).toEqual(['POLICY_TRAILERS']);
    expect(codes({ trailers: ['assisted-by', 'none'] }, [], with_('none'))).toEqual([]);
  });
});

describe('a denied landing', () => {
  const view = (rules: Partial<PolicyRules>) =>
    viewWith(
      [
        { principal: ANN, role: 'maintainer', resource: 'acme/core@task' },
        { principal: BOB, role: 'developer', resource: 'acme/core' },
      ],
      { policies: [policyAt(rules, 'acme/core@heads/main')] },
    );
  const landed = (rules: Partial<PolicyRules>, landing = landingOf(party(DEV, 'worker'))) =>
    denialOf(
      requestBy(chainOf(session(OWNER)), view(rules), {
        operation: 'thread:land',
        resources: ['acme/core@heads/main:a', 'acme/core@heads/main:b'],
        landing,
      }),
    );

  it('names who may still approve, and nobody else', () => {
    const denial = landed({ approvals: 1 });
    expect(denial.code).toBe('REVIEW_MISSING');
    expect(denial.rule).toMatchObject({ rule: 'approvals', at: 'acme/core@heads/main' });
    expect(denial.fixes).toMatchObject([
      { argv: ['heddle', 'review', 'task', '--approve'], who: [OWNER, ANN], needs: { role: 'maintainer' } },
    ]);
    expect(landed({ approvals: 1 }, landingOf(party(OWNER))).fixes[0]?.who).toEqual([ANN]);
  });

  it('are asked by the policies of every thread that something comes from', () => {
    const policies = [policyAt({ approvals: 1 }, 'acme/core@guarded')];
    const request = (...threads: readonly string[]) =>
      requestBy(chainOf(session(OWNER)), viewWith([], { policies }), {
        operation: 'thread:land',
        resources: ['acme/core@heads/main:a'],
        landing: landingOf(party(DEV), { threads }),
      });
    expect(allowanceOf(request('task')).warnings).toEqual([]);
    expect(denialOf(request('task', 'guarded/work')).code).toBe('REVIEW_MISSING');
  });

  it('says so where too few people could', () => {
    const denial = landed({ approvals: 2 }, landingOf(party(OWNER)));
    expect(denial.fixes).toEqual([]);
    expect(denial.why).toContain('only 1 other is maintainer');
  });
});
