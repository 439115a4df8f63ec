import { shellWord } from '#domain/encoding/shell-line.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Effect, RefChange } from '#domain/operation/operation.ts';
import { SNAPSHOT_REFS, threadRef } from '#domain/refs.ts';
import type { PulledThread } from '#domain/results/boundary/remote-results.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectBatch, ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { presentableTree } from '#usecases/content/materialise.ts';
import { loadShunGuard } from '#usecases/content/shunned.ts';
import { filesOf } from '#usecases/restore/restore-files.ts';
import { draftSnapshot } from '#usecases/restore/snapshot.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { gitDirName } from '#usecases/transaction/git-dir.ts';

/** How this worktree takes part in a pull. */
export interface BroughtForward {
  readonly batch: ObjectBatch | null;
  readonly refs: readonly RefChange[];
  readonly effects: readonly Effect[];
  /** Why it stays where it was; null where it does not, or nothing moved under it. */
  readonly stays: string | null;
}

const NOTHING: BroughtForward = { batch: null, refs: [], effects: [], stays: null };

/**
 * Lets this worktree follow its thread to what came, where its files are those of the state that it stands on: nothing
 * of anybody's is written over then. They are kept in a snapshot all the same. The thread's ref must stand as before
 * yet, and what it is to lead to be in the store.
 *
 * @param carriers of the moved threads, by their names.
 */
export async function bringForward(
  workspace: Workspace,
  threads: readonly PulledThread[],
  { carriers, at }: { readonly carriers: ReadonlyMap<string, ObjectId>; readonly at: Instant },
): Promise<BroughtForward> {
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  const moved = threads.find(({ thread, outcome }) => thread === position?.thread && outcome === 'advanced');
  const carrier = carriers.get(moved?.thread ?? '');
  if (position === undefined || moved === undefined || carrier === undefined) return NOTHING;
  if (position.state !== moved.before) return staying(moved, 'it did not stand on what was newest here');
  const changes = await changesTo(workspace, moved.thread, carrier);
  return typeof changes === 'string' ? staying(moved, changes) : follow(workspace, moved, { changes, at });
}

/** Says why a worktree is not moved, and how to go on. */
export function staying({ thread }: PulledThread, why: string): BroughtForward {
  const go = `heddle start ${shellWord(thread)} --from ${shellWord(thread)} --worktree`;
  return {
    ...NOTHING,
    stays: `${thread} moved on, and this worktree stays where it was: ${why}; go on in another one with \`${go}\``,
  };
}

/** What differs between this worktree and what came; why it may not be changed. */
async function changesTo(
  workspace: Workspace,
  thread: string,
  carrier: ObjectId,
): Promise<readonly TreeChange[] | string> {
  const before = await workspace.refs.read(threadRef(thread));
  if (before === undefined) return 'its thread is gone';
  const [from, to] = [await filesIn(workspace, before), await filesIn(workspace, carrier)];
  const examine = await loadShunGuard(workspace);
  const options = { seed: from, maxFileBytes: LARGEST_FILE, ...(examine === undefined ? {} : { examine }) };
  if ((await workspace.worktree.changes(options)).length > 0) return 'its files changed';
  const changes = await workspace.comparer.compare(from, to);
  const made = changes.filter(({ oldId }) => oldId === null).map(({ path }) => path);
  const known = new Set((await filesOf(workspace, from)).keys());
  const [first] = await workspace.worktree.inTheWay(made, known);
  return first === undefined ? changes : `something that heddle does not keep stands at ${escapePath(first)}`;
}

async function filesIn(workspace: Workspace, carrier: ObjectId): Promise<ObjectId> {
  return presentableTree(workspace, (await carrierTrees(workspace, carrier)).files);
}

async function follow(
  workspace: Workspace,
  { thread, state }: PulledThread,
  { changes, at }: { readonly changes: readonly TreeChange[]; readonly at: Instant },
): Promise<BroughtForward> {
  const gitDir = gitDirName(workspace);
  const stands: Effect = { kind: 'worktree', gitDir, thread, state };
  // The commit of a submodule is not its files: those belong to another repository.
  const files = changes.filter(({ oldMode, newMode }) => oldMode !== '160000' && newMode !== '160000');
  if (files.length === 0) return { ...NOTHING, effects: [stands] };
  const batch = workspace.writer.batch();
  const ref = await draftSnapshot(workspace, batch, { changes: files, at });
  const restore: Effect = { kind: 'restore', gitDir, snapshot: ref.new, to: 'after' };
  return { ...NOTHING, batch, refs: [ref], effects: [restore, stands] };
}

/** What is wrong with the effects by which a worktree follows the threads of a pull; undefined for nothing. */
export function forwardProblem(effects: readonly Effect[], refs: readonly RefChange[]): string | undefined {
  for (const effect of effects) {
    const moves =
      effect.kind === 'restore'
        ? effect.to === 'after' &&
          refs.some(({ name, new: next }) => name.startsWith(SNAPSHOT_REFS) && next === effect.snapshot)
        : effect.kind === 'worktree' &&
          effect.thread !== null &&
          refs.some(({ name }) => name === threadRef(effect.thread ?? ''));
    if (!moves) return 'it moves a worktree to what did not come';
  }
  return undefined;
}
