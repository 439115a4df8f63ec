import type { EngineFacts } from '#domain/decision/decision.ts';
import { countWith, type BudgetCheck } from './budget.ts';
import type { TokenCheck } from './token.ts';
import { budgetWords } from './token-words.ts';

/** How one check fares against one request. `expected` and `actual` are data for a denial, not prose. */
export interface CheckOutcome {
  readonly holds: boolean;
  readonly expected: readonly string[];
  /** What the request has; `none` where it names nothing. */
  readonly actual: string;
}

/**
 * Evaluates a decoded check without the engine, for explanations and as the second opinion. A request
 * without a provider or model fails a check that asks for one.
 */
export function evaluateCheck(check: TokenCheck, facts: EngineFacts): CheckOutcome {
  switch (check.kind) {
    case 'operation':
      return outcome(check.anyOf, [facts.operation]);
    case 'resource':
      return outcome(check.anyOf, facts.within);
    case 'provider':
      return outcome(check.anyOf, namedOnly(facts.provider));
    case 'model':
      return outcome(check.anyOf, namedOnly(facts.model));
    case 'time':
      return { holds: facts.time <= check.notAfter, expected: [check.notAfter], actual: facts.time };
    case 'depth':
      return {
        holds: facts.depth <= check.atMost,
        expected: [String(check.atMost)],
        actual: String(facts.depth),
      };
    case 'budget':
      return budgetOutcome(check, facts);
  }
}

/** What nobody counted is not within any bound. */
function budgetOutcome({ budget, holder, atMost }: BudgetCheck, { spent, asks }: EngineFacts): CheckOutcome {
  const expected = [budgetWords(budget, atMost)];
  const used = spent.find((entry) => entry.holder === holder);
  if (used === undefined) return { holds: false, expected, actual: 'nobody counted' };
  const actual =
    budget === 'minutes' ? `${used.minutes} gone by` : `${used[budget]} used, ${asks[budget]} more asked`;
  return { holds: countWith(budget, used, asks) <= atMost, expected, actual };
}

/** `actual` is the first candidate: of a resource and its ancestors, the resource itself. */
function outcome(anyOf: readonly string[], candidates: readonly string[]): CheckOutcome {
  return {
    holds: candidates.some((candidate) => anyOf.includes(candidate)),
    expected: anyOf,
    actual: candidates[0] ?? 'none',
  };
}

function namedOnly(name: string | null): readonly string[] {
  return name === null ? [] : [name];
}
