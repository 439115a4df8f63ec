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

/** A row of a version that nobody asked about. */
const UNASKED = 0;

/** A file on its way back from its last version, and where lines of that one came in. */
export class LineSheet {
  /** Of each line of the version that it is at, its number in the last version, from 1; or `UNASKED`. */
  #rows: Int32Array;
  /** By number in the last version: whether the line above is the one that is above it there. */
  readonly #isJoined: Uint8Array;
  /** How often each text stands in that version. */
  readonly #texts = new Map<string, number>();
  readonly #found: (SheetLine | undefined)[] = [];
  #open = 0;

  /** @param texts of the last version. */
  constructor(texts: readonly string[], asked: readonly LineRange[]) {
    this.#rows = new Int32Array(texts.length);
    this.#isJoined = new Uint8Array(texts.length + 1);
    for (const text of texts) this.#count(text, 1);
    for (const { first, last } of asked) {
      for (let line = first; line <= last; line += 1) {
        this.#rows[line - 1] = line;
        this.#isJoined[line] = line > first ? 1 : 0;
        this.#open += 1;
      }
    }
  }

  /** Whether lines are left that came in further back. */
  get isOpen(): boolean {
    return this.#open > 0;
  }

  /** Goes back from a version to the one before; whether lines that were asked about came in with it. */
  goBack(version: number, { hunks }: FileEdit): boolean {
    if (hunks.length === 0) return false;
    const before = this.#open;
    let size = this.#rows.length;
    for (const { went, came } of hunks) {
      for (const text of came) this.#count(text, -1);
      for (const text of went) this.#count(text, 1);
      size += went.length - came.length;
    }
    // Zeros, which stand for lines that went: nobody asked about those.
    const rows = new Int32Array(size);
    let [from, to] = [0, 0];
    for (const hunk of hunks) {
      this.#undo(version, hunk);
      rows.set(this.#rows.subarray(from, hunk.nowAbove), to);
      to += hunk.nowAbove - from + hunk.went.length;
      from = hunk.nowAbove + hunk.came.length;
    }
    rows.set(this.#rows.subarray(from), to);
    this.#rows = rows;
    return this.#open < before;
  }

  /** Ends at a version that nothing was before. */
  end(version: number): boolean {
    const before = this.#open;
    for (const [index, row] of this.#rows.entries()) {
      if (row !== UNASKED) this.#settle(row, { version, number: index + 1, text: '', wasThere: false });
    }
    return before > 0;
  }

  /** The groups of lines from `first` to `last`, which were asked about and found. */
  groups({ first, last }: LineRange): readonly LineGroup[] {
    const groups: { readonly version: number; readonly line: number; readonly lines: SheetLine[] }[] = [];
    for (let line = first; line <= last; line += 1) {
      const found = this.#found[line];
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
    this.#part(nowAbove + came.length);
    this.#part(nowAbove);
    for (const [index, text] of came.entries()) {
      const line = this.#rows[nowAbove + index] ?? UNASKED;
      if (line === UNASKED) continue;
      this.#settle(line, { version, number: nowAbove + index + 1, text, wasThere: this.#texts.has(text) });
    }
  }

  /** From the line above. */
  #part(index: number): void {
    this.#isJoined[this.#rows[index] ?? UNASKED] = 0;
  }

  #settle(line: number, found: Omit<SheetLine, 'isJoined'>): void {
    this.#found[line] = { ...found, isJoined: this.#isJoined[line] === 1 };
    this.#open -= 1;
  }

  #count(text: string, change: number): void {
    const count = (this.#texts.get(text) ?? 0) + change;
    if (count === 0) this.#texts.delete(text);
    else this.#texts.set(text, count);
  }
}
