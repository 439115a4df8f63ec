import type { ObjectId } from '#ports/objects.ts';
import { unexpectedAnswer } from '#git/failure.ts';

/** Ids to look up and go through; what goes through them twice gets the same order. */
export interface IdCollection extends Iterable<ObjectId> {
  readonly size: number;
  has(id: ObjectId): boolean;
}

const FIRST_SLOTS = 64;
/** A SHA-1 as long as nothing is in it. */
const USUAL_WIDTH = 20;

/*
 * Ids lie one behind the other as bytes, in the order in which they came. A table of places, open addressing, finds
 * them: a slot holds the place plus one, 0 where it is empty. At most three quarters of it are taken.
 */

/**
 * A set of object ids, 20 or 32 bytes each and some 8 of a table: as strings in a `Set` they take many times that.
 * All of one length.
 */
export class ObjectIds implements IdCollection {
  #width = USUAL_WIDTH;
  #bytes = Buffer.alloc(0);
  #slots = new Int32Array(FIRST_SLOTS);
  #size = 0;
  readonly #wanted = Buffer.alloc(32);

  constructor(ids: Iterable<ObjectId> = []) {
    for (const id of ids) this.add(id);
  }

  get size(): number {
    return this.#size;
  }

  /** Place of the id in the order of adding. Throws for what is no id, or of another length than the others. */
  add(id: ObjectId): number {
    if (this.#size === 0 && id.length === 64) this.#width = 32;
    if (!this.#take(id)) throw unexpectedAnswer('rev-list');
    if ((this.#size + 1) * 4 > this.#slots.length * 3) this.#widen();
    const slot = this.#slotOf(this.#wanted, 0);
    const known = this.#slots[slot] ?? 0;
    if (known > 0) return known - 1;
    const at = this.#size * this.#width;
    if (at + this.#width > this.#bytes.length) this.#lengthen();
    this.#wanted.copy(this.#bytes, at, 0, this.#width);
    this.#size += 1;
    this.#slots[slot] = this.#size;
    return this.#size - 1;
  }

  has(id: ObjectId): boolean {
    return this.find(id) !== undefined;
  }

  /** Place of an id in the order of adding; undefined where it was not added. */
  find(id: ObjectId): number | undefined {
    if (this.#size === 0 || !this.#take(id)) return undefined;
    const known = this.#slots[this.#slotOf(this.#wanted, 0)] ?? 0;
    return known === 0 ? undefined : known - 1;
  }

  /** The id at a place; empty behind the last one. */
  at(place: number): ObjectId {
    if (place >= this.#size) return '';
    return this.#bytes.toString('hex', place * this.#width, (place + 1) * this.#width);
  }

  /** In the order of adding; what is added meanwhile comes too. */
  *[Symbol.iterator](): Generator<ObjectId> {
    for (let place = 0; place < this.#size; place += 1) yield this.at(place);
  }

  #take(id: ObjectId): boolean {
    return id.length === 2 * this.#width && this.#wanted.write(id, 0, 'hex') === this.#width;
  }

  /** The slot that holds an id, or the empty one for it. */
  #slotOf(bytes: Buffer, from: number): number {
    const mask = this.#slots.length - 1;
    // Ids are hashes: their bytes are spread already. The first are alike in what somebody chose to look alike.
    let slot = (bytes.readInt32LE(from) ^ Math.imul(bytes.readInt32LE(from + 12), 0x9e3779b1)) & mask;
    for (let known = this.#slots[slot] ?? 0; known > 0; known = this.#slots[slot] ?? 0) {
      const at = (known - 1) * this.#width;
      if (bytes.compare(this.#bytes, at, at + this.#width, from, from + this.#width) === 0) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #widen(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let place = 0; place < this.#size; place += 1) {
      this.#slots[this.#slotOf(this.#bytes, place * this.#width)] = place + 1;
    }
  }

  #lengthen(): void {
    const longer = Buffer.alloc(Math.max(FIRST_SLOTS * this.#width, Math.ceil(this.#bytes.length * 1.5)));
    this.#bytes.copy(longer);
    this.#bytes = longer;
  }
}
