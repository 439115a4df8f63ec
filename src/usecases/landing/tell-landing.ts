import { commandEnding } from '#domain/encoding/shell-line.ts';
import type { HeddleError } from '#domain/error.ts';
import type { LandingProblem, LandResult } from '#domain/results/landing-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import { describeChanges } from '#usecases/states/describe-changes.ts';
import type { Following } from './branch-worktrees.ts';
import { describeConflicts } from './describe-conflicts.ts';
import type { OpenStates } from './landed-states.ts';
import type { LandingTarget } from './landing-target.ts';
import type { Merged } from './merge-states.ts';

/** The answer of a landing, without its operation. */
export type Landed = Omit<LandResult, 'operation'>;

/** Everything that a landing stands on, found before anything is asked. */
export interface Found extends OpenStates {
  readonly target: LandingTarget;
  readonly merged: Merged;
}

/** What came of it. */
export interface Outcome {
  readonly to: ObjectId | null;
  readonly commits: LandResult['commits'];
  readonly following: Pick<Following, 'effects' | 'worktrees' | 'problems'>;
  readonly problems: readonly LandingProblem[];
  /** The worktree in which conflicts wait. */
  readonly pending: string | null;
}

/** Nothing came of it. */
export const NOTHING: Outcome = {
  to: null,
  commits: [],
  following: { effects: [], worktrees: [], problems: [] },
  problems: [],
  pending: null,
};

/** Puts the answer together. */
export function resultOf(
  { target, states, merged, behind }: Found,
  dryRun: boolean,
  outcome: Outcome,
): Landed {
  return {
    thread: target.thread,
    branch: target.branch,
    landed: outcome.to !== null,
    dryRun,
    from: target.commit,
    to: outcome.to,
    states: states.map(({ id }) => id),
    commits: outcome.commits,
    omitted: merged.kind === 'conflict' ? [] : merged.omitted.map(({ id }) => id),
    changed: merged.kind === 'conflict' ? [] : describeChanges(merged.changed),
    conflicts: merged.kind === 'conflict' ? describeConflicts(merged.conflicts) : [],
    worktrees: outcome.following.worktrees,
    behind,
    pending: outcome.pending,
    problems: outcome.problems,
  };
}

/** A problem as a dry run tells it, with the command that helps. */
export function tellProblem({ code, message, facts }: HeddleError): LandingProblem {
  const { paths, path, why, command, advice } = facts;
  const fix = Array.isArray(command) ? command.map(String) : null;
  return {
    code,
    message: typeof why === 'string' && !message.includes(why) ? `${message}: ${why}` : message,
    paths: Array.isArray(paths) ? paths.map(String) : typeof path === 'string' ? [path] : [],
    advice: typeof advice === 'string' ? withoutCommand(advice, fix) : null,
    fix,
  };
}

/** An error says both in one sentence; here the command stands by itself. */
function withoutCommand(advice: string, fix: LandingProblem['fix']): string {
  const ending = fix === null ? '' : commandEnding(fix);
  return ending !== '' && advice.endsWith(ending) ? advice.slice(0, -ending.length) : advice;
}
