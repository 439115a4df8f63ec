import type { RunResult } from '#domain/results/run-results.ts';
import type { RunEnd } from '#domain/run/run-record.ts';
import { agentNames } from '#domain/token/token.ts';
import { summariseRun } from './list-runs.ts';
import type { Ran } from './run-program.ts';

const SIGNAL_BASE = 128;
const TIMED_OUT = 124;

/** The answer of a run that has just ended. */
export function runOutcome({ run, caller, start, end, operation, signalNumber }: Ran): RunResult {
  const { principal } = caller.actor;
  const line = { at: end.startedAt, actor: { principal } };
  const via = agentNames(caller.chain);
  const summary = summariseRun({ id: run, line, via, start, end, status: 'ended' });
  return { ...summary, exit: exitOf(end, signalNumber), operation };
}

/** The program's own exit code; as a shell says it where a signal ended it, as timeout(1) does at the deadline. */
function exitOf({ outcome, code }: RunEnd, signalNumber: number): number {
  if (outcome === 'timed-out') return TIMED_OUT;
  return code ?? SIGNAL_BASE + signalNumber;
}
