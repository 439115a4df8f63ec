import type { OperationKind } from '#domain/operation/operation.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { replacedBy } from '#usecases/capture/amend/replaced-state.ts';
import { descends } from '#usecases/states/walk-states.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { readState } from '#usecases/states/read-state.ts';
import type { CoveredStep, WayJudge } from './coverage.ts';

/*
 * A line is judged by the commits that it names, and passes where they are gone: in a log that is right, of work that was
 * taken back since. A pusher chooses what is gone. So a way may not lead through what nobody can look at.
 */

/** Kinds of lines that move a thread forward, or to the same state, and never anywhere else. */
const FORWARD: ReadonlySet<OperationKind> = new Set([
  'capture',
  'continue',
  'pull',
  'receive',
  'redact',
  'lift',
  'purge',
]);

/** Judges the way of a branch: each commit on it is there. */
export function branchWay(candidate: Workspace): WayJudge {
  return async (way) => {
    for (const { move } of way) if (!(await isThere(candidate, move.new))) return GONE;
    return undefined;
  };
}

/**
 * Judges the way of a thread by states: it goes forward, from one commit that is there to the next; where it does not, a
 * single line says so that is about more than going on, and knows both ends.
 */
export function threadWay(candidate: Workspace): WayJudge {
  return async (way) => {
    let part: CoveredStep[] = [];
    for (const step of way) {
      part.push(step);
      if (!(await isThere(candidate, step.move.new))) continue;
      const why = await partProblem(candidate, part);
      if (why !== undefined) return why;
      part = [];
    }
    return part.length === 0 ? undefined : GONE;
  };
}

const GONE = 'the lines about it lead through what is not here';

async function partProblem(candidate: Workspace, part: readonly CoveredStep[]): Promise<string | undefined> {
  const [first] = part;
  const last = part.at(-1);
  if (first === undefined || last === undefined) return GONE;
  if (await isForward(candidate, first.move.old, last.move.new)) return undefined;
  if (part.length > 1) return GONE;
  const { line, texts } = first.line;
  const goesBack = FORWARD.has(line.op) && replacedBy(texts) === undefined;
  return goesBack ? `line ${line.seq} (${line.op}): it takes away what others made` : undefined;
}

async function isForward(
  candidate: Workspace,
  old: ObjectId | null,
  next: ObjectId | null,
): Promise<boolean> {
  if (next === null) return false;
  if (old === null) return true;
  return descends(candidate, next, (await readState(candidate, old)).id);
}

/** That a ref is taken away needs no commit. */
async function isThere(candidate: Workspace, commit: ObjectId | null): Promise<boolean> {
  return commit === null || (await findCommit(candidate, commit)) !== undefined;
}
