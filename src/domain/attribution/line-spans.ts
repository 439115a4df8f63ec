/** Lines from `first` to `last`, both counted from 1. */
export interface LineSpan {
  readonly first: number;
  readonly last: number;
}

/** No file that anybody attributes by lines has more. */
const LAST_LINE = 100_000_000;

/** Tells whether two numbers are a span. */
export function isSpan(first: number, last: number): boolean {
  return (
    Number.isSafeInteger(first) &&
    Number.isSafeInteger(last) &&
    first >= 1 &&
    last >= first &&
    last <= LAST_LINE
  );
}

/** The same lines in ascending order, each once, neighbours joined. */
export function joinSpans(spans: readonly LineSpan[]): readonly LineSpan[] {
  const joined: LineSpan[] = [];
  for (const { first, last } of spans.toSorted((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before === undefined || first > before.last + 1) joined.push({ first, last });
    else joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, last) };
  }
  return joined;
}

/** Whether a line is in one of the spans. */
export function holdsLine(spans: readonly LineSpan[], line: number): boolean {
  return spans.some(({ first, last }) => first <= line && line <= last);
}

/** How many lines joined spans have. */
export function countLines(spans: readonly LineSpan[]): number {
  return spans.reduce((count, { first, last }) => count + last - first + 1, 0);
}
