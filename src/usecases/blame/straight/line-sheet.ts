import { invariant } from '#domain/error.ts';
import type { FileEdit, LineHunk, LineRange } from '#ports/line-origins.ts';

/** Where a line came in. */
export interface SheetLine {
  /** The version that it came in with, and its number there, from 1. */
  readonly version: number;
  readonly number: number;
  /** Empty for what was there at the begin. */
  readonly text: string;
  /** The version before that one had such a line, anywhere. */
  readonly wasThere: boolean;
  /** It came in together with the line above, and both were neighbours ever since. */
  readonly isJoined: boolean;
}

/** Lines that were neighbours in every version since they came in together: git follows them as one. */
export interface LineGroup {
  readonly version: number;
  /** The first one, in the last version, from 1. */
  readonly line: number;
  readonly lines: readonly SheetLine[];
}

interface AskedRow {
  /** In the last version, from 1. */
  readonly line: number;
  /** The line above is the one that is above it in the last version. */
  isJoined: boolean;
}

/** Null for a line that nobody asked about. */
type Row = AskedRow | null;

/** A file on its way back from its last version, and where lines of that one came in. */
export class LineSheet {
  /** The lines of the version that it is at. */
  #rows: readonly Row[];
  /** How often each text stands in that version. */
  readonly #texts = new Map<string, number>();
  readonly #found = new Map<number, SheetLine>();
  #open = 0;

  /** @param texts of the last version. */
  constructor(texts: readonly string[], asked: readonly LineRange[]) {
    const rows: Row[] = texts.map(() => null);
    for (const text of texts) this.#count(text, 1);
    for (const { first, last } of asked) {
      for (let line = first; line <= last; line += 1) {
        rows[line - 1] = { line, isJoined: line > first };
        this.#open += 1;
      }
    }
    this.#rows = rows;
  }

  /** Whether lines are left that came in further back. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  /** Goes back from a version to the one before; whether lines that were asked about came in with it. */
  goBack(version: number, { hunks }: FileEdit): boolean {
    const before = this.#open;
    for (const { went, came } of hunks) {
      for (const text of came) this.#count(text, -1);
      for (const text of went) this.#count(text, 1);
    }
    const pieces: (readonly Row[])[] = [];
    let from = 0;
    for (const hunk of hunks) {
      this.#undo(version, hunk);
      pieces.push(
        this.#rows.slice(from, hunk.nowAbove),
        hunk.went.map(() => null),
      );
      from = hunk.nowAbove + hunk.came.length;
    }
    if (hunks.length > 0) this.#rows = concatenate([...pieces, this.#rows.slice(from)]);
    return this.#open < before;
  }

  /** Ends at a version that nothing was before. */
  end(version: number): boolean {
    const before = this.#open;
    for (const [index, row] of this.#rows.entries()) {
      if (row !== null) this.#settle(row, { version, number: index + 1, text: '', wasThere: false });
    }
    return before > 0;
  }

  /** The groups of lines from `first` to `last`, which were asked about and found. */
  groups({ first, last }: LineRange): readonly LineGroup[] {
    const groups: { readonly version: number; readonly line: number; readonly lines: SheetLine[] }[] = [];
    for (let line = first; line <= last; line += 1) {
      const found = this.#found.get(line);
      invariant(found !== undefined, 'each line came in somewhere');
      const group = groups.at(-1);
      if (group?.version === found.version && found.isJoined) group.lines.push(found);
      else groups.push({ version: found.version, line, lines: [found] });
    }
    return groups;
  }

  /** Lines of the hunk came in with the version. */
  #undo(version: number, { nowAbove, came }: LineHunk): void {
    invariant(nowAbove + came.length <= this.#rows.length, 'a diff is of the version that it comes from');
    const below = this.#rows[nowAbove + came.length];
    if (below) below.isJoined = false;
    for (const [index, text] of came.entries()) {
      const row = this.#rows[nowAbove + index];
      if (!row) continue;
      if (index === 0) row.isJoined = false;
      this.#settle(row, { version, number: nowAbove + index + 1, text, wasThere: this.#texts.has(text) });
    }
  }

  #settle({ line, isJoined }: AskedRow, found: Omit<SheetLine, 'isJoined'>): void {
    this.#found.set(line, { ...found, isJoined });
    this.#open -= 1;
  }

  #count(text: string, change: number): void {
    const count = (this.#texts.get(text) ?? 0) + change;
    if (count === 0) this.#texts.delete(text);
    else this.#texts.set(text, count);
  }
}

/** A call takes no more arguments than that for certain. */
const MOST_ARGUMENTS = 4_096;

const NONE: readonly Row[] = [];

/** Made of whole pieces: line by line would take several times as long. */
function concatenate(pieces: readonly (readonly Row[])[]): readonly Row[] {
  if (pieces.length <= MOST_ARGUMENTS) return NONE.concat(...pieces);
  const parts: (readonly Row[])[] = [];
  for (let from = 0; from < pieces.length; from += MOST_ARGUMENTS) {
    parts.push(concatenate(pieces.slice(from, from + MOST_ARGUMENTS)));
  }
  return concatenate(parts);
}
