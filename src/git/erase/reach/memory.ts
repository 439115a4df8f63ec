import type { Erasable } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';
import { IdSet, type IdNumbers } from '#git/erase/ids/id-numbers.ts';
import { Naming } from './naming.ts';

/** As many answers as one erasure needs: with the reflogs and without them. */
const MOST_KNOWN = 2;

interface Known {
  /** What refs, HEADs and indexes said, hashed. */
  readonly sources: string;
  readonly roots: ReadonlySet<ObjectId>;
  readonly reachable: IdSet;
}

/** The numbers of what stood in the stores when they were first asked for. */
export class NumberMemory {
  #numbers: IdNumbers | undefined;

  of(make: () => IdNumbers): IdNumbers {
    return (this.#numbers ??= make());
  }
}

/** What was found reachable before, by the same process. */
export class ReachMemory {
  #known: readonly Known[] = [];

  find(sources: string, roots: readonly ObjectId[]): IdSet | undefined {
    const asked = new Set(roots);
    const fits = ({ sources: before, roots: had, reachable }: Known): boolean =>
      before === sources &&
      [...had].every((id) => asked.has(id)) &&
      // What is reached anyway adds nothing as a root.
      roots.every((id) => had.has(id) || reachable.has(id));
    return this.#known.find(fits)?.reachable;
  }

  add(known: Known): void {
    this.#known = [known, ...this.#known].slice(0, MOST_KNOWN);
  }
}

/** What is known of objects that nothing reaches. */
export interface Reading {
  /** What was read, and need not be again. */
  readonly read: IdSet;
  /** Those that hold a removed content or salt. */
  readonly begin: IdSet;
  readonly above: Naming;
}

/** A reading of nothing yet. */
export function startReading(numbers: IdNumbers): Reading {
  return { read: new IdSet(numbers), begin: new IdSet(numbers), above: new Naming(numbers) };
}

/**
 * What one process has read of unreachable objects: its steps ask for the same ones, one after the other. Good for one
 * target and for one answer about what is reachable; whatever else is asked for begins from nothing.
 */
export class ReadingMemory {
  #last: { readonly target: Erasable; readonly reachable: IdSet; readonly reading: Reading } | undefined;

  of(target: Erasable, reachable: IdSet): Reading {
    const last = this.#last;
    if (last?.target === target && last.reachable === reachable) return last.reading;
    const reading = startReading(reachable.numbers);
    this.#last = { target, reachable, reading };
    return reading;
  }

  /** Nothing asks for it any more. */
  forget(): void {
    this.#last = undefined;
  }
}
