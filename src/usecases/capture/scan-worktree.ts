import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { liesIn } from '#domain/resource/path-argument.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { editTree } from '#usecases/content/edit-tree.ts';
import type { AsideWorkspace } from './set-aside.ts';
import { loadShunGuard } from '#usecases/content/shunned.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { baseFiles, carrierTrees, type CarrierTrees } from '#usecases/states/carrier-trees.ts';
import { leftOut, type Joined } from '#usecases/states/brought/left-out.ts';
import { readStanding, type Standing } from '#usecases/threads/position.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import { findBrought, type Brought } from './brought-commit.ts';

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
  /**
   * Where a commit is brought in that whoever captures may have made: what it does to the thread's files, and what of it
   * is left out. It is asked about and looked at like what was touched, whoever it is credited to.
   */
  readonly along?: readonly TreeChange[];
  /** What a resolution leaves out of the branch's commit: it has to be allowed, and is nothing new. */
  readonly leftOut?: readonly TreeChange[];
  /** Stores what was found, durable; till then it lies beside the store. Done once nothing refuses it. */
  readonly keep: () => Promise<void>;
}

export interface ScanWorktreeOptions {
  readonly maxFileBytes: number;
  /** Raw paths of files and directories: only what changed there is taken, the rest is as it was. Empty for all. */
  readonly only?: readonly Uint8Array[];
  /** Whether a commit that brought files in since is told as `base`; with `only`, where it changed one of these. */
  readonly bringsIn?: boolean;
}

/**
 * Compares the work tree with what this worktree came from. Throws `CONTENT_SHUNNED`, what a scan throws, and
 * `NOT_FOUND` where nothing changed at one of the paths.
 */
export async function scanWorktree(
  workspace: AsideWorkspace,
  { maxFileBytes, only = [], bringsIn = false }: ScanWorktreeOptions,
): Promise<Scan> {
  const { begun, ...found } = await scanWhole(workspace, maxFileBytes);
  const along = bringsIn ? await broughtAlong(workspace, found, { begun, only }) : undefined;
  const whole = along === undefined ? found : await bringIn(workspace, found, along);
  const scan =
    only.length === 0 ? whole : await scanOnly(workspace, whole, { only, along: along?.paths ?? NONE });
  if (along === undefined) return scan;
  const before = found.standing.parent?.carrier ?? begun;
  return askAlong(workspace, scan, { before, from: found.from, base: along.commit });
}

async function scanOnly(
  workspace: AsideWorkspace,
  whole: Scan,
  named: { readonly only: readonly Uint8Array[]; readonly along: ReadonlySet<string> },
): Promise<Scan> {
  const tree = await takeOnly(workspace, whole, named);
  // Compared anew: a file that comes to lie where a file was takes that one away, whoever named it.
  const touched = await workspace.comparer.compare(whole.from, tree);
  return { ...whole, tree, touched, keep: () => workspace.keepOnly([tree], whole.from) };
}

/** Nobody but whoever works here says that a commit is somebody else's, so it lends nobody a right. */
async function askAlong(
  workspace: Workspace,
  scan: Scan,
  { before, from, base }: Omit<Joined, 'tree'>,
): Promise<Scan> {
  const done = await workspace.comparer.compare(from, scan.tree);
  const { changes } = await leftOut(workspace, { before, from, base, tree: scan.tree });
  return { ...scan, along: [...done, ...changes] };
}

/** The same changes, of which no object is made anywhere. */
export async function changesOfWorktree(
  workspace: Workspace,
): Promise<{ readonly from: ObjectId | null; readonly changes: readonly TreeChange[] }> {
  const { from } = await findBeginning(workspace);
  const examine = await loadShunGuard(workspace);
  const changes = await workspace.worktree.changes({
    seed: from,
    maxFileBytes: LARGEST_FILE,
    ...(examine === undefined ? {} : { examine }),
  });
  return { from, changes };
}

/** All that changed, and the commit that the thread began from. */
async function scanWhole(
  workspace: AsideWorkspace,
  maxFileBytes: number,
): Promise<Scan & { readonly begun: ObjectId | null }> {
  const beginning = await findBeginning(workspace);
  const { from } = beginning;
  // What was removed must not be read into any object again, not even for a capture that is refused.
  const examine = await loadShunGuard(workspace);
  const { tree } = await workspace.worktree.scan({
    seed: from,
    maxFileBytes,
    ...(examine === undefined ? {} : { examine }),
  });
  const touched = await workspace.comparer.compare(from, tree);
  return { ...beginning, tree, touched, keep: () => workspace.keep() };
}

async function findBeginning(workspace: Workspace) {
  const standing = await readStanding(workspace);
  const { parent } = standing;
  const parentTrees = parent === null ? null : await carrierTrees(workspace, parent.carrier);
  const begun = (await readThreadRecord(workspace, standing.thread))?.base ?? null;
  const base = parent === null ? begun : null;
  const from = parentTrees?.files ?? (await baseFiles(workspace, base));
  return { standing, parentTrees, base, from, begun };
}

const NONE: ReadonlySet<string> = new Set();

/** What came with a commit goes into the next state, unless nothing of it is among what was named. */
async function broughtAlong(
  workspace: Workspace,
  { standing: { parent }, from, tree, touched }: Scan,
  { begun: base, only }: { readonly begun: ObjectId | null; readonly only: readonly Uint8Array[] },
): Promise<Brought | undefined> {
  if (touched.length === 0) return undefined;
  const brought = await findBrought(workspace, { parent, base, from }, tree);
  const isWanted =
    only.length === 0 ||
    touched.some(({ path }) => liesIn(only, path) && brought?.paths.has(rawKey(path)) === true);
  return isWanted ? brought : undefined;
}

/** A thread without a state begins from what was brought in. */
async function bringIn(workspace: Workspace, found: Scan, { commit }: Brought): Promise<Scan> {
  if (found.parentTrees !== null) return { ...found, base: commit };
  const from = await workspace.revisions.commitTree(commit);
  return { ...found, base: commit, from, touched: await workspace.comparer.compare(from, found.tree) };
}

/** The tree in which nothing differs but what was named, and what came along with a commit. */
async function takeOnly(
  workspace: Workspace,
  { from, touched }: Pick<Scan, 'from' | 'touched'>,
  { only, along }: { readonly only: readonly Uint8Array[]; readonly along: ReadonlySet<string> },
): Promise<ObjectId> {
  for (const path of only) {
    if (!touched.some((change) => liesIn([path], change.path))) throw nothingChanged(path);
  }
  const batch = workspace.writer.batch();
  const tree = await editTree(workspace, batch, {
    tree: from ?? batch.addTree([]),
    edits: touched.filter(({ path }) => liesIn(only, path) || along.has(rawKey(path))),
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
