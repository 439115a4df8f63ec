import type { EngineFacts } from '#domain/decision/decision.ts';
import type { TokenCheck } from './token.ts';

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
  }
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
