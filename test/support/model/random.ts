/** Chance that can be repeated: the same seed gives the same choices (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to `below`, itself excluded. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }

  /** The first where it once in `times` is not another. */
  mostly<T>(usual: T, others: readonly T[], times: number): T {
    return this.once(times) ? this.of(others) : usual;
  }

  some<T>(items: readonly T[], atLeast: number, atMost: number): readonly T[] {
    const count = atLeast + this.below(atMost - atLeast + 1);
    return [...new Set(Array.from({ length: count }, () => this.of(items)))];
  }
}
