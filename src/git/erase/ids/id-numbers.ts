import type { ObjectId } from '#ports/objects.ts';
import type { Inventory } from '#git/erase/store/inventory.ts';
import { ObjectIds, type IdCollection } from './object-ids.ts';
import { SortedIds } from './sorted-ids.ts';

const FIRST_WORDS = 64;

/**
 * A number for each id: of what stood in some stores, by its place among all that stood there; of any other, in the order in which they
 * come. Only those others are held.
 */
export class IdNumbers {
  readonly #stored: SortedIds;
  readonly #others = new ObjectIds();

  constructor(stores: readonly Inventory[]) {
    this.#stored = SortedIds.merged(
      stores.flatMap(({ loose, packs }) => [loose, ...packs.map(({ ids }) => ids)]),
    );
  }

  /** The number of an id; undefined where it has none yet. */
  find(id: ObjectId): number | undefined {
    const place = this.#stored.find(id);
    if (place !== undefined) return place;
    const other = this.#others.find(id);
    return other === undefined ? undefined : this.#stored.size + other;
  }

  /** The number of an id, from now on. Throws for what is no id. */
  of(id: ObjectId): number {
    return this.find(id) ?? this.#stored.size + this.#others.add(id);
  }

  /** The id of a number that was given. */
  at(number: number): ObjectId {
    const { size } = this.#stored;
    return number < size ? this.#stored.at(number) : this.#others.at(number - size);
  }
}

/** A set of ids, one bit for each that has a number; comes in the order of numbers. */
export class IdSet implements IdCollection {
  readonly numbers: IdNumbers;
  #bits = new Uint32Array(FIRST_WORDS);
  #size = 0;

  constructor(numbers: IdNumbers, ids: Iterable<ObjectId> = []) {
    this.numbers = numbers;
    for (const id of ids) this.add(id);
  }

  get size(): number {
    return this.#size;
  }

  add(id: ObjectId): void {
    this.addNumber(this.numbers.of(id));
  }

  has(id: ObjectId): boolean {
    const number = this.#size === 0 ? undefined : this.numbers.find(id);
    return number !== undefined && this.hasNumber(number);
  }

  /** False where it was there already. */
  addNumber(number: number): boolean {
    if (this.hasNumber(number)) return false;
    const word = Math.floor(number / 32);
    if (word >= this.#bits.length) {
      const longer = new Uint32Array(Math.max(2 * this.#bits.length, word + 1));
      longer.set(this.#bits);
      this.#bits = longer;
    }
    this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (number % 32));
    this.#size += 1;
    return true;
  }

  hasNumber(number: number): boolean {
    return (((this.#bits[Math.floor(number / 32)] ?? 0) >>> (number % 32)) & 1) === 1;
  }

  *[Symbol.iterator](): Generator<ObjectId> {
    for (const number of this.inNumbers()) yield this.numbers.at(number);
  }

  /** The numbers of these. */
  *inNumbers(): Generator<number> {
    for (let word = 0; word < this.#bits.length; word += 1) {
      if (this.#bits[word] === 0) continue;
      for (let number = 32 * word; number < 32 * (word + 1); number += 1)
        if (this.hasNumber(number)) yield number;
    }
  }
}
