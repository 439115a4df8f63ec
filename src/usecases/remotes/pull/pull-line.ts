import type { OperationTexts, RefChange } from '#domain/operation/operation.ts';
import {
  DIVERGED_REFS,
  DROPPED_REFS,
  HEDDLE_REFS,
  REMOTE_REFS,
  SNAPSHOT_REFS,
  THREAD_REFS,
} from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tombstoneEffectsProblem } from '#usecases/receive/receive-line.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { readState } from '#usecases/states/read-state.ts';
import { carriersProblem } from '#usecases/verify/verify-removal-line.ts';
import type { VerifiedTombstones } from '#usecases/verify/verify-tombstone-set.ts';
import { forwardProblem } from './bring-forward.ts';
import { descends } from '#usecases/states/walk-states.ts';

/**
 * What is wrong with a line by which another clone's work arrived; undefined for nothing. It takes no ref away, moves
 * threads forward alone, and does what tombstones of the set say. What arrived is judged by itself, so it does not
 * matter who took it over.
 */
export async function pullLineProblem(
  workspace: Workspace,
  tombstones: VerifiedTombstones,
  { texts, refs }: { readonly texts: OperationTexts; readonly refs: readonly RefChange[] },
): Promise<string | undefined> {
  const own = refs.filter(({ name }) => !name.startsWith(REMOTE_REFS));
  const forward = texts.effects.filter(({ kind }) => kind === 'restore' || kind === 'worktree');
  const strange = own.some(
    ({ name, old, new: next }) =>
      (next === null && !name.startsWith(DIVERGED_REFS)) ||
      !name.startsWith(HEDDLE_REFS) ||
      (name.startsWith(SNAPSHOT_REFS) && (old !== null || forward.length === 0)),
  );
  if (strange || texts.inverse !== null) return 'a pull takes over what came, and nothing else';
  const threads = own.filter(({ name }) => name.startsWith(THREAD_REFS));
  const kept = own.filter(({ name }) => name.startsWith(DROPPED_REFS));
  return (
    tombstoneEffectsProblem(
      tombstones,
      texts.effects.filter((effect) => !forward.includes(effect)),
    ) ??
    forwardProblem(forward, own) ??
    (kept.some(({ old }) => old === null) ? 'a pull drops no thread' : undefined) ??
    (await carriersProblem(workspace, kept)) ??
    (await threadsProblem(workspace, threads))
  );
}

/** Where a purge or git's garbage collection took the older one, nothing can be compared. */
async function threadsProblem(
  workspace: Workspace,
  moves: readonly RefChange[],
): Promise<string | undefined> {
  for (const { name, old, new: next } of moves) {
    if (old === null || next === null) continue;
    const [before, after] = [await findCommit(workspace, old), await findCommit(workspace, next)];
    if (before === undefined || after === undefined) continue;
    if (!(await descends(workspace, next, (await readState(workspace, old)).id)))
      return `it moves ${name} back`;
  }
  return undefined;
}
