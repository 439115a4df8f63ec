import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import { notRead } from '#git/plain/unsupported.ts';

/*
 * A pack's index, version 2 (gitformat-pack): `ff 't' 'O' 'c'`, u32be(2), 256 counts of ids whose first byte is at
 * most n, the ids in order, their CRCs, their offsets (with the top bit set: a place in a table of eight-byte
 * offsets), that table, the pack's SHA-1, the index's.
 */

const MAGIC = 0xff744f63;
const HEADER = 8;
const FANOUT = 256 * 4;
const ID_BYTES = 20;
const PER_OBJECT = ID_BYTES + 4 + 4;
const TRAILER = 2 * ID_BYTES;
const FAR = 0x80000000;

/** Where the objects of one pack are. */
export class PackIndex {
  /** Objects in the pack. */
  readonly count: number;
  readonly #bytes: Buffer;

  /** Throws `OBJECT_CORRUPT`, and `GIT_UNSUPPORTED` for version 1. */
  constructor(bytes: Buffer, path: string) {
    const whole = bytes.length >= HEADER + FANOUT + TRAILER;
    if (whole && bytes.readUInt32BE(0) !== MAGIC) throw notRead('oldIndex', path);
    this.#bytes = bytes;
    this.count = whole ? this.#upTo(255) : 0;
    const version = whole ? bytes.readUInt32BE(4) : 0;
    if (version === 2 && bytes.length >= HEADER + FANOUT + this.count * PER_OBJECT + TRAILER) return;
    throw new HeddleError('OBJECT_CORRUPT', 'the index of a pack is damaged', { facts: { path } });
  }

  /** Offset of an object in the pack; undefined where the pack does not have it. */
  find(id: ObjectId): number | undefined {
    const { position, found } = this.#search(id);
    return found ? this.#offset(position) : undefined;
  }

  /** Ids of the pack that stand directly before and behind this one, itself left out. */
  neighbours(id: ObjectId): readonly ObjectId[] {
    const { position, found } = this.#search(id);
    return [position - 1, found ? position + 1 : position]
      .filter((place) => place >= 0 && place < this.count)
      .map((place) => this.#bytes.toString('hex', idAt(place), idAt(place + 1)));
  }

  /** Where an id is, or would be. */
  #search(id: ObjectId): { readonly position: number; readonly found: boolean } {
    const wanted = Buffer.from(id, 'hex');
    const first = wanted[0] ?? 0;
    let low = first === 0 ? 0 : Math.min(this.#upTo(first - 1), this.count);
    let high = Math.min(this.#upTo(first), this.count);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#bytes.compare(wanted, 0, ID_BYTES, idAt(middle), idAt(middle + 1));
      if (order === 0) return { position: middle, found: true };
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return { position: low, found: false };
  }

  #upTo(first: number): number {
    return this.#bytes.readUInt32BE(HEADER + first * 4);
  }

  #offset(position: number): number {
    const offsets = HEADER + FANOUT + this.count * (ID_BYTES + 4);
    const near = this.#bytes.readUInt32BE(offsets + position * 4);
    // Only packs of more than two gigabytes have the others.
    if (near >= FAR) throw notRead('largePack', 'an offset above 2 GiB');
    return near;
  }
}

function idAt(position: number): number {
  return HEADER + FANOUT + position * ID_BYTES;
}
