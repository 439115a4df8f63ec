import { equalBytes } from '#domain/encoding/bytes.ts';
import { liesIn } from '#domain/resource/path-argument.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { ScannedWorktree, Worktree } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { editTree } from '#usecases/content/edit-tree.ts';
import { presentableTree } from '#usecases/content/materialise.ts';
import { setAside, type AsideWorkspace } from '#usecases/capture/set-aside.ts';
import { loadShunGuard } from '#usecases/content/shunned.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { resolveGitDir } from '#usecases/transaction/git-dir.ts';
import { readSnapshot } from './snapshot.ts';

type Restoring = Extract<Effect, { readonly kind: 'restore' }>;

/** What a restoring has to do, and what stands in its way. */
export interface Standing {
  readonly worktree: ScannedWorktree;
  /** Tree of the work tree as it stands; it is not stored. */
  readonly tree: ObjectId;
  /** Its paths, as `inTheWay` takes them. */
  readonly known: ReadonlySet<string>;
  /** Differences that still stand as before, or where nothing stands, or the beginning of what is wanted. */
  readonly left: readonly TreeChange[];
  /** Those where something else stands by now. */
  readonly other: readonly TreeChange[];
}

/**
 * Brings the files of a worktree to one side of a snapshot. A file is written only where it stands as on the other
 * side: what was done before a kill stays done, and what somebody changed since stays theirs.
 */
export async function restoreFiles(workspace: Workspace, effect: Restoring): Promise<void> {
  await setAside(workspace, (aside) => bringBack(aside, effect));
}

async function bringBack(workspace: AsideWorkspace, effect: Restoring): Promise<void> {
  const standing = await lookAtFiles(workspace, effect);
  if (standing === undefined) return;
  const { worktree, tree } = standing;
  let left = await unblocked(standing);
  let wanted = await treeWith(workspace, tree, left);
  // A file that somebody put where a directory has to be is taken away for nobody.
  const planned = new Set(left.map(({ path }) => rawKey(path)));
  const changes = await workspace.comparer.compare(tree, wanted);
  const taken = changes.filter(({ path }) => !planned.has(rawKey(path))).map(({ path }) => path);
  if (taken.length > 0) {
    left = left.filter(({ path }) => !liesIn(taken, path));
    wanted = await treeWith(workspace, tree, left);
  }
  if (left.length > 0) await worktree.advance(tree, wanted);
}

/** Compares a worktree with a snapshot; undefined where either is gone. Throws what a scan throws. */
export async function lookAtFiles(
  workspace: AsideWorkspace,
  { gitDir, snapshot, to }: Restoring,
): Promise<Standing | undefined> {
  const sides = await readSnapshot(workspace, snapshot);
  const absolute = resolveGitDir(workspace, gitDir);
  const worktree =
    absolute === workspace.places.gitDir ? workspace.worktree : await workspace.worktreeAt(absolute);
  if (sides === undefined || worktree === undefined) return undefined;
  const goal = await presentableTree(workspace, sides[to]);
  const changes = await workspace.comparer.compare(sides[to === 'after' ? 'before' : 'after'], goal);
  const examine = await loadShunGuard(workspace);
  const options = { seed: null, maxFileBytes: LARGEST_FILE, ...(examine === undefined ? {} : { examine }) };
  const { tree } = await worktree.scan(options);
  const found = await filesOf(workspace, tree);
  const at = ({ path }: TreeChange): string => found.get(rawKey(path)) ?? ABSENT;
  const left: TreeChange[] = [];
  const other: TreeChange[] = [];
  for (const change of changes) {
    const now = at(change);
    if (now === told(change.newMode, change.newId)) continue;
    const isOurs =
      now === ABSENT ||
      now === told(change.oldMode, change.oldId) ||
      (await isBegun(workspace, idOf(now), change.newId));
    (isOurs ? left : other).push(change);
  }
  return { worktree, tree, known: new Set(found.keys()), left, other };
}

/**
 * Git takes a file away before it writes the new one: a killed one leaves none, or the beginning. Nothing is lost where
 * all that stands there comes back.
 */
async function isBegun(workspace: Workspace, now: ObjectId, wanted: ObjectId | null): Promise<boolean> {
  if (wanted === null) return false;
  const [found, whole] = await workspace.objects.readMany([now, wanted], LARGEST_BEGUN);
  if (found?.kind !== 'blob' || whole?.kind !== 'blob') return false;
  return equalBytes(found.content, whole.content.subarray(0, found.content.length));
}

/** Paths of a tree, with what tells one file from another. */
export async function filesOf(workspace: Workspace, tree: ObjectId): Promise<ReadonlyMap<string, string>> {
  const files = await workspace.objects.listFiles(tree);
  return new Map(files.map(({ path, mode, id }) => [rawKey(path), told(mode, id)]));
}

const ABSENT = '';
/** Larger files are not looked into: readers of objects refuse more than they are asked for. */
const LARGEST_BEGUN = LARGEST_FILE;

function idOf(found: string): ObjectId {
  return found.slice(found.indexOf(' ') + 1);
}

function told(mode: string | null, id: ObjectId | null): string {
  return mode === null || id === null ? ABSENT : `${mode} ${id}`;
}

/** The worktree of a Git directory; undefined where it is gone. */
export async function openWorktree(workspace: Workspace, gitDir: string): Promise<Worktree | undefined> {
  return gitDir === workspace.places.gitDir ? workspace.worktree : workspace.worktreeAt(gitDir);
}

async function unblocked({ worktree, known, left }: Standing): Promise<readonly TreeChange[]> {
  const made = left.filter(({ oldId }) => oldId === null).map(({ path }) => path);
  const blocked = await worktree.inTheWay(made, known);
  return left.filter(({ path }) => !liesIn(blocked, path));
}

async function treeWith(
  workspace: Workspace,
  tree: ObjectId,
  edits: readonly TreeChange[],
): Promise<ObjectId> {
  const batch = workspace.writer.batch();
  const edited = await editTree(workspace, batch, { tree, edits });
  await batch.write();
  return edited;
}
