import { isBinary } from './text-lines.ts';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Longer lines are compared in pieces of this length. */
const PIECE = 64;
/** Git counts in sixty-thousandths. */
const WHOLE = 60_000;
/** Least similarity of what counts as renamed. */
export const RENAMED = WHOLE / 2;
/** The same for two files that alone have their name, before all others are compared. */
export const RENAMED_BY_NAME = (WHOLE * 3) / 4;

/** How much of the larger content the other has too, line by line wherever they stand, out of sixty thousand. */
export function similarity(before: Buffer, after: Buffer): number {
  const [small, large] = [before.length, after.length].toSorted((a, b) => a - b);
  if (small === undefined || large === undefined || large * RENAMED < (large - small) * WHOLE) return 0;
  if (after.length === 0) return 0;
  const [left, right] = [countPieces(before), countPieces(after)];
  let copied = 0;
  for (const [piece, bytes] of left) copied += Math.min(bytes, right.get(piece) ?? 0);
  return Math.floor((copied * WHOLE) / large);
}

/** The same in percent, as a patch says it. */
export function percent(score: number): number {
  return Math.floor((score * 100) / WHOLE);
}

/** Bytes by piece: a line, or sixty-four bytes of one. In texts a line has the same bytes with and without CR. */
function countPieces(content: Buffer): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const text = isBinary(content) ? content : withoutLineReturns(content);
  for (let start = 0; start < text.length;) {
    const newline = text.subarray(start, start + PIECE).indexOf(NEWLINE);
    const end = newline === -1 ? Math.min(start + PIECE, text.length) : start + newline + 1;
    const piece = text.toString('latin1', start, end);
    counts.set(piece, (counts.get(piece) ?? 0) + end - start);
    start = end;
  }
  return counts;
}

function withoutLineReturns(content: Buffer): Buffer {
  if (!content.includes(CARRIAGE_RETURN)) return content;
  return Buffer.from(content.filter((byte, at) => byte !== CARRIAGE_RETURN || content[at + 1] !== NEWLINE));
}
