/*
 * Where a block of added or removed lines begins and ends best, by blank lines and indentation: Git's "indent
 * heuristic", with the weights that Michael Haggerty found by measuring what people prefer
 * (https://github.com/mhagger/diff-slider-tools). Lower is better.
 */

const WIDEST = 200;
const MOST_BLANKS = 20;
const PER_INDENT = 60;
const WEIGHTS = {
  startOfFile: 1,
  endOfFile: 21,
  blank: -30,
  blankBehind: 6,
  /** Without a blank line beside the split, and with one. */
  deeper: [-4, 10],
  outAndInAgain: [24, 17],
  out: [23, 17],
} as const;

/** What a split costs, and how deep the line behind it stands. */
export class SplitScore {
  readonly #indent: number;
  readonly #penalty: number;

  constructor(indent: number, penalty: number) {
    this.#indent = indent;
    this.#penalty = penalty;
  }

  plus(other: SplitScore): SplitScore {
    return new SplitScore(this.#indent + other.#indent, this.#penalty + other.#penalty);
  }

  isAtMost(other: SplitScore): boolean {
    const order = Math.sign(this.#indent - other.#indent);
    return PER_INDENT * order + this.#penalty - other.#penalty <= 0;
  }
}

/** Judges a split in front of line `at`. */
export function scoreSplit(lines: readonly string[], at: number): SplitScore {
  const here = at < lines.length ? indentOf(lines[at] ?? '') : undefined;
  const before = textBeside(lines, at - 1, -1);
  const after = textBeside(lines, at + 1, 1);
  const atEnd = at >= lines.length;
  const blanksBehind = !atEnd && here === undefined ? 1 + after.blanks : 0;
  const blanks = before.blanks + blanksBehind;
  const indent = here ?? after.indent;
  let penalty = WEIGHTS.blank * blanks + WEIGHTS.blankBehind * blanksBehind;
  if (before.indent === undefined && before.blanks === 0) penalty += WEIGHTS.startOfFile;
  if (atEnd) penalty += WEIGHTS.endOfFile;
  const step = stepAt([before.indent, indent, after.indent]);
  if (step !== undefined) penalty += WEIGHTS[step][blanks === 0 ? 0 : 1];
  return new SplitScore(indent ?? -1, penalty);
}

type Indent = number | undefined;

/** How the indentation changes at a split. */
function stepAt([before, here, after]: readonly [Indent, Indent, Indent]):
  | 'deeper'
  | 'out'
  | 'outAndInAgain'
  | undefined {
  if (before === undefined || here === undefined || before === here) return undefined;
  if (here > before) return 'deeper';
  return after !== undefined && after > here ? 'outAndInAgain' : 'out';
}

/** The first line in a direction that is not blank: how deep it stands, and how many blank ones lie before it. */
function textBeside(
  lines: readonly string[],
  from: number,
  step: 1 | -1,
): { readonly indent: number | undefined; readonly blanks: number } {
  let blanks = 0;
  for (let at = from; at >= 0 && at < lines.length; at += step) {
    const indent = indentOf(lines[at] ?? '');
    if (indent !== undefined) return { indent, blanks };
    blanks += 1;
    if (blanks === MOST_BLANKS) return { indent: 0, blanks };
  }
  return { indent: undefined, blanks };
}

/** Columns before the first character, tabs to multiples of eight; undefined for a blank line. */
function indentOf(line: string): number | undefined {
  let columns = 0;
  for (const letter of line) {
    if (letter === ' ') columns += 1;
    else if (letter === '\t') columns += 8 - (columns % 8);
    else if (!/[\n\v\f\r]/.test(letter)) return columns;
    if (columns >= WIDEST) return WIDEST;
  }
  return undefined;
}
