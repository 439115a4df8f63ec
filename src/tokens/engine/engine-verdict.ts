import type { EngineVerdict } from '#domain/decision/decision.ts';

/*
 * What the engine throws, as plain objects:
 *
 *   {FailedLogic: {Unauthorized: {policy, checks: […]}}}    a policy matched, checks failed
 *   {FailedLogic: {NoMatchingPolicy: {checks: […]}}}        none matched; checks may have failed too
 *   {RunLimit: …} and anything else                         no answer
 *
 * A check is {Block: {block_id, check_id, rule}}; `rule` is the token author's text and is not looked at.
 */

/** Reads the engine's refusal. What is not understood is `limit`, never an allowance. */
export function parseEngineError(error: unknown): EngineVerdict {
  const logic = field(error, 'FailedLogic');
  const unmatched = field(logic, 'NoMatchingPolicy');
  const checks = field(unmatched ?? field(logic, 'Unauthorized'), 'checks');
  const failed = Array.isArray(checks) ? checks.map(parseFailedCheck) : undefined;
  const understood = failed?.filter((check) => check !== undefined);
  if (failed === undefined || understood === undefined || understood.length < failed.length) {
    return { kind: 'limit', why: 'the engine gave no answer' };
  }
  if (understood.length > 0) return { kind: 'checks-failed', failed: understood };
  return unmatched === undefined ? { kind: 'limit', why: 'the engine gave no answer' } : { kind: 'no-match' };
}

function parseFailedCheck(value: unknown): { readonly block: number; readonly check: number } | undefined {
  const inner = field(value, 'Block');
  const block = field(inner, 'block_id');
  const check = field(inner, 'check_id');
  return typeof block === 'number' && typeof check === 'number' ? { block, check } : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
