import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { AuthorisationRequest, Decision, EvaluateToken } from '#domain/decision/decision.ts';
import { REQUEST_OPERATIONS, ROLES } from '#domain/authority/role.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import type { DelegationBlock, TokenChain, TokenCheck } from '#domain/token/token.ts';
import {
  chainOf,
  DEV,
  delegation,
  EARLIER,
  NOW,
  OWNER,
  requestBy,
  session,
  STUB_ENGINE,
  viewWith,
} from '../support/decisions.ts';
import { fakeKey } from '../support/fake-crypto.ts';
import {
  NAIVE_OPERATIONS,
  naiveDecision,
  type NaiveCase,
  type NaiveScope,
} from '../support/naive-decision.ts';
import { delegate, mintHeld, newRoot, readChain, TOKENS } from '../support/tokens.ts';

const SEED = Number(process.env['HEDDLE_TEST_SEED'] ?? Date.now() % 2 ** 31);
console.log(`seed ${SEED} (HEDDLE_TEST_SEED)`);

const RESOURCES = [
  'acme/core',
  'acme/core@task',
  'acme/core@task/login',
  'acme/core@task/login:src',
  'acme/core@task/login:src/a.ts',
  'acme/core@task-2:src/a.ts',
  'acme/core:src',
  'acme/core:src/a.ts',
  'acme/core:sr',
  'acme/core@heads/main:src/a.ts',
];
const ABOVE = [...RESOURCES, 'acme', 'acme/core-evil', 'acm'];
const PROVIDERS = ['anthropic', 'openai'];

/** Mostly null, so that most cases get to the later gates. */
function rarely<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: value });
}
const some = (items: readonly string[]) => fc.subarray([...items], { minLength: 1, maxLength: 4 });
const unlikely = fc.integer({ min: 0, max: 11 }).map((die) => die === 0);

const scope: fc.Arbitrary<NaiveScope> = fc.record({
  operations: rarely(fc.subarray(NAIVE_OPERATIONS, { minLength: 4 })),
  resources: rarely(some(ABOVE)),
  provider: rarely(fc.constantFrom(...PROVIDERS)),
  atMost: rarely(fc.integer({ min: 0, max: 3 })),
  hours: rarely(fc.constantFrom(-1, 0, 1, 2)),
});
const open: NaiveScope = { operations: null, resources: null, provider: null, atMost: null, hours: null };
const likelyOpen = fc.oneof({ weight: 3, arbitrary: fc.constant(open) }, { weight: 1, arbitrary: scope });

const cases: fc.Arbitrary<NaiveCase> = fc.record({
  operation: fc.constantFrom(...NAIVE_OPERATIONS),
  resources: fc.uniqueArray(fc.constantFrom(...RESOURCES), { minLength: 1, maxLength: 4 }),
  grants: fc.array(
    fc.record({
      who: fc.constantFrom('dev' as const, 'owner' as const, 'other' as const),
      role: fc.constantFrom(...ROLES),
      at: fc.constantFrom(...ABOVE),
    }),
    { maxLength: 5 },
  ),
  who: fc.constantFrom('dev' as const, 'owner' as const),
  sessionHours: unlikely.map((past) => (past ? -1 : 5)),
  session: likelyOpen,
  agents: fc.array(likelyOpen, { maxLength: 3 }),
  provider: fc.constantFrom(...PROVIDERS, null),
  registered: unlikely.map((not) => !not),
  sessionRevoked: unlikely,
  blockRevoked: fc.integer({ min: -20, max: 3 }).map((block) => (block < 0 ? null : block)),
  holderSigns: unlikely.map((not) => !not),
  unlocked: fc.boolean(),
  frozen: unlikely,
});

const OPERATIONS = new Map(REQUEST_OPERATIONS.map((operation) => [String(operation), operation]));
const ROLE_NAMES = new Map(ROLES.map((role) => [String(role), role]));
const PRINCIPALS = { dev: DEV, owner: OWNER, other: 'other@example.com' };

function inHours(hours: number) {
  return formatInstant(instantMilliseconds(NOW) + hours * 3_600_000);
}

function checksOf(from: NaiveScope): readonly TokenCheck[] {
  return [
    ...(from.operations === null
      ? []
      : [
          {
            kind: 'operation',
            anyOf: from.operations.flatMap((name) => OPERATIONS.get(name) ?? []),
          } as const,
        ]),
    ...(from.resources === null ? [] : [{ kind: 'resource', anyOf: from.resources } as const]),
    ...(from.provider === null ? [] : [{ kind: 'provider', anyOf: [from.provider] } as const]),
    ...(from.atMost === null ? [] : [{ kind: 'depth', atMost: from.atMost } as const]),
    ...(from.hours === null ? [] : [{ kind: 'time', notAfter: inHours(from.hours) } as const]),
  ];
}

function viewOf(wanted: NaiveCase): AuthorityView {
  const view = viewWith(
    wanted.grants.map(({ who, role, at }) => ({
      principal: PRINCIPALS[who],
      role: ROLE_NAMES.get(role) ?? 'reader',
      resource: at,
    })),
  );
  return {
    ...view,
    grants: view.grants.slice(1),
    frozen: wanted.frozen ? { by: OWNER, since: EARLIER } : null,
  };
}

/** The request of a case under a chain made for it, by whichever engine's kind. */
function requestOf(wanted: NaiveCase, chain: TokenChain, root: string): AuthorisationRequest {
  const view = viewOf(wanted);
  const principals = view.principals.map((entry) =>
    entry.principal === PRINCIPALS[wanted.who]
      ? { ...entry, keys: { ...entry.keys, root: wanted.registered ? root : fakeKey('unregistered') } }
      : entry,
  );
  const authority: AuthorityView = {
    ...view,
    principals,
    revokedSessions: wanted.sessionRevoked ? [chain.authority.session] : [],
    revokedBlocks:
      wanted.blockRevoked === null
        ? []
        : chain.revocationIds.slice(wanted.blockRevoked, wanted.blockRevoked + 1),
  };
  const operation = OPERATIONS.get(wanted.operation) ?? 'state:read';
  const request = requestBy(chain, authority, {
    operation,
    resources: wanted.resources,
    holder: wanted.holderSigns ? chain.holder : fakeKey('finder'),
    unlocked: wanted.unlocked ? [root] : [],
  });
  return { ...request, actor: { ...request.actor, provider: wanted.provider } };
}

function agentBlock(from: NaiveScope, index: number): DelegationBlock {
  return delegation(`agent ${index}`, checksOf(from));
}

function stubRequest(wanted: NaiveCase): AuthorisationRequest {
  const authority = session(PRINCIPALS[wanted.who], {
    checks: [{ kind: 'time', notAfter: inHours(wanted.sessionHours) }, ...checksOf(wanted.session)],
  });
  const chain = chainOf(authority, wanted.agents.map(agentBlock));
  return requestOf(wanted, chain, chain.root);
}

const ROOTS = { dev: newRoot(DEV), owner: newRoot(OWNER) };

/** The same with a token of the product's own: minted, attenuated, read by the strict reader. */
function realRequest(wanted: NaiveCase): AuthorisationRequest {
  const root = ROOTS[wanted.who];
  const life: TokenCheck = { kind: 'time', notAfter: inHours(wanted.sessionHours) };
  const first = mintHeld({ repo: '*', checks: [life, ...checksOf(wanted.session)] }, root);
  const held = wanted.agents.reduce(
    (parent, from, index) => delegate(parent, { agent: `agent ${index}`, checks: checksOf(from) }),
    first,
  );
  const chain = readChain(held);
  const request = requestOf(wanted, chain, root.publicKey);
  return { ...request, credential: { kind: 'chain', chain, bytes: held.token } };
}

function outcomeOf(decision: Decision): { readonly stage: string; readonly denied: readonly string[] } {
  return decision.kind === 'allow'
    ? { stage: 'allow', denied: [] }
    : { stage: decision.denial.stage, denied: decision.denial.denied };
}

function compare(engine: EvaluateToken, make: (wanted: NaiveCase) => AuthorisationRequest, numRuns: number) {
  const stages = new Map<string, number>();
  fc.assert(
    fc.property(cases, (wanted) => {
      const expected = naiveDecision(wanted, 'acme/core');
      stages.set(expected.stage, (stages.get(expected.stage) ?? 0) + 1);
      expect(outcomeOf(authorise(make(wanted), engine))).toEqual(expected);
    }),
    { seed: SEED, numRuns },
  );
  return stages;
}

describe('the decision and a naive model', () => {
  it('agree on thousands of cases, every gate among them', () => {
    const stages = compare(STUB_ENGINE, stubRequest, 5000);
    for (const stage of ['freeze', 'credential', 'holder', 'floor', 'scope', 'role', 'allow']) {
      expect(stages.get(stage) ?? 0, stage).toBeGreaterThan(50);
    }
  });

  it('agree with real tokens and the real engine', async () => {
    const engine = await TOKENS.loadEngine();
    const stages = compare(engine, realRequest, 300);
    for (const stage of ['scope', 'role', 'allow']) expect(stages.get(stage) ?? 0, stage).toBeGreaterThan(0);
  });

  it('would notice an engine that lets everything pass', () => {
    expect(() => compare(() => ({ kind: 'allow' }), stubRequest, 5000)).toThrow();
  });

  it('would notice a decision that looks at the nearest grant instead of the highest', () => {
    const nearest = (wanted: NaiveCase) => ({
      ...stubRequest(wanted),
      authority: { ...viewOf(wanted), grants: viewOf(wanted).grants.slice(0, 1) },
    });
    expect(() => compare(STUB_ENGINE, nearest, 5000)).toThrow();
  });
});
