import type { RefChange } from '#domain/operation/operation.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectBatch, ObjectId, TreeChange } from '#ports/objects.ts';
import type { IndexContent, MergeConflict } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { editTree } from '#usecases/content/edit-tree.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { draftSides, draftSnapshotCommit } from '#usecases/restore/snapshot.ts';

/*
 * The snapshot of a landing that stopped at conflicts has two sides like any other, and besides:
 *
 *   index/    the user's index as it was
 *   merged/   what git made of both
 *   stage-1/  at the paths in conflict: what both had, …
 *   stage-2/  … the branch's, …
 *   stage-3/  … and the thread's
 */

const STAGES = [1, 2, 3] as const;

/** What such a snapshot keeps. */
export interface ConflictDraft {
  /** From the files as they stand to those with the conflicts in them. */
  readonly changes: readonly TreeChange[];
  readonly conflicts: readonly MergeConflict[];
  readonly merged: ObjectId;
  /** The user's index. */
  readonly index: ObjectId;
  readonly at: Instant;
}

/** Puts the snapshot into a batch; the ref keeps it from Git's garbage collection. */
export async function draftConflictSnapshot(
  workspace: Workspace,
  batch: ObjectBatch,
  { changes, conflicts, merged, index, at }: ConflictDraft,
): Promise<RefChange & { readonly new: ObjectId }> {
  const empty = batch.addTree([]);
  const rows: (readonly [string, ObjectId])[] = [
    ...(await draftSides(workspace, batch, changes)),
    ['index', index],
    ['merged', merged],
  ];
  for (const stage of STAGES) {
    const edits = conflicts.flatMap(({ path, stages }) =>
      stages.flatMap((one) => (one.stage === stage ? [{ path, newMode: one.mode, newId: one.id }] : [])),
    );
    rows.push([`stage-${stage}`, await editTree(workspace, batch, { tree: empty, edits })]);
  }
  return draftSnapshotCommit(workspace, batch, { sides: rows, at });
}

/** The two contents of the index that a snapshot keeps; undefined where it is gone, or is another one. */
export async function readConflictSnapshot(
  { objects }: Pick<Workspace, 'objects'>,
  commit: ObjectId,
): Promise<Readonly<Record<'before' | 'after', IndexContent>> | undefined> {
  const rows = new Map((await objects.readTree(commit))?.map(({ name, id }) => [rawKey(name), id]));
  const [index, merged] = [rows.get('index'), rows.get('merged')];
  if (index === undefined || merged === undefined) return undefined;
  const unmerged: IndexContent['unmerged'][number][] = [];
  for (const stage of STAGES) {
    const tree = rows.get(`stage-${stage}`);
    const files = tree === undefined ? [] : await objects.listFiles(tree);
    unmerged.push(...files.map(({ path, mode, id }) => ({ path, mode, id, stage })));
  }
  return { before: { tree: index, unmerged: [] }, after: { tree: merged, unmerged } };
}
