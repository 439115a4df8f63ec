import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import { liesIn } from '#domain/resource/path-argument.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { landedBy } from '#usecases/capture/amend/why-kept.ts';
import { editTree } from '#usecases/content/edit-tree.ts';
import { baseFiles, carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import type { KnownThread } from '#usecases/threads/known-thread.ts';
import { readTargets } from '#usecases/undo/targets.ts';

/** Where a thread's work began: a state, or a Git commit, or nothing. */
export interface Root {
  readonly state: CarriedState | null;
  readonly base: ObjectId | null;
  /** Git tree of the files there; null for the empty one. */
  readonly files: ObjectId | null;
}

/** The part of a thread's work that goes to another one. */
export interface Part {
  readonly head: CarriedState;
  readonly headFiles: ObjectId;
  readonly root: Root;
  /** What the part changes of the root's files. */
  readonly taken: readonly TreeChange[];
  /** The root's files with the part, and the thread's without it. */
  readonly withPart: ObjectId;
  readonly withoutPart: ObjectId;
  /** What the thread changes by losing the part. */
  readonly lost: readonly TreeChange[];
}

/**
 * Finds what a thread changed at some paths since it began, or since it was landed last. Writes trees, and nothing that
 * shows. Throws `NOT_FOUND` where that is nothing.
 */
export async function findPart(
  workspace: Workspace,
  { name, head, record }: KnownThread,
  paths: readonly Uint8Array[],
): Promise<Part> {
  if (head === null) {
    throw new HeddleError('NOT_FOUND', `the thread ${name} has no state yet`, {
      facts: { thread: name },
      preserved: 'nothing was changed',
    });
  }
  const root = await findRoot(workspace, { name, head, record });
  const { files: headFiles } = await carrierTrees(workspace, head.carrier);
  const all = await workspace.comparer.compare(root.files, headFiles);
  for (const path of paths) requireChanged(all, path);
  const named = all.filter((change) => liesIn(paths, change.path));
  const batch = workspace.writer.batch();
  const withPart = await editTree(workspace, batch, { tree: root.files ?? batch.addTree([]), edits: named });
  const back = named.map(({ path, oldMode, oldId }) => ({ path, newMode: oldMode, newId: oldId }));
  const withoutPart = await editTree(workspace, batch, { tree: headFiles, edits: back });
  await batch.write();
  // Compared anew: where a file stood for a directory, more goes than was named.
  const taken = await workspace.comparer.compare(root.files, withPart);
  const lost = await workspace.comparer.compare(headFiles, withoutPart);
  return { head, headFiles, root, taken, withPart, withoutPart, lost };
}

async function findRoot(
  workspace: Workspace,
  {
    name,
    head,
    record,
  }: { readonly name: string; readonly head: CarriedState; readonly record: ThreadRecord | null },
): Promise<Root> {
  const landed = await landedStates(workspace);
  const isRoot = ({ id, state }: CarriedState): boolean =>
    landed.has(id) || (record === null ? state.thread !== name : id === record.from);
  let state = head;
  while (!isRoot(state)) {
    const [parent] = parentCarriers(state);
    if (parent === undefined) {
      const { base } = state.texts;
      return { state: null, base, files: await baseFiles(workspace, base) };
    }
    state = await readState(workspace, parent);
  }
  return { state, base: null, files: (await carrierTrees(workspace, state.carrier)).files };
}

async function landedStates(workspace: Workspace): Promise<ReadonlySet<string>> {
  const landed = new Set<string>();
  for await (const { target, gone } of readTargets(workspace)) {
    if (gone === undefined) for (const id of landedBy(target)) landed.add(id);
  }
  return landed;
}

function requireChanged(all: readonly TreeChange[], path: Uint8Array): void {
  if (all.some((change) => liesIn([path], change.path))) return;
  const shown = path.length === 0 ? '.' : escapePath(path);
  throw new HeddleError('NOT_FOUND', `the thread changed nothing at ${shown}`, {
    facts: { path: shown },
    preserved: 'nothing was changed',
  });
}
