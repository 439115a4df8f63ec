import type { SheetLine } from './line-sheet.ts';

/*
 * Git looks for lines elsewhere only where they are worth it (`blame.c`): neighbouring lines score one, and one more
 * for each letter or digit in them.
 */

/** Lines that score no more are never looked for in another place of the file. */
export const MOVE_SCORE = 20;
/** Nor these in another file. */
export const COPY_SCORE = 40;

/** What neighbours score, of which each is one that `isMeant`: the highest of all such runs. */
export function highestScore(
  lines: readonly SheetLine[],
  isMeant: (line: SheetLine) => boolean = () => true,
): number {
  let highest = 0;
  let score = 0;
  for (const line of lines) {
    score = isMeant(line) ? Math.max(score, 1) + countLetters(line.text) : 0;
    highest = Math.max(highest, score);
  }
  return highest;
}

/** Of ASCII: git looks at bytes. */
function countLetters(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
    if (isLetter || (code >= 0x30 && code <= 0x39)) count += 1;
  }
  return count;
}
