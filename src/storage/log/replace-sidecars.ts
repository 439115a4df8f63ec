import { concatBytes, equalBytes, utf8 } from '#domain/encoding/bytes.ts';
import type { Hasher } from '#domain/hash.ts';
import type { OperationId } from '#domain/id.ts';
import { decodeOperationTexts, LARGEST_LINE, LARGEST_TEXTS } from '#domain/operation/operation-codec.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { DurableFiles } from '#storage/durable-file.ts';
import { corrupt, decodeRaw, readExtents, type ReplicaPlace, type SegmentExtent } from './log-tail.ts';
import { readForward, segmentPath } from './segment.ts';
import { belongs, readSidecar } from './sidecars.ts';

const LF = utf8('\n');

/** What is done, and to what. */
export interface Replacing {
  readonly place: ReplicaPlace;
  readonly hasher: Hasher;
  readonly files: DurableFiles;
}

/**
 * Puts other sidecars in the places of some of one replica's. A segment is written anew as a whole, in one step: a kill
 * leaves all of it old or all of it new. Needs the repository lock, and a log whose end is whole. Throws `LOG_CORRUPT`.
 */
export function replaceSidecars(replacing: Replacing, sidecars: ReadonlyMap<OperationId, Uint8Array>): void {
  for (const extent of readExtents(replacing.place.directory)) replaceInSegment(replacing, extent, sidecars);
}

function replaceInSegment(
  { place, hasher, files }: Replacing,
  extent: SegmentExtent,
  sidecars: ReadonlyMap<OperationId, Uint8Array>,
): void {
  const wanted = wantedRows({ place, hasher }, extent, sidecars);
  if (wanted.size === 0) return;
  const path = segmentPath(place.directory, extent.segment, 'texts');
  const rows: Uint8Array[] = [];
  let changed = false;
  for (const raw of readForward(path, extent.texts, LARGEST_TEXTS)) {
    const next = wanted.get(rows.length);
    const known = readSidecar(raw, hasher);
    if (next !== undefined && !belongs(known, next.line.texts)) {
      throw corrupt(place, next.line.seq, 'the sidecar is gone or damaged');
    }
    const replaced = next !== undefined && !equalBytes(next.bytes, raw.bytes);
    changed ||= replaced;
    rows.push(replaced ? next.bytes : raw.bytes);
  }
  const last = Math.max(...wanted.keys());
  if (rows.length <= last) throw corrupt(place, null, 'sidecars are missing');
  if (changed) files.replace(path, concatBytes(...rows.flatMap((row) => [row, LF])));
}

interface WantedRow {
  readonly line: ReturnType<typeof decodeLine>['line'];
  readonly bytes: Uint8Array;
}

/** Sidecars lie in the order of their lines: which row of the segment gets which. */
function wantedRows(
  { place, hasher }: Pick<Replacing, 'place' | 'hasher'>,
  extent: SegmentExtent,
  sidecars: ReadonlyMap<OperationId, Uint8Array>,
): ReadonlyMap<number, WantedRow> {
  const wanted = new Map<number, WantedRow>();
  let row = 0;
  const path = segmentPath(place.directory, extent.segment, 'lines');
  for (const raw of readForward(path, extent.lines, LARGEST_LINE)) {
    const { id, line } = decodeLine({ place, segment: extent.segment, hasher }, raw);
    const bytes = sidecars.get(id);
    if (bytes !== undefined) {
      // What no reader would take is never written.
      const isStub = decodeOperationTexts(bytes) === 'redacted';
      if (!isStub && textsDigest(hasher, bytes) !== line.texts) {
        throw corrupt(place, line.seq, 'its sidecar is another one');
      }
      wanted.set(row, { line, bytes });
    }
    row += 1;
  }
  return wanted;
}

function decodeLine(
  at: Parameters<typeof decodeRaw>[0],
  raw: Parameters<typeof decodeRaw>[1],
): NonNullable<ReturnType<typeof decodeRaw>> {
  const stored = decodeRaw(at, raw);
  if (stored === undefined) throw corrupt(at.place, null, 'a line cannot be read');
  return stored;
}
