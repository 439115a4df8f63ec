import { describe, expect, it } from 'vitest';
import { ROLES, REQUEST_OPERATIONS } from '#domain/authority/role.ts';
import { decodeAuthorityRecord, encodeAuthorityRecord } from '#domain/authority/authority-codec.ts';
import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { GUARDABLE } from '#domain/policy/policy-codec.ts';
import { TRAILER_STYLES } from '#domain/landing/landing-message.ts';
import { NO_RULES, type Policy, type PolicyRules } from '#domain/policy/policy.ts';
import { REVIEWER_RULES } from '#domain/review/party.ts';
import { covers } from '#domain/resource/resource.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import {
  afterFix,
  chainOf,
  delegation,
  DEV,
  NOW,
  OWNER,
  requestBy,
  session,
  STUB_ENGINE,
  viewWith,
} from '../support/decisions.ts';
import { fakeKey } from '../support/fake-crypto.ts';
import { policyAt } from '../support/policies.ts';
import { fc } from '../support/seed.ts';

const NAMES = ['acme', 'loom', 'other'];
const PLACES = [
  'acme/core',
  'acme/core@task',
  'acme/core@task/login',
  'acme/core@tasks',
  'acme/core@heads/main',
];
const RESOURCES = [
  ...PLACES,
  'acme/core:src',
  'acme/core@task:src/a',
  'acme/core@task/login:b',
  'acme',
  'acme/core-evil',
];

const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const mode = fc.constantFrom('required' as const, 'warn' as const);
const names = fc.subarray(NAMES, { minLength: 1 }).map((list) => list.toSorted());
const rules: fc.Arbitrary<PolicyRules> = fc.record({
  attribution: maybe(mode),
  attestation: maybe(mode),
  providers: maybe(names),
  models: maybe(names),
  life: maybe(fc.integer({ min: 1, max: 100_000 })),
  depth: maybe(fc.integer({ min: 0, max: 3 })),
  agents: fc.constant(null),
  guarded: maybe(fc.subarray([...GUARDABLE], { minLength: 1 })),
  quorum: maybe(fc.integer({ min: 1, max: 4 })),
  wait: maybe(fc.integer({ min: 1, max: 4000 })),
  excluded: maybe(fc.constant('author' as const)),
  breakGlass: fc.constant(null),
  approvals: maybe(fc.integer({ min: 1, max: 3 })),
  reviewers: maybe(fc.subarray([...REVIEWER_RULES], { minLength: 1 })),
  trailers: maybe(fc.subarray([...TRAILER_STYLES], { minLength: 1 })),
  branches: maybe(fc.constantFrom('landed' as const, 'open' as const)),
  secrets: maybe(fc.constantFrom('refuse' as const, 'warn' as const, 'off' as const)),
  hooks: maybe(fc.constantFrom('enforce' as const, 'observe' as const)),
  shunList: maybe(fc.constantFrom('local' as const, 'travelling' as const)),
  remotes: maybe(
    fc.subarray(['/srv/git', 'https://example.com/acme', 'ssh://example.com:2222'], { minLength: 1 }),
  ),
});
const policy: fc.Arbitrary<Policy> = fc
  .tuple(rules, fc.constantFrom(...PLACES))
  .map(([asked, at]) => policyAt(asked, at));
const policies = fc.uniqueArray(policy, { maxLength: 4, selector: ({ resource }) => resource });

interface Sketch {
  readonly operation: AuthorisationRequest['operation'];
  readonly resources: readonly string[];
  readonly by: string;
  readonly agents: readonly { readonly provider: string | null; readonly model: string | null }[];
  readonly hours: number;
  readonly attestation: 'verified' | 'unsigned' | 'invalid' | null;
  readonly own: boolean;
}

const pair = fc.oneof(
  fc.constant({ provider: null, model: null }),
  fc.record({ provider: fc.constantFrom(...NAMES), model: fc.constantFrom(...NAMES) }),
);
const sketch: fc.Arbitrary<Sketch> = fc.record({
  operation: fc.constantFrom(...REQUEST_OPERATIONS),
  resources: fc.uniqueArray(fc.constantFrom(...RESOURCES), { minLength: 1, maxLength: 3 }),
  by: fc.constantFrom(DEV, OWNER),
  agents: fc.array(pair, { maxLength: 3 }),
  hours: fc.integer({ min: 1, max: 24 }),
  attestation: fc.constantFrom('verified', 'unsigned', 'invalid', null),
  own: fc.boolean(),
});
const roles = fc.array(
  fc.record({
    principal: fc.constantFrom(DEV, OWNER),
    role: fc.constantFrom(...ROLES),
    resource: fc.constantFrom(...RESOURCES),
  }),
  { maxLength: 3 },
);

function requestOf(
  { agents, hours, attestation, by, operation, resources, own }: Sketch,
  view: AuthorisationRequest['authority'],
): AuthorisationRequest {
  const issued = formatInstant(instantMilliseconds(NOW) - 60_000);
  const notAfter = formatInstant(instantMilliseconds(issued) + hours * 3_600_000);
  const first = session(by, { issued, checks: [{ kind: 'time', notAfter }] });
  const chain = chainOf(
    first,
    agents.map((named, index) => delegation(`agent-${index}`, [], named)),
  );
  const state = formatId('hs', new Uint8Array(32));
  return requestBy(chain, view, {
    operation,
    resources,
    own,
    unlocked: [chain.root],
    continues: attestation === null ? [] : [{ state, attestation }],
  });
}

describe('a policy more', () => {
  it('never turns a denial into an allowance, wherever it is and whatever it asks', () => {
    let narrowed = 0;
    fc.assert(
      fc.property(sketch, roles, policies, policy, (asked, granted, before, added) => {
        const standing = before.filter(({ resource }) => resource !== added.resource);
        const outcome = (all: readonly Policy[]): string =>
          authorise(requestOf(asked, viewWith(granted, { policies: all })), STUB_ENGINE).kind;
        const [without, withIt] = [outcome(standing), outcome([...standing, added])];
        if (without === 'deny') expect(withIt).toBe('deny');
        else if (withIt === 'deny') narrowed += 1;
      }),
      { numRuns: 3000 },
    );
    expect(narrowed).toBeGreaterThan(20);
  });

  it('is told of before it is asked: its rules are part of what is asked together', () => {
    fc.assert(
      fc.property(
        policies,
        fc.constantFrom(...PLACES),
        fc.constantFrom(...RESOURCES),
        (all, outer, inner) => {
          if (!covers(outer, inner)) return;
          const view = { repository: 'acme/core', policies: all };
          const [above, below] = [effectivePolicy(view, outer), effectivePolicy(view, inner)];
          const least = (a: number | null, b: number | null): boolean => a === null || (b !== null && b <= a);
          const most = (a: number | null, b: number | null): boolean => a === null || (b !== null && b >= a);
          const within = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
            a === null || (b !== null && b.every((name) => a.includes(name)));
          expect(least(above.life, below.life) && least(above.depth, below.depth)).toBe(true);
          expect(most(above.quorum, below.quorum) && most(above.wait, below.wait)).toBe(true);
          expect(most(above.approvals, below.approvals) && within(above.trailers, below.trailers)).toBe(true);
          expect((above.reviewers ?? []).every((rule) => below.reviewers?.includes(rule))).toBe(true);
          expect(within(above.providers, below.providers) && within(above.models, below.models)).toBe(true);
          expect(
            within(below.guarded, below.guarded) &&
              (above.guarded ?? []).every((op) => below.guarded?.includes(op)),
          ).toBe(true);
          if (above.attribution === 'required') expect(below.attribution).toBe('required');
          if (above.attestation === 'required') expect(below.attestation).toBe('required');
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** A second, naive reading of the rules: what they say, without the program's own words. */
function refuses(all: readonly Policy[], asked: Sketch): boolean {
  const reads = ['state:read', 'evidence:export', 'redacted:read'].includes(asked.operation);
  const takesBack = asked.own && ['token:revoke', 'key:write', 'request'].includes(asked.operation);
  if (reads || takesBack || asked.operation === 'policy:write') return false;
  const work = ['thread:start', 'state:capture', 'thread:land', 'review'].includes(asked.operation);
  const leaf = asked.agents.at(-1);
  return asked.resources.some((resource) => {
    const place = covers('acme/core', resource) ? resource : 'acme/core';
    return all
      .filter(({ resource: at }) => covers(at, place))
      .some(({ rules: { attribution, attestation, providers, models, life, depth, approvals } }) => {
        if (life !== null && asked.hours * 3600 > life) return true;
        if (depth !== null && asked.agents.length > depth) return true;
        if (!work) return false;
        // Nobody says what is landed, so nobody approved it.
        if (asked.operation === 'thread:land' && approvals !== null) return true;
        const unsigned = asked.attestation !== null && asked.attestation !== 'verified';
        if (attestation === 'required' && unsigned) return true;
        if (leaf === undefined) return false;
        if (leaf.provider === null || leaf.model === null) {
          return attribution === 'required' || providers !== null || models !== null;
        }
        const listed = (list: readonly string[] | null, name: string): boolean =>
          list === null || list.includes(name);
        return !listed(providers, leaf.provider) || !listed(models, leaf.model);
      });
  });
}

describe('what policies refuse', () => {
  it('is what a naive reading of their rules refuses, and nothing else', () => {
    const seen = { allow: 0, deny: 0 };
    fc.assert(
      fc.property(sketch, policies, (asked, all) => {
        const bare = viewWith([{ principal: DEV, role: 'owner', resource: 'acme' }]);
        const everywhere = { ...bare, everOwners: [DEV] };
        const request = requestOf({ ...asked, by: DEV }, everywhere);
        if (authorise(request, STUB_ENGINE).kind === 'deny') return;
        const unguarded = all.map((each) => ({ ...each, rules: { ...each.rules, guarded: null } }));
        const decision = authorise(
          { ...request, authority: { ...everywhere, policies: unguarded } },
          STUB_ENGINE,
        );
        seen[decision.kind] += 1;
        expect(decision.kind === 'deny').toBe(refuses(unguarded, asked));
        if (decision.kind === 'deny') expect(decision.denial.stage).toBe('policy');
      }),
      { numRuns: 4000 },
    );
    expect(seen.allow).toBeGreaterThan(100);
    expect(seen.deny).toBeGreaterThan(100);
  });
});

describe('a fix under policies', () => {
  it('is a promise: run by one of whom it names, the request passes or meets the gate that it tells', () => {
    const seen = new Map<string, number>();
    const count = (what: string): number => seen.set(what, (seen.get(what) ?? 0) + 1).size;
    fc.assert(
      fc.property(sketch, roles, policies, fc.boolean(), (asked, granted, all, detected) => {
        const unguarded = all.map((each) => ({ ...each, rules: { ...each.rules, guarded: null } }));
        const view = viewWith(granted, { policies: unguarded });
        const made = requestOf(asked, view);
        const request = detected
          ? { ...made, credential: { kind: 'none', agentDetected: true } as const }
          : made;
        const decision = authorise(request, STUB_ENGINE);
        if (decision.kind === 'allow') return;
        const { denial } = decision;
        if (denial.fixes.length === 0) count(`${denial.code}: none`);
        for (const fix of denial.fixes) {
          for (const who of fix.who) {
            const after = authorise(afterFix(request, fix, who), STUB_ENGINE);
            count(`${denial.code}: ${after.kind === 'allow' ? 'allow' : after.denial.stage}`);
            if (after.kind === 'allow') expect(fix.why).not.toMatch(/reaches the gate|asked at the gate/);
            else
              expect(fix.why, `${denial.code}, then ${after.denial.code}`).toContain(
                `the gate ${after.denial.stage}`,
              );
          }
        }
      }),
      { numRuns: 6000 },
    );
    for (const what of ['POLICY_LIFE: allow', 'POLICY_DEPTH: allow', 'CREDENTIAL_MISSING: policy']) {
      expect(seen.get(what) ?? 0, `${what} of ${[...seen.keys()].join(', ')}`).toBeGreaterThan(0);
    }
  });
});

describe('the record of a policy', () => {
  it('comes back from its bytes as it was', () => {
    const digest = formatDigest(new Uint8Array(32));
    fc.assert(
      fc.property(rules, fc.constantFrom(...PLACES), fc.boolean(), (asked, resource, ends) => {
        const record = {
          repo: formatId('hg', new Uint8Array(32)),
          seq: 1,
          prev: [formatId('hg', new Uint8Array(32))],
          by: OWNER,
          holder: fakeKey('h'),
          chain: digest,
          at: NOW,
          body: { kind: 'policy' as const, resource, rules: ends ? NO_RULES : asked },
          texts: null,
        };
        expect(decodeAuthorityRecord(encodeAuthorityRecord(record))).toEqual(record);
      }),
      { numRuns: 300 },
    );
  });
});
