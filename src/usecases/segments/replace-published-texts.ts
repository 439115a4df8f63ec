import type { Digest } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { OPLOG_REFS, replicaOf } from '#domain/refs.ts';
import type { CoveredRecord } from '#domain/removal/covered-record.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isInvalidLog } from './read-verified.ts';
import { readHeads, type SegmentHead } from './read-heads.ts';
import { readSegment, type ReadSegment } from './read-segment.ts';
import { addSegment, encodeSegmentCommit } from './segment-commit.ts';

/** Other sidecars for some lines: blobs by the line's id. */
export type ReplacedTexts = ReadonlyMap<CoveredRecord, ObjectId>;

/**
 * Puts other sidecars beside lines that replicas published, this one's and others': the moves of the refs. Checkpoints
 * and lines stay as they were signed; a segment's commit is a function of what it holds, so whoever has the same
 * tombstones makes the same commits. What is damaged is passed over: `verify` tells it.
 */
export async function replacePublishedTexts(
  workspace: Workspace,
  batch: ObjectBatch,
  texts: ReplacedTexts,
): Promise<readonly RefChange[]> {
  const moves: RefChange[] = [];
  for (const [name, old] of await workspace.refs.list(OPLOG_REFS)) {
    const replica = replicaOf(name);
    const next =
      replica === undefined ? undefined : await replaceIn(workspace, batch, { replica, old, texts });
    if (next !== undefined && next !== old) moves.push({ name, old, new: next });
  }
  return moves;
}

/** The new head; undefined where nothing of that log can be read. */
async function replaceIn(
  workspace: Workspace,
  batch: ObjectBatch,
  {
    replica,
    old,
    texts,
  }: { readonly replica: Digest; readonly old: ObjectId; readonly texts: ReplacedTexts },
): Promise<ObjectId | undefined> {
  try {
    let parent: ObjectId | undefined;
    for (const head of await readHeads(workspace, { head: old, replica })) {
      const segment = await readSegment(workspace, head, undefined);
      parent = rebuildSegment(batch, segment, { texts, parent });
    }
    return parent;
  } catch (error) {
    if (isInvalidLog(error)) return undefined;
    throw error;
  }
}

/** Adds a segment on another parent and with other sidecars; the same commit where nothing changes. */
export function rebuildSegment(
  batch: ObjectBatch,
  { head, lines, blobs }: ReadSegment,
  { texts, parent }: { readonly texts: ReplacedTexts; readonly parent: ObjectId | undefined },
): ObjectId {
  const { checkpoint } = head;
  const replaced = blobs.texts.map((blob, index) => {
    const line = lines[index];
    return (line === undefined ? undefined : texts.get(line.id)) ?? blob;
  });
  if (replaced.some((blob, index) => blob !== blobs.texts[index]))
    return addSegment(batch, { checkpoint, blobs: { ...blobs, texts: replaced }, parent });
  return batch.add('commit', commitOn(head, parent));
}

function commitOn({ tree, checkpoint }: SegmentHead, parent: ObjectId | undefined): Uint8Array {
  return encodeSegmentCommit({ tree, parents: parent === undefined ? [] : [parent], checkpoint });
}
