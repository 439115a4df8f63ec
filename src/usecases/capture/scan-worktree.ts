import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { liesIn } from '#domain/resource/path-argument.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { editTree } from '#usecases/content/edit-tree.ts';
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
  /** Git commit that a first state began from, or that another one brings in; null for none. */
  readonly base: ObjectId | null;
  /** Git tree that `touched` was compared with; null for the empty one. */
  readonly from: ObjectId | null;
  readonly tree: ObjectId;
  /** Everything touched: the difference from the parent, or from `base`. */
  readonly touched: readonly TreeChange[];
}

export interface ScanWorktreeOptions {
  readonly maxFileBytes: number;
  /** Raw paths of files and directories: only what changed there is taken, the rest is as it was. Empty for all. */
  readonly only?: readonly Uint8Array[];
}

/**
 * Compares the work tree with what this worktree came from. Writes blobs and trees, and nothing that shows. Throws
 * `CONTENT_SHUNNED`, what a scan throws, and `NOT_FOUND` where nothing changed at one of the paths.
 */
export async function scanWorktree(
  workspace: Workspace,
  { maxFileBytes, only = [] }: ScanWorktreeOptions,
): Promise<Scan> {
  const standing = await readStanding(workspace);
  const { parent } = standing;
  const parentTrees = parent === null ? null : await carrierTrees(workspace, parent.carrier);
  const record = await workspace.records.readThread(standing.thread);
  const base = parent === null ? (record?.base ?? null) : null;
  const from = parentTrees?.files ?? (await baseFiles(workspace, base));
  // What was removed must not come back into the store, not even for a capture that is refused.
  const examine = await loadShunGuard(workspace);
  const scanned = await workspace.worktree.scan({
    seed: from,
    maxFileBytes,
    ...(examine === undefined ? {} : { examine }),
  });
  const all = await workspace.comparer.compare(from, scanned.tree);
  const whole = { standing, parentTrees, base, from, tree: scanned.tree, touched: all };
  if (only.length === 0) return whole;
  const tree = await takeOnly(workspace, { from, changes: all, only });
  // Compared anew: a file that comes to lie where a file was takes that one away, whoever named it.
  return { ...whole, tree, touched: await workspace.comparer.compare(from, tree) };
}

/** The tree in which nothing differs but what was named. */
async function takeOnly(
  workspace: Workspace,
  {
    from,
    changes,
    only,
  }: {
    readonly from: ObjectId | null;
    readonly changes: readonly TreeChange[];
    readonly only: readonly Uint8Array[];
  },
): Promise<ObjectId> {
  for (const path of only) {
    if (!changes.some((change) => liesIn([path], change.path))) throw nothingChanged(path);
  }
  const batch = workspace.writer.batch();
  const tree = await editTree(workspace, batch, {
    tree: from ?? batch.addTree([]),
    edits: changes.filter((change) => liesIn(only, change.path)),
  });
  await batch.write();
  return tree;
}

function nothingChanged(path: Uint8Array): HeddleError {
  const shown = path.length === 0 ? '.' : escapePath(path);
  return new HeddleError('NOT_FOUND', `nothing changed at ${shown}`, {
    facts: { path: shown, advice: 'see what changed with `heddle status`' },
    preserved: 'nothing was captured',
  });
}
