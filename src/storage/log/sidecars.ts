import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import type { Digest } from '#domain/id.ts';
import { decodeOperationTexts, LARGEST_TEXTS } from '#domain/operation/operation-codec.ts';
import type { OperationTexts } from '#domain/operation/operation.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { ReplicaPlace, SegmentExtent } from './log-tail.ts';
import { readBackward, segmentPath, type RawLine } from './segment.ts';

/** A sidecar line as it was read: `damaged` where it is torn or no sidecar at all. */
export interface Sidecar {
  readonly offset: number;
  readonly length: number;
  readonly digest: Digest;
  readonly texts: OperationTexts | 'redacted' | 'damaged';
}

/** Sidecars that an append which was killed, or is under way, may have left without a line. */
const MOST_EXTRA = 1;

/** Decodes one raw line of a sidecar file. */
export function readSidecar(raw: RawLine, hasher: Hasher): Sidecar {
  const place = { offset: raw.offset, length: raw.bytes.length, digest: textsDigest(hasher, raw.bytes) };
  if (!raw.ended) return { ...place, texts: 'damaged' };
  try {
    return { ...place, texts: decodeOperationTexts(raw.bytes) };
  } catch (error) {
    if (error instanceof HeddleError) return { ...place, texts: 'damaged' };
    throw error;
  }
}

/** Tells whether a sidecar stands for the line that names `digest`. */
export function belongs(sidecar: Sidecar, digest: Digest): boolean {
  return sidecar.texts === 'redacted' || (sidecar.texts !== 'damaged' && sidecar.digest === digest);
}

/** Sidecars of one segment, the last one first. */
export function* sidecarsBackward(
  place: ReplicaPlace,
  extent: SegmentExtent,
  hasher: Hasher,
): Generator<Sidecar> {
  const path = segmentPath(place.directory, extent.segment, 'texts');
  for (const raw of readBackward(path, extent.texts, LARGEST_TEXTS)) yield readSidecar(raw, hasher);
}

/**
 * The sidecar of a segment's last line, and where it ends; undefined where none is within reach. What stands
 * behind it has no line.
 */
export function findLastSidecar(
  sidecars: Iterator<Sidecar, unknown>,
  digest: Digest,
): { readonly sidecar: Sidecar; readonly end: number } | undefined {
  for (let extra = 0; extra <= MOST_EXTRA; extra += 1) {
    const next = sidecars.next();
    if (next.done === true) return undefined;
    const sidecar = next.value;
    if (belongs(sidecar, digest)) return { sidecar, end: sidecar.offset + sidecar.length + 1 };
  }
  return undefined;
}
