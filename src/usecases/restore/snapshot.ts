import { formatBase32 } from '#domain/encoding/base32.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { SNAPSHOT_REFS } from '#domain/refs.ts';
import { encodeCarrierCommit } from '#domain/state/carrier.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectBatch, ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { editTree } from '#usecases/content/edit-tree.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';

/*
 * A snapshot is a commit without parents that only this clone has, below refs/heddle/snapshots/<random>:
 *
 *   before/  the files that a verb writes over, as they stood
 *   after/   what it puts in their place
 *
 * What is on one side alone was made, or taken away.
 */

/** The two sides of a snapshot: Git trees of the files concerned, and of no others. */
export interface Snapshot {
  readonly before: ObjectId;
  readonly after: ObjectId;
}

const SIDES = ['after', 'before'] as const;
const NAME_BYTES = 16;

/** Puts a snapshot of changes into a batch; the ref keeps it from Git's garbage collection. */
export async function draftSnapshot(
  workspace: Workspace,
  batch: ObjectBatch,
  { changes, at }: { readonly changes: readonly TreeChange[]; readonly at: Instant },
): Promise<RefChange & { readonly new: ObjectId }> {
  const sides = await draftSides(workspace, batch, changes);
  return draftSnapshotCommit(workspace, batch, { sides, at });
}

/** The commit over the trees of a snapshot, by their names, and the ref that keeps it. */
export function draftSnapshotCommit(
  { random }: Pick<Workspace, 'random'>,
  batch: ObjectBatch,
  { sides, at }: { readonly sides: readonly (readonly [string, ObjectId])[]; readonly at: Instant },
): RefChange & { readonly new: ObjectId } {
  const tree = batch.addTree(sides.map(([side, id]) => ({ mode: '40000', name: utf8(side), id })));
  const message = 'heddle snapshot';
  const content = encodeCarrierCommit({ tree, parents: [], principal: 'heddle', at, message });
  const commit = batch.add('commit', content);
  return { name: SNAPSHOT_REFS + formatBase32(random(NAME_BYTES)), old: null, new: commit };
}

/** The trees of the two sides, by their names. */
export async function draftSides(
  workspace: Workspace,
  batch: ObjectBatch,
  changes: readonly TreeChange[],
): Promise<readonly (readonly [string, ObjectId])[]> {
  const empty = batch.addTree([]);
  const before = changes.map(({ path, oldMode, oldId }) => ({ path, newMode: oldMode, newId: oldId }));
  return [
    [SIDES[0], await editTree(workspace, batch, { tree: empty, edits: changes })],
    [SIDES[1], await editTree(workspace, batch, { tree: empty, edits: before })],
  ];
}

/** Reads a snapshot; undefined where it is gone, or is none. */
export async function readSnapshot(
  { objects }: Pick<Workspace, 'objects'>,
  commit: ObjectId,
): Promise<Snapshot | undefined> {
  const rows = (await objects.readTree(commit)) ?? [];
  const ids = new Map(rows.map(({ name, id }) => [rawKey(name), id]));
  const [after, before] = SIDES.map((side) => ids.get(side));
  return before === undefined || after === undefined ? undefined : { before, after };
}
