import { concatBytes } from '#domain/encoding/bytes.ts';

/** Bytes that are cut out of a content: offsets into it, `end` excluded. Never empty. */
export interface Cut {
  readonly start: number;
  readonly end: number;
}

/** Puts cuts in order, and makes one of those that overlap or touch: between two marks something is kept. */
export function mergeCuts(cuts: readonly Cut[]): readonly Cut[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of cuts.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** Whether cuts are as {@link mergeCuts} leaves them, and inside a content of so many bytes. */
export function areSoundCuts(cuts: readonly Cut[], size: number): boolean {
  return cuts.every(({ start, end }, index) => {
    const before = cuts[index - 1];
    return start < end && end <= size && (before === undefined ? start >= 0 : before.end < start);
  });
}

/** What is left of a content. */
export function keptBytes(content: Uint8Array, cuts: readonly Cut[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { start, end } of cuts) {
    pieces.push(content.subarray(from, start));
    from = end;
  }
  return concatBytes(...pieces, content.subarray(from));
}

/** What is cut out of it, in order. */
export function cutBytes(content: Uint8Array, cuts: readonly Cut[]): readonly Uint8Array[] {
  return cuts.map(({ start, end }) => content.subarray(start, end));
}

/** Where cuts were, as offsets into what is kept: they rise, and tell nothing of a length. */
export function marksOf(cuts: readonly Cut[]): readonly number[] {
  let gone = 0;
  return cuts.map(({ start, end }) => {
    const mark = start - gone;
    gone += end - start;
    return mark;
  });
}

/** Most bytes that are compared for each byte of a content: whoever signs what is kept could make it slow. */
const MOST_COMPARED = 64;

/**
 * Finds cuts that lead from a content to what is kept of it, where only the marks are known: the shortest ones first.
 * Undefined where none do, and where the two were made for it to take for ever.
 */
export function alignCuts(
  content: Uint8Array,
  kept: Uint8Array,
  marks: readonly number[],
): readonly Cut[] | undefined {
  const [first = 0] = marks;
  if (marks.some((mark) => mark > kept.length) || !standsAt(content, kept.subarray(0, first), 0))
    return undefined;
  const cuts: Cut[] = [];
  const work = { left: MOST_COMPARED * content.length };
  let start = first;
  for (const [index, mark] of marks.entries()) {
    const next = marks[index + 1];
    const piece = kept.subarray(mark, next);
    // What follows the last cut ends the content.
    const end =
      next === undefined ? content.length - piece.length : find(content, piece, { from: start + 1, work });
    if (end === undefined || end <= start || !standsAt(content, piece, end)) return undefined;
    cuts.push({ start, end });
    start = end + piece.length;
  }
  return cuts;
}

function find(
  content: Uint8Array,
  piece: Uint8Array,
  { from, work }: { readonly from: number; readonly work: { left: number } },
): number | undefined {
  const [first = 0] = piece;
  for (let at = content.indexOf(first, from); at >= 0; at = content.indexOf(first, at + 1)) {
    const other = piece.findIndex((byte, index) => content[at + index] !== byte);
    if (other < 0) return at;
    work.left -= other;
    if (work.left < 0) return undefined;
  }
  return undefined;
}

function standsAt(content: Uint8Array, piece: Uint8Array, at: number): boolean {
  return piece.every((byte, index) => content[at + index] === byte);
}
