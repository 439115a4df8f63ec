import { endianness } from 'node:os';
import { writeNameless } from './nameless-file.ts';
import { heldBytes, PageCache, type ByteSource } from './paged-file.ts';

const PAIR_BYTES = 8;
const FIRST_PAIRS = 1024;
/** So many pairs are held at once. */
const MOST_HELD = 1024 * 1024;
const IS_LITTLE = endianness() === 'LE';
/** A pair is one number of 64 bits, and sorted as such: the first of it stands in the upper half. */
const [FIRST, SECOND] = IS_LITTLE ? [1, 0] : [0, 1];

/**
 * Pairs of numbers, found by the first. What is more than eight megabytes lies in files without a name: they are gone
 * with the process, however that ends.
 */
export class NumberPairs {
  readonly #mostHeld: number;
  readonly #cache = new PageCache();
  readonly #written: ByteSource[] = [];
  #held = new BigUint64Array(FIRST_PAIRS);
  #halves = new Uint32Array(this.#held.buffer);
  #length = 0;

  constructor(mostHeld = MOST_HELD) {
    this.#mostHeld = mostHeld;
  }

  add(first: number, second: number): void {
    if (this.#length === this.#held.length) this.#makeRoom();
    this.#halves[2 * this.#length + FIRST] = first;
    this.#halves[2 * this.#length + SECOND] = second;
    this.#length += 1;
  }

  /** Opens all pairs that there are by now: what stands beside a number. */
  open(): (first: number) => Generator<number> {
    const runs = [...this.#written, heldBytes(this.#sorted())];
    return function* beside(first) {
      for (const run of runs) yield* seconds(run, first);
    };
  }

  #makeRoom(): void {
    if (this.#length < this.#mostHeld) {
      const longer = new BigUint64Array(2 * this.#length);
      longer.set(this.#held);
      this.#held = longer;
      this.#halves = new Uint32Array(longer.buffer);
      return;
    }
    this.#written.push(writeNameless([this.#sorted()], this.#cache));
    this.#length = 0;
  }

  #sorted(): Buffer {
    const pairs = this.#held.subarray(0, this.#length).sort();
    return Buffer.from(pairs.buffer, 0, pairs.byteLength);
  }
}

function* seconds(run: ByteSource, first: number): Generator<number> {
  let low = 0;
  let high = run.length / PAIR_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (halfOf(run, middle, FIRST) < first) low = middle + 1;
    else high = middle;
  }
  for (let pair = low; pair < run.length / PAIR_BYTES && halfOf(run, pair, FIRST) === first; pair += 1)
    yield halfOf(run, pair, SECOND);
}

function halfOf(run: ByteSource, pair: number, half: number): number {
  const start = run.seek(pair * PAIR_BYTES + half * 4, 4);
  return IS_LITTLE ? run.bytes.readUInt32LE(start) : run.bytes.readUInt32BE(start);
}
