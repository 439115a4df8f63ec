import { beforeAll, describe, expect, it } from 'vitest';
import type { EvaluateToken } from '#domain/decision/decision.ts';
import { evaluateDecoded } from '#domain/decision/foretell.ts';
import { budgetChecks, budgetsOf, type Budget, type Spending, type Spent } from '#domain/token/budget.ts';
import { BUDGET_KINDS } from '#domain/token/budget-kind.ts';
import { findWidening } from '#domain/token/token-scope.ts';
import {
  delegate,
  engineFacts,
  mintHeld,
  newRoot,
  readChain,
  TOKENS,
  type Held,
} from '../../support/tokens.ts';
import { fc } from '../../support/seed.ts';

const root = newRoot();
const DEEPEST = 8;

const amount = fc.integer({ min: 0, max: 3 });
const bound = fc.integer({ min: 0, max: 20 });
/** At most two kinds: more would leave hardly anything allowed. */
const budget: fc.Arbitrary<Budget> = fc
  .tuple(fc.subarray([...BUDGET_KINDS], { maxLength: 2 }), bound, bound)
  .map(([kinds, ...bounds]) => Object.fromEntries(kinds.map((kind, index) => [kind, bounds[index] ?? 0])));
const chains = fc.array(budget, { minLength: 1, maxLength: DEEPEST });
const counts = fc.record({ states: amount, files: amount, lines: amount, minutes: amount });
const asks: fc.Arbitrary<Spending> = fc.record({ states: amount, files: amount, lines: amount });
/** What was spent under each agent of the chain; null where nobody counted. */
const usage = fc.array(fc.option(counts, { freq: 40 }), { minLength: DEEPEST + 1, maxLength: DEEPEST + 1 });

interface Link {
  readonly held: Held;
  readonly budget: Budget;
}

function chainOf(budgets: readonly Budget[]): readonly Link[] {
  const links: Link[] = [];
  for (const each of budgets) {
    const parent = links.at(-1)?.held ?? mintHeld({}, root);
    links.push({ held: delegate(parent, { budget: each }), budget: each });
  }
  return links;
}

function spentOf(
  links: readonly Link[],
  counted: readonly (Omit<Spent, 'holder'> | null)[],
): readonly Spent[] {
  return links.flatMap(({ held }, index) => {
    const used = counted[index];
    return used === null || used === undefined ? [] : [{ ...used, holder: held.holder.publicKey }];
  });
}

/** The rule told again: each agent's own count, with what is asked, is within its own bounds. */
function within(
  links: readonly Link[],
  counted: readonly (Omit<Spent, 'holder'> | null)[],
  asked: Spending,
): boolean {
  return links.every(({ budget: bounds }, index) =>
    BUDGET_KINDS.every((kind) => {
      const bound = bounds[kind];
      const used = counted[index];
      if (bound === undefined) return true;
      return (
        used !== null && used !== undefined && used[kind] + (kind === 'minutes' ? 0 : asked[kind]) <= bound
      );
    }),
  );
}

let evaluate: EvaluateToken;
beforeAll(async () => {
  evaluate = await TOKENS.loadEngine();
});

describe('a budget', () => {
  it('is judged alike by the engine, by the decoded checks and by its rule, in chains of eight', () => {
    const seen = { allow: 0, refused: 0 };
    fc.assert(
      fc.property(chains, usage, asks, (budgets, counted, asked) => {
        const links = chainOf(budgets);
        const { held } = links.at(-1) ?? { held: mintHeld({}, root) };
        const facts = engineFacts({ spent: spentOf(links, counted), asks: asked, depth: links.length });
        const verdict = evaluate(held.token, root.publicKey, facts);
        seen[verdict.kind === 'allow' ? 'allow' : 'refused'] += 1;
        expect(verdict.kind === 'allow').toBe(within(links, counted, asked));
        expect(evaluateDecoded(readChain(held), facts)).toEqual(verdict);
      }),
      { numRuns: 60 },
    );
    expect(Math.min(seen.allow, seen.refused), JSON.stringify(seen)).toBeGreaterThan(0);
  });

  it('is never escaped by handing on: what is refused stays refused, whatever budget the child has', () => {
    let refused = 0;
    fc.assert(
      fc.property(chains, budget, usage, asks, (budgets, more, counted, asked) => {
        const links = chainOf(budgets);
        const parent = links.at(-1)?.held ?? mintHeld({}, root);
        const child = delegate(parent, { budget: more });
        const spent = spentOf([...links, { held: child, budget: more }], counted);
        const facts = engineFacts({ spent, asks: asked });
        const before = evaluate(parent.token, root.publicKey, facts);
        if (before.kind !== 'checks-failed') return;
        refused += 1;
        expect(evaluate(child.token, root.publicKey, facts)).toMatchObject({
          kind: 'checks-failed',
          failed: expect.arrayContaining([...before.failed]) as unknown,
        });
      }),
      { numRuns: 40 },
    );
    expect(refused).toBeGreaterThan(0);
  });

  it('may be asked for exactly where it is within every bound above', () => {
    fc.assert(
      fc.property(chains, budget, (budgets, more) => {
        const { blocks } = readChain(chainOf(budgets).at(-1)?.held ?? mintHeld({}, root));
        const child = { checks: budgetChecks('a'.repeat(64), more), provider: null, model: null };
        const wider = budgetsOf(blocks).some(({ budget: kind, atMost }) => (more[kind] ?? 0) > atMost);
        expect(findWidening(blocks, child) !== undefined).toBe(wider);
      }),
      { numRuns: 60 },
    );
  });
});
