import { HeddleError } from '#domain/error.ts';
import type { LineRange } from '#ports/line-origins.ts';

/** A line by its number from 1, or the next one that an expression finds. */
export type LineMark =
  | { readonly kind: 'number'; readonly line: number }
  | { readonly kind: 'matching'; readonly expression: RegExp };

/** Lines that are asked about, as git's `-L` takes them. */
export interface WantedLines {
  readonly first: LineMark;
  /** A mark is looked for behind the first line. A count below zero goes back from it. */
  readonly last: LineMark | { readonly kind: 'end' } | { readonly kind: 'count'; readonly count: number };
}

/** Finds the lines in a file; the last one may not lie behind its end. Throws `NOT_FOUND`. */
export function findLines(lines: readonly string[], { first, last }: WantedLines, path: string): LineRange {
  const from = lineOf(lines, first, { after: 0, path });
  const other = otherEnd(lines, last, { from, path });
  const [begin, end] = from <= other ? [from, other] : [other, from];
  return { first: Math.max(1, begin), last: Math.min(end, lines.length) };
}

function otherEnd(
  lines: readonly string[],
  last: WantedLines['last'],
  { from, path }: { readonly from: number; readonly path: string },
): number {
  switch (last.kind) {
    case 'end':
      return lines.length;
    case 'count':
      return last.count > 0 ? from + last.count - 1 : from + last.count + 1;
    case 'number':
      return last.line;
    case 'matching':
      return lineOf(lines, last, { after: from, path });
  }
}

function lineOf(
  lines: readonly string[],
  mark: LineMark,
  { after, path }: { readonly after: number; readonly path: string },
): number {
  if (mark.kind === 'number') {
    if (mark.line <= lines.length) return mark.line;
    throw missing(`the file has ${lines.length} lines`, { path, line: mark.line });
  }
  const found = lines.findIndex((line, index) => index >= after && mark.expression.test(line));
  if (found !== -1) return found + 1;
  throw missing('no line of the file matches', { path, expression: mark.expression.source });
}

function missing(message: string, facts: Readonly<Record<string, string | number>>): HeddleError {
  return new HeddleError('NOT_FOUND', message, { facts, preserved: 'nothing was changed' });
}
