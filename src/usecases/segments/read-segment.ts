import { concatBytes, decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import { decodeOperationTexts, LARGEST_TEXTS } from '#domain/operation/operation-codec.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { LARGEST_LINES, LARGEST_SIDECARS } from '#domain/published/bounds.ts';
import { followLines, type LogEnd, type PublishedLine } from '#domain/published/follow-lines.ts';
import { publishedLogInvalid } from '#domain/published/published-log-error.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { SegmentHead } from './read-heads.ts';
import { CHAINS, CHECKPOINT, LINES, TEXTS, type SegmentBlobs } from './segment-commit.ts';

type Reader = Pick<Workspace, 'objects' | 'hasher'>;

/** A segment with its lines. */
export interface ReadSegment {
  readonly head: SegmentHead;
  readonly lines: readonly PublishedLine[];
  readonly blobs: SegmentBlobs;
}

/**
 * Reads the lines of a segment and where everything beside them is: the tree holds just that. The lines follow from
 * `after`, and are those that the checkpoint signs. Verifies no signature. Throws `PUBLISHED_LOG_INVALID`.
 *
 * @param after undefined where the lines before are not known.
 */
export async function readSegment(
  { objects, hasher }: Reader,
  head: SegmentHead,
  after: LogEnd | undefined,
): Promise<ReadSegment> {
  const { checkpoint } = head;
  const { replica, first } = checkpoint;
  const refuse = (why: string): HeddleError => publishedLogInvalid(replica, first, why);
  const rows = named(await objects.readTree(head.tree), refuse);
  const linesBlob = fileAt(rows, LINES, refuse);
  const read = await objects.read(linesBlob, LARGEST_LINES);
  if (read?.kind !== 'blob') throw refuse('the lines of its segment are missing');
  const lines = followLines(hasher, { bytes: read.content, checkpoint, after });
  const chains = new Set(lines.flatMap(({ line: { chain } }) => chain ?? []));
  const expected = [CHECKPOINT, LINES, TEXTS, ...(chains.size === 0 ? [] : [CHAINS])];
  if (rows.size !== expected.length) throw refuse('its segment holds more than it should');
  const texts = await filesBelow({ objects }, rows.get(TEXTS), refuse);
  const sealed =
    chains.size === 0 ? new Map<string, ObjectId>() : await filesBelow({ objects }, rows.get(CHAINS), refuse);
  if (texts.size !== lines.length || sealed.size !== chains.size)
    throw refuse('its segment holds other sidecars or token chains than its lines name');
  return {
    head,
    lines,
    blobs: {
      checkpoint: fileAt(rows, CHECKPOINT, refuse),
      lines: linesBlob,
      texts: lines.map(({ line }) => texts.get(String(line.seq)) ?? missing(replica, line.seq, 'sidecar')),
      chains: new Map(
        [...chains].map((digest) => [digest, sealed.get(digest) ?? missing(replica, first, 'token chain')]),
      ),
    },
  };
}

function missing(replica: Digest, seq: number, what: string): never {
  throw publishedLogInvalid(replica, seq, `the ${what} is missing`);
}

type Refuse = (why: string) => HeddleError;

function named(rows: readonly TreeEntry[] | undefined, refuse: Refuse): ReadonlyMap<string, TreeEntry> {
  if (rows === undefined) throw refuse('a tree of its segment is missing');
  return new Map(rows.map((row) => [decodeUtf8(row.name) ?? '', row]));
}

function fileAt(rows: ReadonlyMap<string, TreeEntry>, name: string, refuse: Refuse): ObjectId {
  const row = rows.get(name);
  if (row?.mode !== '100644') throw refuse(`its segment has no ${name}`);
  return row.id;
}

async function filesBelow(
  { objects }: Pick<Workspace, 'objects'>,
  directory: TreeEntry | undefined,
  refuse: Refuse,
): Promise<ReadonlyMap<string, ObjectId>> {
  if (directory?.mode !== '40000') throw refuse('a directory of its segment is missing');
  const rows = named(await objects.readTree(directory.id), refuse);
  return new Map([...rows.keys()].map((name) => [name, fileAt(rows, name, refuse)]));
}

/**
 * The sidecars of a segment's lines, each the one that its line names or what stands for a redacted one. Throws
 * `PUBLISHED_LOG_INVALID`.
 */
export async function readSidecars(
  { objects, hasher }: Reader,
  { head, lines, blobs }: ReadSegment,
): Promise<readonly LoggedOperation[]> {
  const { replica } = head.checkpoint;
  const bytes = await readBounded({ objects }, blobs.texts, (index, why) =>
    publishedLogInvalid(replica, lines[index]?.line.seq ?? null, why),
  );
  return lines.map(({ id, line }, index) => {
    const raw = bytes[index] ?? new Uint8Array();
    const texts = decoded(raw, (why) => publishedLogInvalid(replica, line.seq, why));
    if (texts !== 'redacted' && textsDigest(hasher, raw) !== line.texts)
      throw publishedLogInvalid(replica, line.seq, 'its sidecar is another one');
    return { id, line, texts };
  });
}

function decoded(bytes: Uint8Array, refuse: Refuse): LoggedOperation['texts'] {
  try {
    return decodeOperationTexts(bytes);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    throw refuse(error.message);
  }
}

/** Blobs in order, all of them together no larger than the sidecars of a segment may be: sizes come before bytes. */
async function readBounded(
  { objects }: Pick<Workspace, 'objects'>,
  ids: readonly ObjectId[],
  refuse: (index: number, why: string) => HeddleError,
): Promise<readonly Uint8Array[]> {
  const pieces: Uint8Array[][] = ids.map(() => []);
  let left = LARGEST_SIDECARS;
  await objects.streamBlobs(ids, {
    start: (index, size) => {
      left -= size;
      if (size > LARGEST_TEXTS || left < 0) throw refuse(index, 'its sidecar is larger than any may be');
    },
    data: (index, piece) => pieces[index]?.push(piece.slice()),
    end: () => undefined,
  });
  return pieces.map((some) => concatBytes(...some));
}
