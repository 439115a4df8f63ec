import type { Cut } from './cuts.ts';
import { mergeCuts } from './cuts.ts';
import { byteOrder } from './mask.ts';

/** Lines by number, the first is 1; both ends are meant. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** Most ranges that one redaction takes. */
export const MOST_RANGES = 1000;

const RANGE = /^([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/;

/** Parses `A`, `A-B`, and several of them with commas between; undefined for anything else. In order, joined. */
export function parseLineRanges(text: string): readonly LineRange[] | undefined {
  const parts = text.split(',');
  if (parts.length > MOST_RANGES) return undefined;
  const ranges: LineRange[] = [];
  for (const part of parts) {
    const [, from, to = from] = RANGE.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    // What is no number is no range either.
    if (!(first <= last)) return undefined;
    ranges.push({ first, last });
  }
  return ranges;
}

/** What lines are in a content; or why there are none like that. */
export type LineCuts =
  | { readonly kind: 'cuts'; readonly cuts: readonly Cut[] }
  | { readonly kind: 'binary' }
  | { readonly kind: 'beyond'; readonly line: number; readonly lines: number };

/**
 * Finds the lines of a text, in UTF-8 or with a byte order mark in UTF-16. The end of the last line of a range stays,
 * so that its mask is a line of its own and the text after it begins where it did.
 */
export function lineCuts(content: Uint8Array, ranges: readonly LineRange[]): LineCuts {
  if (isBinary(content)) return { kind: 'binary' };
  const lines = linesOf(content);
  const cuts: Cut[] = [];
  for (const { first, last } of joined(ranges)) {
    const [from, to] = [lines[first - 1], lines[last - 1]];
    if (from === undefined || to === undefined) {
      return { kind: 'beyond', line: from === undefined ? first : last, lines: lines.length };
    }
    // An empty line has nothing to cut out.
    if (from.start < to.end) cuts.push({ start: from.start, end: to.end });
  }
  return { kind: 'cuts', cuts: mergeCuts(cuts) };
}

/** Ranges that follow on one another are one: what ends a line between them would tell that there were two. */
function joined(ranges: readonly LineRange[]): readonly LineRange[] {
  const done: { first: number; last: number }[] = [];
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = done.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else done.push({ first, last });
  }
  return done;
}

const LOOKED_AT = 8000;

/** As git tells it: by a zero byte near the beginning. UTF-16 says what it is. */
function isBinary(content: Uint8Array): boolean {
  return byteOrder(content) === undefined && content.subarray(0, LOOKED_AT).includes(0);
}

const [LF, CR] = [0x0a, 0x0d];

/** Each line without what ends it; a byte order mark is no part of the first. */
function linesOf(content: Uint8Array): readonly Cut[] {
  const unit = unitOf(content);
  const { width } = unit;
  const lines: Cut[] = [];
  let start = unit.begin;
  for (let at = start; at + width <= content.length; at += width) {
    if (!unit.is(at, LF)) continue;
    const end = at - width >= start && unit.is(at - width, CR) ? at - width : at;
    lines.push({ start, end });
    start = at + width;
  }
  if (start < content.length) lines.push({ start, end: content.length });
  return lines;
}

interface Unit {
  readonly width: 1 | 2;
  readonly begin: number;
  readonly is: (at: number, code: number) => boolean;
}

function unitOf(content: Uint8Array): Unit {
  const order = byteOrder(content);
  if (order !== undefined) {
    const [low, high] = order === 'little' ? [0, 1] : [1, 0];
    const is: Unit['is'] = (at, code) => content[at + low] === code && content[at + high] === 0;
    return { width: 2, begin: 2, is };
  }
  const marked = content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf;
  return { width: 1, begin: marked ? 3 : 0, is: (at, code) => content[at] === code };
}
