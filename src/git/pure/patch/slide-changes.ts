import { scoreSplit, type SplitScore } from './split-score.ts';

/*
 * A block of changed lines can often stand one line higher or lower: where the line before it is its last one too, or
 * the line behind it its first. Git joins blocks that touch when they are moved, then puts each beside a change of the
 * other side if it can, else where it reads best.
 */

/** How far up a block is looked at. */
const FARTHEST = 100;

interface Side {
  readonly lines: readonly string[];
  readonly changed: boolean[];
}

/** Moves the blocks of one side; those of the other are only looked at. */
export function slideChanges(side: Side, other: boolean[]): void {
  const block = new Block(side.lines, side.changed);
  const beside = new Block(null, other);
  do {
    if (block.start < block.end) settle(block, beside);
  } while (block.next() && beside.next());
}

function settle(block: Block, beside: Block): void {
  let size: number;
  let highest: number;
  let aligned: boolean;
  do {
    size = block.size;
    aligned = false;
    while (block.up()) beside.previous();
    highest = block.end;
    aligned ||= beside.size > 0;
    while (block.down()) {
      beside.next();
      aligned ||= beside.size > 0;
    }
  } while (size !== block.size);
  if (block.end === highest) return;
  if (aligned) {
    while (beside.size === 0 && block.up()) beside.previous();
    return;
  }
  const best = bestEnd(block, highest);
  while (block.end > best && block.up()) beside.previous();
}

/** The lowest of those ends between which a block reads best. */
function bestEnd(block: Block, highest: number): number {
  const { lines, end, size } = block;
  if (lines === null) return end;
  let best: { readonly end: number; readonly score: SplitScore } | undefined;
  for (let at = Math.max(highest, end - size - 1, end - FARTHEST); at <= end; at += 1) {
    const score = scoreSplit(lines, at).plus(scoreSplit(lines, at - size));
    if (best === undefined || score.isAtMost(best.score)) best = { end: at, score };
  }
  return best?.end ?? end;
}

/** Changed lines between two that are the same; empty where those stand beside one another. */
class Block {
  readonly lines: readonly string[] | null;
  readonly #changed: boolean[];
  start = 0;
  end = 0;

  /** @param lines null for a side that is only looked at. */
  constructor(lines: readonly string[] | null, changed: boolean[]) {
    this.lines = lines;
    this.#changed = changed;
    this.#extend();
  }

  get size(): number {
    return this.end - this.start;
  }

  next(): boolean {
    if (this.end === this.#changed.length) return false;
    this.start = this.end + 1;
    this.end = this.start;
    this.#extend();
    return true;
  }

  previous(): boolean {
    if (this.start === 0) return false;
    this.end = this.start - 1;
    this.start = this.end;
    while (this.start > 0 && this.#changed[this.start - 1] === true) this.start -= 1;
    return true;
  }

  /** One line up, and on over a block that stands there; false where its last line is not the one before it. */
  up(): boolean {
    if (this.start === 0 || !this.#same(this.start - 1, this.end - 1)) return false;
    this.#changed[this.start - 1] = true;
    this.#changed[this.end - 1] = false;
    this.start -= 1;
    this.end -= 1;
    while (this.start > 0 && this.#changed[this.start - 1] === true) this.start -= 1;
    return true;
  }

  down(): boolean {
    if (this.end === this.#changed.length || !this.#same(this.start, this.end)) return false;
    this.#changed[this.start] = false;
    this.#changed[this.end] = true;
    this.start += 1;
    this.end += 1;
    this.#extend();
    return true;
  }

  #extend(): void {
    while (this.#changed[this.end] === true) this.end += 1;
  }

  #same(a: number, b: number): boolean {
    return this.lines !== null && this.lines[a] === this.lines[b];
  }
}
