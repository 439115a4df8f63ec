import { inflateAt } from './inflate.ts';
import { HASH_BYTES, type HashName } from './object-id.ts';

const HEADER = 12;
const INDEX_HEADER = 8;
const FANOUT = 1024;
const FAR = 0x80_00_00_00;
const TYPES: Readonly<Record<number, string>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };

/** An entry of a pack as it stands there: an object whole, or what changes another one into it. */
export interface PackEntry {
  readonly offset: number;
  /** Undefined for a delta. */
  readonly type: string | undefined;
  /** Offset or id of what a delta changes. */
  readonly base: number | string | undefined;
  readonly dataAt: number;
  /** Where the next one begins; undefined where the stream is damaged. */
  readonly end: number | undefined;
}

export interface PackWalk {
  readonly entries: readonly PackEntry[];
  /** Where nothing more could be read; undefined where the pack is whole. */
  readonly brokenAt: number | undefined;
}

/** True where a pack begins, in a file of its own or after a bundle's head. */
export function isPackAt(bytes: Buffer, at: number): boolean {
  return (
    bytes.length >= at + HEADER &&
    bytes.toString('latin1', at, at + 4) === 'PACK' &&
    [2, 3].includes(bytes.readUInt32BE(at + 4))
  );
}

/** Walks a pack from entry to entry, without its index. */
export function walkPack(pack: Buffer, hash: HashName): PackWalk {
  const count = pack.readUInt32BE(8);
  const entries: PackEntry[] = [];
  let at = HEADER;
  for (let index = 0; index < count; index += 1) {
    const entry = tryEntry(pack, at, hash);
    if (entry !== undefined) entries.push(entry);
    if (entry?.end === undefined) return { entries, brokenAt: at };
    at = entry.end;
  }
  return { entries, brokenAt: at + HASH_BYTES[hash] === pack.length ? undefined : at };
}

/** The entry at an offset; undefined where none can be read. */
export function tryEntry(pack: Buffer, offset: number, hash: HashName): PackEntry | undefined {
  try {
    return readEntry(pack, offset, hash);
  } catch {
    return undefined;
  }
}

function readEntry(pack: Buffer, offset: number, hash: HashName): PackEntry | undefined {
  let at = offset;
  const head = pack.readUInt8(at);
  while (pack.readUInt8(at) >= 128) at += 1;
  at += 1;
  const kind = (head >> 4) & 7;
  let base: number | string | undefined;
  if (kind === 6) {
    const back = readBackOffset(pack, at);
    base = offset - back.value;
    at = back.next;
  } else if (kind === 7) {
    const end = at + HASH_BYTES[hash];
    base = pack.subarray(at, end).toString('hex');
    at = end;
  } else if (TYPES[kind] === undefined) {
    return undefined;
  }
  const inflated = inflateAt(pack, at);
  if (inflated === undefined) return undefined;
  const end = inflated.taken === undefined ? undefined : at + inflated.taken;
  return { offset, type: TYPES[kind], base, dataAt: at, end };
}

/** Seven bits a byte, the highest first, where each further byte counts one more (gitformat-pack). */
export function readBackOffset(
  bytes: Buffer,
  from: number,
): { readonly value: number; readonly next: number } {
  let at = from;
  let byte = bytes.readUInt8(at);
  let value = byte & 127;
  while (byte >= 128) {
    at += 1;
    byte = bytes.readUInt8(at);
    value = (value + 1) * 128 + (byte & 127);
  }
  return { value, next: at + 1 };
}

export function isPackIndex(bytes: Buffer): boolean {
  return bytes.length >= INDEX_HEADER + FANOUT && bytes.readUInt32BE(0) === 0xff_74_4f_63;
}

/** Reads version 2 of an index (gitformat-pack): id to offset; throws where it is damaged. */
export function readPackIndex(bytes: Buffer, hash: HashName): ReadonlyMap<string, number> {
  if (bytes.readUInt32BE(4) !== 2) throw new Error('an index of another version');
  const width = HASH_BYTES[hash];
  const count = bytes.readUInt32BE(INDEX_HEADER + FANOUT - 4);
  const ids = INDEX_HEADER + FANOUT;
  const offsets = ids + count * (width + 4);
  const far = offsets + count * 4;
  const found = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const id = bytes.subarray(ids + index * width, ids + (index + 1) * width).toString('hex');
    const offset = bytes.readUInt32BE(offsets + index * 4);
    found.set(id, offset < FAR ? offset : Number(bytes.readBigUInt64BE(far + (offset - FAR) * 8)));
  }
  return found;
}
