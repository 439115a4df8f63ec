import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import type { Digest, OperationId } from '#domain/id.ts';
import { decodeOperation, hashOperation, LARGEST_LINE } from '#domain/operation/operation-codec.ts';
import type { OperationLine } from '#domain/operation/operation.ts';
import { readMarker, type AppliedMarker } from './applied-marker.ts';
import { fileSize, listSegments, readBackward, segmentPath, type RawLine } from './segment.ts';

/** Which replica's log, and where it is. */
export interface ReplicaPlace {
  readonly replica: Digest;
  readonly directory: string;
}

/** A segment as it stood at one moment: sizes in bytes. */
export interface SegmentExtent {
  readonly segment: number;
  readonly lines: number;
  readonly texts: number;
}

/** A line that was read and decoded, and where it stands. */
export interface StoredLine {
  readonly id: OperationId;
  readonly line: OperationLine;
  readonly segment: number;
  readonly offset: number;
}

/** How a replica's log ends. */
export interface LogTail {
  /** Every segment, ascending. */
  readonly extents: readonly SegmentExtent[];
  readonly last: StoredLine | undefined;
  readonly marker: AppliedMarker | undefined;
  /** What a killed write left after {@link last}. */
  readonly torn: { readonly segment: number; readonly offset: number; readonly length: number } | undefined;
}

/**
 * Reads how a log ends, whether or not somebody appends meanwhile. A last line that is incomplete or cannot
 * be read is torn, unless the marker proves that it, or more, was committed: `LOG_CORRUPT`.
 */
export function readTail(place: ReplicaPlace, hasher: Hasher): LogTail {
  // The marker first: one that is read later may be of a line written after the sizes were taken.
  const marker = readMarker(place.directory);
  const extents = readExtents(place.directory);
  let torn: LogTail['torn'];
  for (const { segment, raw } of rawLinesBackward(place, extents)) {
    const last = decodeRaw({ place, segment, hasher }, raw);
    if (last !== undefined) {
      assertMarked(place, last, marker);
      return { extents, last, marker, torn };
    }
    if (torn !== undefined) throw corrupt(place, null, `${at(segment, raw.offset)} cannot be read`);
    torn = { segment, offset: raw.offset, length: raw.bytes.length + (raw.ended ? 1 : 0) };
  }
  assertMarked(place, undefined, marker);
  return { extents, last: undefined, marker, torn };
}

/** The segments with their sizes; those of the last one belong together even while somebody appends. */
export function readExtents(directory: string): readonly SegmentExtent[] {
  const segments = listSegments(directory);
  const newest = segments.at(-1);
  return segments.map((segment) => {
    const path = segmentPath(directory, segment, 'lines');
    let lines = fileSize(path);
    let texts = fileSize(segmentPath(directory, segment, 'texts'));
    if (segment !== newest) return { segment, lines, texts };
    // Sidecars come before their lines: sizes between which no line came differ by one sidecar at most.
    for (let again = fileSize(path); again !== lines; again = fileSize(path)) {
      lines = again;
      texts = fileSize(segmentPath(directory, segment, 'texts'));
    }
    return { segment, lines, texts };
  });
}

/** Raw lines of all segments, newest first. */
export function* rawLinesBackward(
  place: ReplicaPlace,
  extents: readonly SegmentExtent[],
): Generator<{ readonly segment: number; readonly raw: RawLine }> {
  for (const { segment, lines } of extents.toReversed()) {
    const path = segmentPath(place.directory, segment, 'lines');
    for (const raw of readBackward(path, lines, LARGEST_LINE)) yield { segment, raw };
  }
}

/** Decodes a raw line; undefined for anything but a complete, canonical line of this replica. */
export function decodeRaw(
  {
    place,
    segment,
    hasher,
  }: { readonly place: ReplicaPlace; readonly segment: number; readonly hasher: Hasher },
  raw: RawLine,
): StoredLine | undefined {
  if (!raw.ended) return undefined;
  try {
    const line = decodeOperation(raw.bytes);
    if (line.replica !== place.replica) return undefined;
    return { id: hashOperation(hasher, raw.bytes), line, segment, offset: raw.offset };
  } catch (error) {
    if (error instanceof HeddleError && error.code === 'FORMAT_INVALID') return undefined;
    throw error;
  }
}

function assertMarked(
  place: ReplicaPlace,
  last: StoredLine | undefined,
  marker: AppliedMarker | undefined,
): void {
  if (marker === undefined) return;
  const seq = last?.line.seq ?? -1;
  if (marker.seq > seq) throw corrupt(place, marker.seq, 'a line that was applied is gone or damaged');
  if (marker.seq === seq && marker.id !== last?.id) {
    throw corrupt(place, marker.seq, 'a line changed after it was applied');
  }
}

/** Where something stands, for people: segment and byte. */
export function at(segment: number, offset: number): string {
  return `segment ${segment}, byte ${offset}`;
}

/** The error for a log that cannot be continued or read; names replica and line. */
export function corrupt(place: ReplicaPlace, seq: number | null, what: string): HeddleError {
  return new HeddleError('LOG_CORRUPT', what, {
    facts: { replica: place.replica, seq },
    preserved: 'the log is as it was found',
  });
}
