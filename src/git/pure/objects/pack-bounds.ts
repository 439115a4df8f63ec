import { inflateSync } from 'node:zlib';
import { LARGEST_OBJECT } from '#git/plain/unsupported.ts';

/*
 * What isomorphic-git is handed has to be bounded before: it inflates whatever there is, follows deltas however
 * far they lead, and remembers what it read. So every object is measured first, in the same bytes.
 *
 * An object in a pack (gitformat-pack): type and size (four bits of the size below three bits of the type, then
 * seven bits a byte, least first, while the top bit is set); for a delta its base, as a distance backwards or as
 * an id; then the deflated bytes. A delta begins with the sizes of its base and of its result.
 */

const KINDS: Readonly<Record<number, string>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const OFFSET_DELTA = 6;
const ID_DELTA = 7;
const HEADER = 12;
const ID_BYTES = 20;
/** Git itself makes no longer chains. */
const LONGEST_CHAIN = 4096;
/** All that a chain of deltas inflates to, results included. */
const LARGEST_CHAIN = 4 * LARGEST_OBJECT;

/** `damaged` says why; `large` is sound as far as anybody looked. */
export type Measured =
  | { readonly kind: 'object'; readonly type: string; readonly size: number; readonly cost: number }
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'large'; readonly size: number };

interface Entry {
  readonly type: number;
  readonly size: number;
  /** Where the base, or else the deflated bytes, begin. */
  readonly at: number;
}

type Find = (id: string) => number | undefined;

/** Follows an object through its deltas, inflating each no further than it says of itself. Never throws. */
export function measurePacked(pack: Buffer, offset: number, find: Find): Measured {
  /** Of the object itself, and of what the last delta was made from. */
  let sizes: { readonly own: number; readonly base: number } | undefined;
  let cost = 0;
  let at = offset;
  for (let depth = 0; depth < LONGEST_CHAIN; depth += 1) {
    const link = readLink(pack, at, find);
    if (link.kind !== 'link') return link;
    if (sizes !== undefined && sizes.base !== link.size) return damaged('a delta is of another object');
    cost += link.cost;
    const own = sizes?.own ?? link.size;
    if (link.base === undefined) return { kind: 'object', type: link.type, size: own, cost };
    if (cost > LARGEST_CHAIN) return { kind: 'large', size: own };
    sizes = { own, base: link.base.size };
    at = link.base.at;
  }
  return damaged('a chain of deltas has no end');
}

/** One object of a chain; `size` is of what it stands for, a delta's result. */
interface Link {
  readonly kind: 'link';
  readonly type: string;
  readonly size: number;
  readonly cost: number;
  readonly base: { readonly at: number; readonly size: number } | undefined;
}

function readLink(pack: Buffer, at: number, find: Find): Link | Measured {
  const entry = readEntry(pack, at);
  if (entry === undefined) return damaged('an entry has no sound header');
  if (entry.size > LARGEST_OBJECT) return { kind: 'large', size: entry.size };
  const type = KINDS[entry.type];
  return type === undefined ? readDelta(pack, at, { entry, find }) : readWhole(pack, entry, type);
}

function readWhole(pack: Buffer, { at, size }: Entry, type: string): Link | Measured {
  const sound = inflateExactly(pack, at, size) !== undefined;
  if (!sound) return damaged('an entry is not as long as it says');
  return { kind: 'link', type, size, cost: size, base: undefined };
}

function readDelta(
  pack: Buffer,
  offset: number,
  link: { readonly entry: Entry; readonly find: Find },
): Link | Measured {
  const base = findBase(pack, offset, link);
  if (base === undefined) return damaged('a delta has no base in its pack');
  const delta = inflateExactly(pack, base.content, link.entry.size);
  const sizes = delta === undefined ? undefined : readDeltaSizes(delta);
  if (sizes === undefined) return damaged('a delta is not as long as it says');
  if (Math.max(sizes.base, sizes.result) > LARGEST_OBJECT) return { kind: 'large', size: sizes.result };
  const cost = link.entry.size + sizes.result;
  return { kind: 'link', type: 'delta', size: sizes.result, cost, base: { at: base.at, size: sizes.base } };
}

function readEntry(pack: Buffer, offset: number): Entry | undefined {
  const end = pack.length - ID_BYTES;
  const first = offset >= HEADER && offset < end ? pack[offset] : undefined;
  if (first === undefined) return undefined;
  const more = (first & 128) === 0 ? { value: 0, at: offset + 1 } : readNumber(pack, offset + 1, end);
  if (more === undefined) return undefined;
  // Multiplied, not shifted: sizes may need more than 32 bits.
  return { type: (first >> 4) & 7, size: (first & 15) + more.value * 16, at: more.at };
}

/** Seven bits a byte, least first; undefined where it does not end, or is no safe integer. */
function readNumber(
  bytes: Uint8Array,
  from: number,
  end: number,
): { readonly value: number; readonly at: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let at = from; at < end && at < from + 7; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * scale;
    scale *= 128;
    if ((byte & 128) === 0) return { value, at: at + 1 };
  }
  return undefined;
}

/** Where a delta's base is, and where its own deflated bytes begin. */
function findBase(
  pack: Buffer,
  offset: number,
  { entry, find }: { readonly entry: Entry; readonly find: Find },
): { readonly at: number; readonly content: number } | undefined {
  if (entry.type === ID_DELTA) {
    const base = find(pack.toString('hex', entry.at, entry.at + ID_BYTES));
    return base === undefined ? undefined : { at: base, content: entry.at + ID_BYTES };
  }
  if (entry.type !== OFFSET_DELTA) return undefined;
  // Seven bits a byte, most first, and one more for each byte but the last, so that no distance has two spellings.
  let distance = 0;
  for (let at = entry.at; at < entry.at + 7; at += 1) {
    const byte = pack[at] ?? 0;
    distance += byte & 127;
    if ((byte & 128) === 0) return distance === 0 ? undefined : { at: offset - distance, content: at + 1 };
    distance = (distance + 1) * 128;
  }
  return undefined;
}

function readDeltaSizes(delta: Buffer): { readonly base: number; readonly result: number } | undefined {
  const base = readNumber(delta, 0, delta.length);
  const result = base === undefined ? undefined : readNumber(delta, base.at, delta.length);
  return base === undefined || result === undefined ? undefined : { base: base.value, result: result.value };
}

/** Inflates what begins at `at`; undefined unless it is exactly so many bytes. */
export function inflateExactly(bytes: Buffer, at: number, size: number): Buffer | undefined {
  try {
    const content = inflateSync(bytes.subarray(at), { maxOutputLength: Math.max(size, 1) });
    return content.length === size ? content : undefined;
  } catch {
    return undefined;
  }
}

function damaged(why: string): Measured {
  return { kind: 'damaged', why };
}
