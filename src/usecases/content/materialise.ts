import { escapeSegment } from '#domain/encoding/percent-escape.ts';
import { invariant } from '#domain/error.ts';
import { kindOfMode } from '#domain/manifest/entry.ts';
import { replacementBytes } from '#domain/removal/replacement.ts';
import { splitPath } from '#domain/resource/repository-path.ts';
import type { FileEntry, ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { editTree, type TreeEdit } from './edit-tree.ts';
import { loadRefusalCheck, type RefusalCheck } from './refused-content.ts';

/**
 * The one way in which files are checked out: what this clone refuses never reaches the disk, its replacement stands
 * in its place, in the worktree's index too.
 */
export async function materialiseFiles(
  workspace: Workspace,
  places: RepositoryPlaces,
  tree: ObjectId,
): Promise<void> {
  await workspace.worktrees.materialise(places, await presentableTree(workspace, tree));
}

/** A tree of files as it may be put on the disk: replacements stand for what this clone refuses. Durable on return. */
export async function presentableTree(workspace: Workspace, tree: ObjectId): Promise<ObjectId> {
  if ((await workspace.shun.read()).length === 0) return tree;
  const { view } = await knowAuthority(workspace);
  const refusedBy = await loadRefusalCheck(workspace, await readTombstones(workspace, view));
  const batch = workspace.writer.batch();
  const edits = (await workspace.objects.listFiles(tree)).flatMap((file) =>
    replacementOf(batch, file, refusedBy),
  );
  if (edits.length === 0) return tree;
  const edited = await editTree(workspace, batch, { tree, edits });
  await batch.write();
  return edited;
}

function replacementOf(
  batch: ObjectBatch,
  { path, mode, id }: FileEntry,
  refusedBy: RefusalCheck,
): readonly TreeEdit[] {
  const kind = kindOfMode(mode);
  const tombstone = kind === 'submodule' ? undefined : refusedBy(id);
  if (tombstone === undefined) return [];
  invariant(kind !== undefined, 'what is listed has a mode of today');
  const name = escapeSegment(splitPath(path).at(-1) ?? path);
  return [{ path, newMode: mode, newId: batch.add('blob', replacementBytes(tombstone, { name, kind })) }];
}
