import { broughtTips } from '#domain/state/brought-commit.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { baseFiles } from '#usecases/states/carrier-trees.ts';
import { carriesState, type CarriedState } from '#usecases/states/read-state.ts';

/** What came into a work tree with a commit. */
export interface Brought {
  readonly commit: ObjectId;
  /** Raw keys of the paths that it changed since the thread and it parted. */
  readonly paths: ReadonlySet<string>;
}

/** Where the files of a worktree are from. */
export interface Origin {
  readonly parent: CarriedState | null;
  /** The commit that the thread began from; null for none. */
  readonly base: ObjectId | null;
  /** Git tree that the files came from; null for the empty one. */
  readonly from: ObjectId | null;
}

/**
 * The commit that brought files into a worktree since its thread last had one, by a merge, a pull or a switch: what it
 * brought is not the work of whoever captures it. Undefined for none, and where HEAD moved without the files: a state
 * that named the commit then would take back what it brought.
 *
 * @param tree Git tree of the work tree.
 */
export async function findBrought(
  workspace: Workspace,
  origin: Origin,
  tree: ObjectId,
): Promise<Brought | undefined> {
  const { parent, base } = origin;
  const known = [base, parent?.texts.base ?? null].filter((id) => id !== null);
  const commits = await workspace.worktree.commitsSince(known);
  const [head] = commits;
  if (head === undefined) return undefined;
  const tips = await newTips(workspace, parent, broughtTips(commits));
  const [tip, ...more] = tips;
  // A state names one commit: of several the one that they came together in.
  const commit = more.length === 0 ? tip : head.commit;
  if (commit === undefined || (await carriesState(workspace, commit))) return undefined;
  const before = parent?.carrier ?? base;
  const paths = await changedSince(workspace, before, commit);
  const isTaken = await isTakenOver(workspace, { from: origin.from, head: head.commit, tree, paths });
  return isTaken ? { commit, paths } : undefined;
}

/** Those that no state of the thread has brought in. */
async function newTips(
  workspace: Workspace,
  parent: CarriedState | null,
  tips: readonly ObjectId[],
): Promise<readonly ObjectId[]> {
  if (parent === null || tips.length === 0) return tips;
  const landing = await workspace.landing();
  const fresh: ObjectId[] = [];
  for (const tip of tips) if (!(await landing.isAncestor(tip, parent.carrier))) fresh.push(tip);
  return fresh;
}

async function changedSince(
  workspace: Workspace,
  before: ObjectId | null,
  commit: ObjectId,
): Promise<ReadonlySet<string>> {
  const parted = before === null ? null : await (await workspace.landing()).commonAncestor(before, commit);
  return pathsBetween(
    workspace,
    await baseFiles(workspace, parted),
    await workspace.revisions.commitTree(commit),
  );
}

/** Whether no path that the commit changed stands as before, while HEAD has another one. */
async function isTakenOver(
  workspace: Workspace,
  {
    from,
    head,
    tree,
    paths,
  }: {
    readonly from: ObjectId | null;
    readonly head: ObjectId;
    readonly tree: ObjectId;
    readonly paths: ReadonlySet<string>;
  },
): Promise<boolean> {
  const touched = await pathsBetween(workspace, from, tree);
  const differing = await pathsBetween(workspace, await workspace.revisions.commitTree(head), tree);
  return [...paths].every((path) => touched.has(path) || !differing.has(path));
}

async function pathsBetween(
  workspace: Workspace,
  from: ObjectId | null,
  to: ObjectId,
): Promise<ReadonlySet<string>> {
  return new Set((await workspace.comparer.compare(from, to)).map(({ path }) => rawKey(path)));
}
