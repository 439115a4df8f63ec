import type { Erasable } from '#ports/removal.ts';

/** Shorter lines stand in many files. */
const SHORTEST_LINE = 16;
/** A line of a patch or of a quoted message has a mark before it. */
const MARKS = /^[-+ >#\t]*/;
/** Binary files and very large ones have no lines to compare. */
const LARGEST = 16 * 1024 * 1024;
const LOOKED_AT = 8000;

/** Finds near copies: bytes that have most of the distinct longer lines of a removed content. */
export class Lookalike {
  readonly #contents: readonly ReadonlySet<string>[];

  constructor({ contents }: Erasable) {
    this.#contents = contents
      .map(({ bytes }) => linesOf(Buffer.from(bytes)))
      .filter((lines) => lines.size > 0);
  }

  /** Whether there is any content with lines to compare. */
  get isPointless(): boolean {
    return this.#contents.length === 0;
  }

  /** Tells whether more than half of the lines of one of the contents stand in these bytes. */
  resembles(bytes: Buffer): boolean {
    if (this.isPointless) return false;
    const lines = linesOf(bytes);
    return this.#contents.some((content) => {
      let shared = 0;
      for (const line of content) if (lines.has(line)) shared += 1;
      return shared * 2 > content.size;
    });
  }
}

function linesOf(bytes: Buffer): ReadonlySet<string> {
  if (bytes.length > LARGEST || bytes.subarray(0, LOOKED_AT).includes(0)) return new Set();
  const lines = bytes
    .toString('latin1')
    .split('\n')
    .map((line) => line.replace(MARKS, '').trim());
  return new Set(lines.filter(({ length }) => length >= SHORTEST_LINE));
}
