import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import { partedAt } from './parted-at.ts';

/** What comes together in a state. */
export interface Joined {
  /** What the thread had: its newest carrier, or the commit that it began from; null for nothing. */
  readonly before: ObjectId | null;
  /** Its files. */
  readonly from: ObjectId | null;
  /** The commit that is brought in. */
  readonly base: ObjectId;
  /** The files that were made of both. */
  readonly tree: ObjectId;
}

export interface LeftOut {
  /** From the commit to the files: what differs from it where the thread's files stand as before. */
  readonly changes: readonly TreeChange[];
  /** False where history is cut off here: then it is everything that may have been left out. */
  readonly isTold: boolean;
}

/**
 * What a commit changed since the thread and it parted, and a state that brings it in has as before: whoever lands the
 * state takes it back. Of several commits in which they parted, what changed since each of them.
 */
export async function leftOut(
  workspace: Pick<Workspace, 'objects' | 'comparer' | 'revisions'>,
  { before, from, base, tree }: Joined,
): Promise<LeftOut> {
  const { comparer, revisions } = workspace;
  const brought = await treeOf(workspace, base);
  if (brought === undefined) return { changes: [], isTold: false };
  const taken = pathsOf(await comparer.compare(from, tree));
  let changes = (await comparer.compare(brought, tree)).filter(({ path }) => !taken.has(rawKey(path)));
  if (changes.length === 0 || before === null) return { changes, isTold: true };
  const parted = await partedAt(workspace, before, base);
  for (const commit of parted ?? []) {
    const changed = pathsOf(await comparer.compare(await revisions.commitTree(commit), brought));
    changes = changes.filter(({ path }) => changed.has(rawKey(path)));
  }
  return { changes, isTold: parted !== undefined };
}

/** The same of a state that continues another one; nothing where it brings no commit in. */
export async function leftOutOf(
  workspace: Workspace,
  { carried, from, tree }: Pick<Joined, 'from' | 'tree'> & { readonly carried: CarriedState },
): Promise<LeftOut> {
  const [before] = parentCarriers(carried);
  const { base } = carried.texts;
  if (before === undefined || base === null) return { changes: [], isTold: true };
  return leftOut(workspace, { before, from, base, tree });
}

async function treeOf(
  { objects }: Pick<Workspace, 'objects'>,
  commit: ObjectId,
): Promise<ObjectId | undefined> {
  const found = await objects.read(commit, 2 * 1024 * 1024);
  return found?.kind === 'commit' ? parseCommitLinks(found.content)?.tree : undefined;
}

function pathsOf(changes: readonly TreeChange[]): ReadonlySet<string> {
  return new Set(changes.map(({ path }) => rawKey(path)));
}
