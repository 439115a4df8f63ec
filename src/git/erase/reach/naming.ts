import type { ObjectId } from '#ports/objects.ts';
import { ObjectIds, type IdCollection } from '#git/erase/store/object-ids.ts';

const FIRST_PAIRS = 1024;

/** Which objects name which: two numbers for each pair. */
export class Naming {
  readonly #ids = new ObjectIds();
  /** Below, above, below, above… */
  #pairs = new Int32Array(2 * FIRST_PAIRS);
  #length = 0;

  add(below: ObjectId, above: ObjectId): void {
    if (this.#length === this.#pairs.length) {
      const longer = new Int32Array(2 * this.#length);
      longer.set(this.#pairs);
      this.#pairs = longer;
    }
    this.#pairs[this.#length] = this.#ids.add(below);
    this.#pairs[this.#length + 1] = this.#ids.add(above);
    this.#length += 2;
  }

  /** These, and everything that names one of them, however far above. */
  climb(begin: Iterable<ObjectId>): IdCollection {
    const found = new ObjectIds(begin);
    const { starts, uppers } = this.#byBelow();
    // It grows while it is walked, and what is added is walked too.
    for (const id of found) {
      const below = this.#ids.find(id);
      if (below === undefined) continue;
      for (let at = starts[below] ?? 0; at < (starts[below + 1] ?? 0); at += 1) {
        found.add(this.#ids.at(uppers[at] ?? 0));
      }
    }
    return found;
  }

  /** Those above each, side by side: of number n from `starts[n]` up to `starts[n + 1]`. */
  #byBelow(): { readonly starts: Int32Array; readonly uppers: Int32Array } {
    const starts = new Int32Array(this.#ids.size + 1);
    for (let at = 0; at < this.#length; at += 2) {
      const next = (this.#pairs[at] ?? 0) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    }
    for (let number = 1; number < starts.length; number += 1) {
      starts[number] = (starts[number] ?? 0) + (starts[number - 1] ?? 0);
    }
    const uppers = new Int32Array(this.#length / 2);
    const free = starts.slice();
    for (let at = 0; at < this.#length; at += 2) {
      const below = this.#pairs[at] ?? 0;
      const place = free[below] ?? 0;
      uppers[place] = this.#pairs[at + 1] ?? 0;
      free[below] = place + 1;
    }
    return { starts, uppers };
  }
}
