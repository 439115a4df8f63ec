import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';

/*
 * A pack's index (gitformat-pack), n objects, ids of w bytes:
 *   version 2: ff 't' 'O' 'c', u32be(2), 256 counts of ids whose first byte is at most i, n ids in order, n CRCs,
 *              n offsets (top bit: a place in the table behind), that table of u64be, checksums
 *   version 1: the 256 counts, n times (u32be offset, id), checksums
 */

const MAGIC = 0xff744f63;
const FANOUT_BYTES = 256 * 4;
const FAR = 0x80000000;

/** The ids of one pack's objects, by its index file. */
export class PackIds {
  readonly count: number;
  /** Bytes of an id. */
  readonly width: number;
  readonly #bytes: Buffer;
  readonly #modern: boolean;

  /** Throws `OBJECT_CORRUPT` for a file that is cut off or of unknown form. */
  constructor(bytes: Buffer, width: number, path: string) {
    this.#bytes = bytes;
    this.width = width;
    this.#modern = bytes.length >= 8 && bytes.readUInt32BE(0) === MAGIC;
    const known = !this.#modern || bytes.readUInt32BE(4) === 2;
    const start = this.#fanout + FANOUT_BYTES;
    this.count = known && bytes.length >= start ? bytes.readUInt32BE(start - 4) : 0;
    const needed = start + this.count * (this.width + (this.#modern ? 8 : 4)) + 2 * width;
    if (known && bytes.length >= needed) return;
    throw new HeddleError('OBJECT_CORRUPT', 'the index of a pack is damaged', { facts: { path } });
  }

  /** The id at a place in the order of ids. */
  at(position: number): ObjectId {
    const start = this.#idAt(position);
    return this.#bytes.toString('hex', start, start + this.width);
  }

  /** Place of an id in the order of ids; undefined where the pack does not have it. */
  find(id: ObjectId): number | undefined {
    return this.#place(Buffer.from(id, 'hex'), 0);
  }

  /** Place of the id that stands somewhere in some bytes. */
  #place(wanted: Buffer, from: number): number | undefined {
    const first = wanted[from] ?? 0;
    let low = first === 0 ? 0 : this.#upTo(first - 1);
    let high = Math.min(this.#upTo(first), this.count);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = this.#idAt(middle);
      const order = this.#bytes.compare(wanted, from, from + this.width, start, start + this.width);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  has(id: ObjectId): boolean {
    return this.find(id) !== undefined;
  }

  /** Tells whether another pack has the id at a place in this one's order. */
  isIn(other: PackIds, position: number): boolean {
    return other.#place(this.#bytes, this.#idAt(position)) !== undefined;
  }

  /** All ids as they lie in the pack: the order in which git reads them quickest. */
  *inPackOrder(): Generator<ObjectId> {
    const offsets = new Float64Array(this.count);
    let largest = 0;
    for (let position = 0; position < this.count; position += 1) {
      const offset = this.#offset(position);
      offsets[position] = offset;
      if (offset > largest) largest = offset;
    }
    // Numbers are sorted many times quicker than by a function: offset and position as one, where it can hold both.
    if ((largest + 1) * this.count < Number.MAX_SAFE_INTEGER) {
      for (let position = 0; position < this.count; position += 1)
        offsets[position] = (offsets[position] ?? 0) * this.count + position;
      offsets.sort();
      for (const key of offsets) yield this.at(key % this.count);
      return;
    }
    const positions = Array.from(offsets, (_, position) => position);
    positions.sort((a, b) => (offsets[a] ?? 0) - (offsets[b] ?? 0));
    for (const position of positions) yield this.at(position);
  }

  get #fanout(): number {
    return this.#modern ? 8 : 0;
  }

  #upTo(first: number): number {
    return this.#bytes.readUInt32BE(this.#fanout + first * 4);
  }

  #idAt(position: number): number {
    const start = this.#fanout + FANOUT_BYTES;
    return this.#modern ? start + position * this.width : start + position * (this.width + 4) + 4;
  }

  #offset(position: number): number {
    if (!this.#modern) return this.#bytes.readUInt32BE(this.#idAt(position) - 4);
    const near = this.#bytes.readUInt32BE(this.#idAt(this.count) + (this.count + position) * 4);
    if (near < FAR) return near;
    const far = this.#idAt(this.count) + this.count * 8 + (near - FAR) * 8;
    return far + 8 <= this.#bytes.length ? Number(this.#bytes.readBigUInt64BE(far)) : near;
  }
}
