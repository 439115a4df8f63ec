import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import { openSource, type ByteSource, type PageCache } from './paged-file.ts';
import { SortedIds, type IdLayout } from './sorted-ids.ts';

/*
 * A pack's index (gitformat-pack), n objects, ids of w bytes:
 *   version 2: ff 't' 'O' 'c', u32be(2), 256 counts of ids whose first byte is at most i, n ids in order, n CRCs,
 *              n offsets (top bit: a place in the table behind), that table of u64be, checksums
 *   version 1: the 256 counts, n times (u32be offset, id), checksums
 */

const MAGIC = 0xff744f63;
const FANOUT_BYTES = 256 * 4;
const FAR = 0x80000000;
/** About so many objects are put in the pack's order at once. */
const PORTION = 65_536;
/** So many of each portion tell where it begins. */
const SAMPLES = 64;

/** The ids of one pack's objects, by its index file. */
export class PackIds extends SortedIds {
  readonly #source: ByteSource;
  readonly #modern: boolean;
  readonly #behindIds: number;

  /** Throws `OBJECT_CORRUPT` for a file that is cut off or of unknown form. */
  constructor(source: ByteSource, width: number, path: string) {
    const isModern = source.length >= 8 && readNumber(source, 0) === MAGIC;
    const known = !isModern || readNumber(source, 4) === 2;
    const layout = known ? readLayout(source, width, isModern) : undefined;
    if (layout === undefined) {
      throw new HeddleError('OBJECT_CORRUPT', 'the index of a pack is damaged', { facts: { path } });
    }
    super(source, layout);
    this.#source = source;
    this.#modern = isModern;
    this.#behindIds = layout.first + layout.size * layout.stride;
  }

  /** All ids about as they lie in the pack: the order in which git reads them quickest. So many are held at once. */
  *inPackOrder(portion = PORTION): Generator<ObjectId> {
    let from = 0;
    for (const to of [...this.#bounds(portion), Infinity]) {
      for (const place of this.#between(from, to)) yield this.at(place);
      from = to;
    }
  }

  /** Offsets that divide the pack into portions. */
  #bounds(portion: number): readonly number[] {
    const portions = Math.ceil(this.size / portion);
    if (portions < 2) return [];
    const step = Math.max(1, Math.floor(this.size / (portions * SAMPLES)));
    const samples = Float64Array.from({ length: portions * SAMPLES }, (_, index) =>
      this.#offset(index * step),
    );
    samples.sort();
    return Array.from({ length: portions - 1 }, (_, index) => samples[(index + 1) * SAMPLES] ?? 0);
  }

  /** Places of the objects from one offset up to another, by offset. */
  #between(from: number, to: number): readonly number[] {
    const places: number[] = [];
    let last = from;
    for (let place = 0; place < this.size; place += 1) {
      const offset = this.#offset(place);
      if (offset < from || offset >= to) continue;
      places.push(place);
      last = Math.max(last, offset);
    }
    // Numbers are sorted many times quicker than by a function: offset and index as one, where that can hold both.
    if ((last - from + 1) * places.length > Number.MAX_SAFE_INTEGER) return places;
    const keys = Float64Array.from(
      places,
      (place, index) => (this.#offset(place) - from) * places.length + index,
    );
    keys.sort();
    return Array.from(keys, (key) => places[key % places.length] ?? 0);
  }

  #offset(place: number): number {
    if (!this.#modern) return readNumber(this.#source, 1024 + place * (this.width + 4));
    const near = readNumber(this.#source, this.#behindIds + (this.size + place) * 4);
    if (near < FAR) return near;
    const far = this.#behindIds + this.size * 8 + (near - FAR) * 8;
    if (far + 8 > this.#source.length) return near;
    return readNumber(this.#source, far) * 2 ** 32 + readNumber(this.#source, far + 4);
  }
}

/** Opens the index of a pack; undefined where there is none. Throws `OBJECT_CORRUPT`. */
export function openPackIds(path: string, width: number, cache: PageCache): PackIds | undefined {
  const source = openSource(path, cache);
  return source === undefined ? undefined : new PackIds(source, width, path);
}

/** Undefined for a file that is cut off. */
function readLayout(source: ByteSource, width: number, isModern: boolean): IdLayout | undefined {
  const fanout = isModern ? 8 : 0;
  const start = fanout + FANOUT_BYTES;
  if (source.length < start) return undefined;
  const upTo = Uint32Array.from({ length: 256 }, (_, first) => readNumber(source, fanout + first * 4));
  const size = upTo[255] ?? 0;
  if (source.length < start + size * (width + (isModern ? 8 : 4)) + 2 * width) return undefined;
  return { size, width, first: isModern ? start : start + 4, stride: isModern ? width : width + 4, upTo };
}

function readNumber(source: ByteSource, at: number): number {
  const start = source.seek(at, 4);
  return source.bytes.readUInt32BE(start);
}
