import type { Hasher } from '#domain/hash.ts';
import { LARGEST_LINE, LARGEST_TEXTS } from '#domain/operation/operation-codec.ts';
import type { StoredOperation } from '#ports/log.ts';
import {
  at,
  corrupt,
  decodeRaw,
  readTail,
  type LogTail,
  type ReplicaPlace,
  type SegmentExtent,
  type StoredLine,
} from './log-tail.ts';
import { readForward, segmentPath, type RawLine } from './segment.ts';
import { belongs, readSidecar } from './sidecars.ts';

/**
 * Operations of one replica from a line on, the oldest first, as they stand in the files; files that end before it are
 * not read but for their first line. Throws `LOG_CORRUPT` at the first that is wrong. Verifies no signature.
 */
export function* storedForward(place: ReplicaPlace, hasher: Hasher, seq: number): Generator<StoredOperation> {
  const tail = readTail(place, hasher);
  let before: StoredLine | undefined;
  for (const extent of extentsFrom({ place, hasher, tail }, seq)) {
    for (const { stored, bytes, texts } of paired({ place, hasher, tail }, extent)) {
      if (before !== undefined && !follows(before, stored))
        throw corrupt(
          place,
          before.line.seq,
          `${at(before.segment, before.offset)} is not what the next line follows`,
        );
      before = stored;
      if (stored.line.seq >= seq) yield { id: stored.id, line: stored.line, bytes, texts };
    }
  }
}

interface Reading {
  readonly place: ReplicaPlace;
  readonly hasher: Hasher;
  readonly tail: LogTail;
}

/** From the newest file back to the one in which the line stands. */
function extentsFrom({ place, hasher, tail }: Reading, seq: number): readonly SegmentExtent[] {
  const wanted: SegmentExtent[] = [];
  for (const extent of tail.extents.toReversed()) {
    wanted.unshift(extent);
    const path = segmentPath(place.directory, extent.segment, 'lines');
    const [raw] = readForward(path, extent.lines, LARGEST_LINE);
    const first = raw === undefined ? undefined : decodeRaw({ place, segment: extent.segment, hasher }, raw);
    if (first !== undefined && first.line.seq <= seq) break;
  }
  return wanted;
}

function* paired(
  { place, hasher, tail }: Reading,
  extent: SegmentExtent,
): Generator<{ readonly stored: StoredLine; readonly bytes: Uint8Array; readonly texts: Uint8Array }> {
  const { segment } = extent;
  const sidecars = readForward(segmentPath(place.directory, segment, 'texts'), extent.texts, LARGEST_TEXTS);
  const lines = readForward(segmentPath(place.directory, segment, 'lines'), extent.lines, LARGEST_LINE);
  for (const raw of lines) {
    if (isTorn(tail, segment, raw)) return;
    const stored = decodeRaw({ place, segment, hasher }, raw);
    if (stored === undefined) throw corrupt(place, null, `${at(segment, raw.offset)} cannot be read`);
    const next = sidecars.next();
    if (next.done === true || !belongs(readSidecar(next.value, hasher), stored.line.texts))
      throw corrupt(place, stored.line.seq, 'the sidecar is gone or damaged');
    yield { stored, bytes: raw.bytes, texts: next.value.bytes };
  }
}

function isTorn({ torn }: LogTail, segment: number, { offset }: RawLine): boolean {
  return torn?.segment === segment && torn.offset === offset;
}

function follows(older: StoredLine, { line: { seq, prev } }: StoredLine): boolean {
  return older.line.seq + 1 === seq && older.id === prev;
}
