import type { ObjectId } from '#ports/objects.ts';
import { IdSet, type IdNumbers } from '#git/erase/ids/id-numbers.ts';
import { NumberPairs } from '#git/erase/ids/number-pairs.ts';

/** Which objects name which. */
export class Naming {
  readonly #numbers: IdNumbers;
  readonly #pairs: NumberPairs;

  constructor(numbers: IdNumbers, pairs = new NumberPairs()) {
    this.#numbers = numbers;
    this.#pairs = pairs;
  }

  add(below: number, above: number): void {
    this.#pairs.add(below, above);
  }

  /** These, and everything that names one of them, however far above. */
  climb(begin: Iterable<ObjectId>): IdSet {
    const above = this.#pairs.open();
    const found = new IdSet(this.#numbers, begin);
    const waiting = [...found.inNumbers()];
    for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
      for (const upper of above(below)) if (found.addNumber(upper)) waiting.push(upper);
    }
    return found;
  }
}
