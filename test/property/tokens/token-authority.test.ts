import { beforeAll, describe, expect, it } from 'vitest';
import type { EngineFacts, EvaluateToken } from '#domain/decision/decision.ts';
import { evaluateDecoded } from '#domain/decision/foretell.ts';
import { ancestorsOf } from '#domain/resource/resource.ts';
import { ROLES, rolesSatisfying } from '#domain/authority/role.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import { NO_SPENDING } from '#domain/token/budget.ts';
import type { TokenBlock, TokenCheck } from '#domain/token/token.ts';
import { evaluateCheck } from '#domain/token/token-check.ts';
import { effectiveScope, findWidening } from '#domain/token/token-scope.ts';
import {
  delegate,
  LIFE,
  mintHeld,
  newRoot,
  NOON,
  readChain,
  TOKENS,
  type Held,
} from '../../support/tokens.ts';
import { fc } from '../../support/seed.ts';

const root = newRoot();
const AUTHORITY = readChain(mintHeld({}, root)).authority;

const OPERATIONS = ['state:read', 'state:capture', 'thread:start', 'review'] as const;
const RESOURCES = [
  'acme',
  'acme/core',
  'acme/core-evil',
  'acme/core@task',
  'acme/core@task/login',
  'acme/core:src',
  'acme/core@task:src',
  'acme/core@task/login:src/a.ts',
  'other/core',
];
const NAMES = ['anthropic', 'openai', 'ed25519/1'];

const hours = fc
  .integer({ min: -3, max: 3 })
  .map((hour) => formatInstant(instantMilliseconds(NOON) + hour * 3_600_000));
const check: fc.Arbitrary<TokenCheck> = fc.oneof(
  some(OPERATIONS).map((anyOf) => ({ kind: 'operation', anyOf }) as const),
  some(RESOURCES).map((anyOf) => ({ kind: 'resource', anyOf }) as const),
  some(NAMES).map((anyOf) => ({ kind: 'provider', anyOf }) as const),
  some(NAMES).map((anyOf) => ({ kind: 'model', anyOf }) as const),
  hours.map((notAfter) => ({ kind: 'time', notAfter }) as const),
  fc.integer({ min: 0, max: 4 }).map((atMost) => ({ kind: 'depth', atMost }) as const),
);
const checks = fc.array(check, { maxLength: 3 });
const chains = fc.array(checks, { minLength: 1, maxLength: 3 });
const name = fc.constantFrom(...NAMES, null);

const request: fc.Arbitrary<EngineFacts> = fc.record({
  operation: fc.constantFrom(...OPERATIONS),
  within: fc.constantFrom(...RESOURCES).map(ancestorsOf),
  satisfies: fc.constantFrom(...ROLES).map(rolesSatisfying),
  grants: fc.array(fc.record({ role: fc.constantFrom(...ROLES), resource: fc.constantFrom(...RESOURCES) }), {
    maxLength: 3,
  }),
  time: fc
    .tuple(hours, fc.constantFrom(-1, 0, 1))
    .map(([hour, ms]) => formatInstant(instantMilliseconds(hour) + ms)),
  depth: fc.integer({ min: 0, max: 4 }),
  provider: name,
  model: name,
  spent: fc.constant([]),
  asks: fc.constant(NO_SPENDING),
});

function some<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.subarray([...items], { minLength: 1, maxLength: 3 });
}

function held(chain: readonly (readonly TokenCheck[])[]): Held {
  const [own, ...children] = chain;
  return children.reduce<Held>(
    (parent, child) => delegate(parent, { checks: child }),
    mintHeld({ checks: [LIFE, ...(own ?? [])] }, root),
  );
}

function blocksOf(chain: readonly (readonly TokenCheck[])[]): readonly TokenBlock[] {
  const holder = root.publicKey;
  return chain.map((each, index) =>
    index === 0
      ? { ...AUTHORITY, checks: [LIFE, ...each] }
      : { kind: 'delegation', agent: `agent-${index}`, holder, provider: null, model: null, checks: each },
  );
}

function passes(blocks: readonly TokenBlock[], facts: EngineFacts): boolean {
  return blocks.every((block) => block.checks.every((each) => evaluateCheck(each, facts).holds));
}

let evaluate: EvaluateToken;
beforeAll(async () => {
  evaluate = await TOKENS.loadEngine();
});

describe('the authority of a token', () => {
  it('is judged alike by the engine and by the decoded checks', () => {
    let allowed = 0;
    fc.assert(
      fc.property(chains, request, (chain, facts) => {
        const { token } = held(chain);
        const verdict = evaluate(token, root.publicKey, facts);
        if (verdict.kind === 'allow') allowed += 1;
        expect(evaluateDecoded(readChain({ token, root }), facts)).toEqual(verdict);
      }),
      { numRuns: 150 },
    );
    expect(allowed).toBeGreaterThan(0);
  });

  it('is never widened by a block more, whatever that block says', () => {
    fc.assert(
      fc.property(chains, checks, request, (chain, child, facts) => {
        const parent = held(chain);
        const before = evaluate(parent.token, root.publicKey, facts);
        const after = evaluate(delegate(parent, { checks: child }).token, root.publicKey, facts);
        if (before.kind !== 'allow') expect(after.kind).not.toBe('allow');
        if (before.kind === 'checks-failed') {
          expect(after).toMatchObject({ failed: expect.arrayContaining([...before.failed]) });
        }
      }),
      { numRuns: 80 },
    );
  });

  it('covers all that a child may ask for without widening', () => {
    let asked = 0;
    fc.assert(
      fc.property(chains, checks, request, (chain, child, facts) => {
        const parents = blocksOf(chain);
        if (findWidening(parents, { checks: child, provider: null, model: null }) !== undefined) return;
        for (const each of child) {
          if (each.kind !== 'resource' && each.kind !== 'operation') continue;
          for (const item of each.anyOf) {
            asked += 1;
            const one = { ...each, anyOf: [item] };
            const kind = {
              ...facts,
              ...(each.kind === 'resource' ? { within: ancestorsOf(item) } : { operation: item }),
            };
            const mine = parents.map((block) => ({
              ...block,
              checks: block.checks.filter((c) => c.kind === each.kind),
            }));
            expect(passes(mine, kind as EngineFacts), JSON.stringify(one)).toBe(true);
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(asked).toBeGreaterThan(20);
  });

  it('is what its effective scope says', () => {
    fc.assert(
      fc.property(chains, request, (chain, facts) => {
        const blocks = blocksOf(chain);
        const scope = effectiveScope(blocks);
        const within =
          (scope.operations?.includes(facts.operation) ?? true) &&
          scope.resources.every((list) => list.some((resource) => facts.within.includes(resource))) &&
          (scope.notAfter === null || facts.time <= scope.notAfter) &&
          (scope.depth === null || facts.depth <= scope.depth) &&
          (scope.providers === null ||
            (facts.provider !== null && scope.providers.includes(facts.provider))) &&
          (scope.models === null || (facts.model !== null && scope.models.includes(facts.model)));
        expect(within).toBe(passes(blocks, facts));
      }),
      { numRuns: 400 },
    );
  });
});
