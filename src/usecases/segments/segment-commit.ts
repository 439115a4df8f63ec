import { utf8 } from '#domain/encoding/bytes.ts';
import { shortId, type Digest } from '#domain/id.ts';
import type { Checkpoint } from '#domain/published/checkpoint.ts';
import { encodeCarrierCommit } from '#domain/state/carrier.ts';
import type { ObjectBatch, ObjectId, TreeEntry } from '#ports/objects.ts';

/*
 * A closed segment is a commit, whose parent is the segment before. Its tree:
 *
 *   checkpoint.json  what the replica signs of it
 *   lines.jsonl      the lines as the log has them
 *   texts/<seq>      the sidecar of each line, or what stands for a redacted one
 *   chains/<digest>  the sealed token chains that the lines name; left out where they name none
 *
 * The commit is a function of its tree, its parent and the checkpoint. Nothing is read back from the rest of it.
 */

export const CHECKPOINT = 'checkpoint.json';
export const LINES = 'lines.jsonl';
export const TEXTS = 'texts';
export const CHAINS = 'chains';

/** Encodes the commit of a segment. */
export function encodeSegmentCommit({
  tree,
  parents,
  checkpoint: { replica, number, at },
}: {
  readonly tree: ObjectId;
  readonly parents: readonly ObjectId[];
  readonly checkpoint: Checkpoint;
}): Uint8Array {
  return encodeCarrierCommit({
    tree,
    parents,
    principal: 'heddle',
    at,
    message: `heddle segment ${number} of ${shortId(replica, 12)}`,
  });
}

/** The blobs of a segment's tree. */
export interface SegmentBlobs {
  readonly checkpoint: ObjectId;
  readonly lines: ObjectId;
  /** In order, the first line's first. */
  readonly texts: readonly ObjectId[];
  readonly chains: ReadonlyMap<Digest, ObjectId>;
}

/** Adds the tree and the commit of a segment to a batch. Returns the commit. */
export function addSegment(
  batch: ObjectBatch,
  {
    checkpoint,
    blobs,
    parent,
  }: {
    readonly checkpoint: Checkpoint;
    readonly blobs: SegmentBlobs;
    readonly parent: ObjectId | undefined;
  },
): ObjectId {
  const texts = blobs.texts.map((id, index) => file(String(checkpoint.first + index), id));
  const chains = [...blobs.chains].map(([digest, id]) => file(digest, id));
  const tree = batch.addTree([
    file(CHECKPOINT, blobs.checkpoint),
    file(LINES, blobs.lines),
    directory(TEXTS, batch.addTree(texts)),
    ...(chains.length === 0 ? [] : [directory(CHAINS, batch.addTree(chains))]),
  ]);
  const parents = parent === undefined ? [] : [parent];
  return batch.add('commit', encodeSegmentCommit({ tree, parents, checkpoint }));
}

function file(name: string, id: ObjectId): TreeEntry {
  return { mode: '100644', name: utf8(name), id };
}

function directory(name: string, id: ObjectId): TreeEntry {
  return { mode: '40000', name: utf8(name), id };
}
