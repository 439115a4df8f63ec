import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadShunGuard } from '#usecases/content/shunned.ts';
import { baseFiles, carrierTrees, type CarrierTrees } from '#usecases/states/carrier-trees.ts';
import { readStanding, type Standing } from '#usecases/threads/position.ts';

/** What a file may be at most unless the caller says less: 1 GiB. */
export const LARGEST_FILE = 1024 ** 3;

/** Where a capture starts and what it found. */
export interface Scan {
  readonly standing: Standing;
  /** Trees of the parent's carrier; null for a thread's first state from Git. */
  readonly parentTrees: CarrierTrees | null;
  /** Git commit of a first state; null where it has a parent or began from nothing. */
  readonly base: ObjectId | null;
  /** Git tree that `touched` was compared with; null for the empty one. */
  readonly from: ObjectId | null;
  readonly tree: ObjectId;
  /** Everything touched: the difference from the parent, or from `base`. */
  readonly touched: readonly TreeChange[];
}

/**
 * Compares the work tree with what this worktree came from. Writes blobs and trees, and nothing that shows. Throws
 * `CONTENT_SHUNNED`, and what a scan throws.
 */
export async function scanWorktree(workspace: Workspace, maxFileBytes: number): Promise<Scan> {
  const standing = await readStanding(workspace);
  const { parent } = standing;
  const parentTrees = parent === null ? null : await carrierTrees(workspace, parent.carrier);
  const record = await workspace.records.readThread(standing.thread);
  const base = parent === null ? (record?.base ?? null) : null;
  const from = parentTrees?.files ?? (await baseFiles(workspace, base));
  // What was removed must not come back into the store, not even for a capture that is refused.
  const examine = await loadShunGuard(workspace);
  const { tree } = await workspace.worktree.scan({
    seed: from,
    maxFileBytes,
    ...(examine === undefined ? {} : { examine }),
  });
  return { standing, parentTrees, base, from, tree, touched: await workspace.comparer.compare(from, tree) };
}
