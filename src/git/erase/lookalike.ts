import { cutBytes } from '#domain/removal/spans/cuts.ts';
import type { Erasable } from '#ports/removal.ts';

/** Shorter lines stand in many files. */
const SHORTEST_LINE = 16;
/** A line of a patch or of a quoted message has a mark before it. */
const MARKS = /^[-+ >#\t]*/;
/** Binary files and very large ones have no lines to compare. */
const LARGEST = 16 * 1024 * 1024;
const LOOKED_AT = 8000;
/** How many bits tell of beginnings of lines. */
const BITS = 1 << 20;
const NEWLINE = 0x0a;
/** Bytes of {@link MARKS}, and those that trimming takes away. */
const IS_MARK = tableOf('-+ >#\t');
const IS_BLANK = tableOf('\t\v\f\r \u00a0');

/** Finds near copies: bytes that have most of the distinct longer lines of a removed content. */
export class Lookalike {
  /** How many lines each content has, and which contents have a line. */
  readonly #sizes: readonly number[];
  readonly #owners = new Map<string, number[]>();
  /** A bit for the beginning of each line: most bytes have none of them, and are not taken apart. */
  readonly #beginnings = new Uint8Array(BITS / 8);

  constructor({ contents }: Erasable) {
    const lines = contents.map((content) => linesOf(goneOf(content)));
    this.#sizes = lines.map(({ size }) => size);
    for (const [content, found] of lines.entries()) {
      for (const line of found) {
        const owners = this.#owners.get(line);
        if (owners === undefined) this.#owners.set(line, [content]);
        else owners.push(content);
        const bit = beginningOf(Buffer.from(line, 'latin1'), 0);
        this.#beginnings[bit >> 3] = (this.#beginnings[bit >> 3] ?? 0) | (1 << (bit & 7));
      }
    }
  }

  /** Tells whether more than half of the lines of one of the contents stand in these bytes. */
  resembles(bytes: Buffer): boolean {
    if (this.#owners.size === 0 || !this.#mayShare(bytes)) return false;
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

  /** False only where no line begins as one of the contents' lines does. */
  #mayShare(bytes: Buffer): boolean {
    const end = bytes.length - SHORTEST_LINE;
    for (let at = 0; at <= end; at += 1) {
      while (at <= end && IS_MARK[bytes[at] ?? 0] === 1) at += 1;
      while (at <= end && IS_BLANK[bytes[at] ?? 0] === 1) at += 1;
      if (at > end) return false;
      if (this.#mayBegin(bytes, at)) return true;
      while (at <= end && bytes[at] !== NEWLINE) at += 1;
    }
    return false;
  }

  #mayBegin(bytes: Buffer, at: number): boolean {
    const bit = beginningOf(bytes, at);
    return ((this.#beginnings[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }
}

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

/** The bit for the bytes that a line begins with, as many as the shortest line has. */
function beginningOf(bytes: Buffer, from: number): number {
  let hash = 0;
  for (let at = from; at < from + SHORTEST_LINE; at += 1) hash = Math.imul(hash, 31) + (bytes[at] ?? 0);
  return (Math.imul(hash, 0x9e3779b1) >>> 12) & (BITS - 1);
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
