import { cutBytes } from '#domain/removal/spans/cuts.ts';
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
  /** How many lines each content has, and which contents have a line. */
  readonly #sizes: readonly number[];
  readonly #owners = new Map<string, number[]>();

  constructor({ contents }: Erasable) {
    const lines = contents.map((content) => linesOf(goneOf(content)));
    this.#sizes = lines.map(({ size }) => size);
    for (const [content, found] of lines.entries()) {
      for (const line of found) {
        const owners = this.#owners.get(line);
        if (owners === undefined) this.#owners.set(line, [content]);
        else owners.push(content);
      }
    }
  }

  /** Tells whether more than half of the lines of one of the contents stand in these bytes. */
  resembles(bytes: Buffer): boolean {
    if (this.#owners.size === 0) return false;
    const shared = new Map<number, number>();
    for (const line of linesOf(bytes)) {
      for (const content of this.#owners.get(line) ?? []) {
        const count = (shared.get(content) ?? 0) + 1;
        if (count * 2 > (this.#sizes[content] ?? 0)) return true;
        shared.set(content, count);
      }
    }
    return false;
  }
}

/** What of a content is gone: what stays of it stands in files that everybody may read. */
function goneOf({ bytes, cuts }: Erasable['contents'][number]): Buffer {
  if (cuts === undefined) return Buffer.from(bytes);
  return Buffer.concat(cutBytes(bytes, cuts).flatMap((part) => [part, Buffer.from('\n')]));
}

function linesOf(bytes: Buffer): ReadonlySet<string> {
  if (bytes.length > LARGEST || bytes.subarray(0, LOOKED_AT).includes(0)) return new Set();
  const lines = bytes
    .toString('latin1')
    .split('\n')
    .map((line) => line.replace(MARKS, '').trim());
  return new Set(lines.filter(({ length }) => length >= SHORTEST_LINE));
}
