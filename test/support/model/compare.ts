import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest, Decision, EvaluateToken } from '#domain/decision/decision.ts';
import type { NaiveOutcome } from '../naive-decision.ts';
import { plainChain, requestOf } from './case-request.ts';
import { DATALOG_ENGINE } from './datalog-engine.ts';
import { describeCase, shrink, type DecisionCase } from './decision-case.ts';

/** A decision in the words of the model. */
export function outcomeOf(decision: Decision): NaiveOutcome {
  if (decision.kind === 'allow') return { code: 'allow', gate: 'allow', denied: [], failed: [] };
  const { code, stage, denied, failed } = decision.denial;
  const lines = failed.map(({ block, expected, actual }) => `${block} ${expected.join()} ${actual}`);
  return { code, gate: stage, denied, failed: lines };
}

export function plainRequest(wanted: DecisionCase): AuthorisationRequest {
  return requestOf(wanted, plainChain(wanted.chain));
}

/** What the product decides about a case, by the stand-in of the engine. */
export function plainDecision(
  wanted: DecisionCase,
  engine: EvaluateToken = DATALOG_ENGINE,
): ReturnType<typeof authorise> {
  return authorise(plainRequest(wanted), engine);
}

export function differs(a: NaiveOutcome, b: NaiveOutcome): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}

/** The smallest case with the same problem, as people read it, and the seed that leads to it. */
export function report(
  wanted: DecisionCase,
  seed: number,
  problemOf: (wanted: DecisionCase) => string | undefined,
): string {
  const least = shrink(wanted, (candidate) => problemOf(candidate) !== undefined);
  return `seed ${seed}\n${describeCase(least)}\n${problemOf(least) ?? ''}`;
}
