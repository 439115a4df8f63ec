import type { ObjectId } from '#ports/objects.ts';

/*
 * An object in a pack (gitformat-pack): type and size (four bits of the size below three bits of the type, then seven
 * bits a byte, least first, while the top bit is set); for a delta its base, as a distance backwards or as an id; then
 * the deflated bytes.
 */

const KINDS = new Map([
  [1, 'commit'],
  [2, 'tree'],
  [3, 'blob'],
  [4, 'tag'],
] as const);
const OFFSET_DELTA = 6;
const ID_DELTA = 7;
const ID_BYTES = 20;
/** A size of 32 bits, a distance of 35. */
const MOST_DIGITS = 5;

/** What an entry says of itself before its deflated bytes. */
export type PackEntry = {
  /** Of the inflated bytes: an object's, or a delta's own. */
  readonly size: number;
  /** Where the deflated bytes begin, in the pack. */
  readonly at: number;
} & (
  | { readonly base: undefined; readonly kind: 'commit' | 'tree' | 'blob' | 'tag' }
  | { readonly base: number | ObjectId }
);

/**
 * Reads the beginning of an entry.
 *
 * @param bytes of the pack, from `offset` on: as many as the longest beginning has.
 * @returns undefined for what is no entry.
 */
export function readPackEntry(bytes: Buffer, offset: number): PackEntry | undefined {
  const first = bytes[0];
  if (first === undefined) return undefined;
  let size = first & 15;
  let at = 1;
  for (let last = first, scale = 16; last >= 128; scale *= 128) {
    last = bytes[at] ?? 255;
    at += 1;
    if (at > MOST_DIGITS + 1) return undefined;
    size += (last & 127) * scale;
  }
  const type = (first >> 4) & 7;
  if (type === ID_DELTA) {
    const base = bytes.toString('hex', at, at + ID_BYTES);
    return base.length < 2 * ID_BYTES ? undefined : { size, at: offset + at + ID_BYTES, base };
  }
  if (type === OFFSET_DELTA) {
    const { distance, end } = readDistance(bytes, at);
    const base = offset - distance;
    return distance > 0 && base > 0 ? { size, at: offset + end, base } : undefined;
  }
  const kind = KINDS.get(type as 1);
  return kind === undefined ? undefined : { size, at: offset + at, base: undefined, kind };
}

/** Seven bits a byte, most first, and one more for each byte but the last: no distance has two spellings. */
function readDistance(bytes: Buffer, from: number): { readonly distance: number; readonly end: number } {
  let distance = 0;
  for (let at = from; at < from + MOST_DIGITS; at += 1) {
    const byte = bytes[at] ?? 255;
    distance += byte & 127;
    if (byte < 128) return { distance, end: at + 1 };
    distance = (distance + 1) * 128;
  }
  return { distance: 0, end: from };
}
