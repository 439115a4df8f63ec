import { unexpectedAnswer } from '#git/failure.ts';
import type { FileEdit, LineHunk } from '#ports/line-origins.ts';
import { unquotePath } from './incremental.ts';

/*
 * What `git diff-tree --stdin -r --raw -p -U0` prints of one path, for each question:
 *
 *   <tree> SP <tree> LF                              the question, given back; left out where git cannot read a tree
 *   :<mode> <mode> <blob> <blob> <status>\t<path>    only where something differs, as all that follows
 *   LF
 *   diff --git …, and further headers
 *   @@ -<line>[,<count>] +<line>[,<count>] @@ …      each followed by the lines that went and those that came
 *   -<line> …
 *   +<line> …
 *   \ No newline at end of file                      behind a last line without one
 */

const QUESTION = /^[0-9a-f]{40} [0-9a-f]{40}$/;
const QUESTION_LENGTH = 81;
const RAW = /^:(\d{6}) (\d{6}) [0-9a-f]{40} [0-9a-f]{40} ([A-Z])\t(.*)$/s;
const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const HEADER = /^(?:diff --git |index |--- |\+\+\+ |(?:new file|deleted file|old|new) mode |$)/;
const FILE_MODE = /^(?:000000|100644|100755)$/;
const KINDS: Readonly<Record<string, FileEdit['kind']>> = { A: 'made', M: 'changed', D: 'gone' };
const SAME: FileEdit = { kind: 'same', hunks: [] };

interface OpenHunk extends LineHunk {
  readonly went: string[];
  readonly came: string[];
}

/** Reads the answers to some questions, piece by piece, as they come. */
export class EditAnswer {
  readonly #questions: readonly string[];
  readonly #path: Buffer;
  readonly #edits: (FileEdit | null)[] = [];
  #edit: { readonly kind: FileEdit['kind']; readonly hunks: LineHunk[] } | undefined;
  #hunk: OpenHunk | undefined;
  #toGo = 0;
  #toCome = 0;
  /** Of a line that is not read to its end: a long one is put together once. */
  #rest: string[] = [];
  #isPlain = true;
  #isWhole = false;

  constructor(questions: readonly string[], path: string) {
    this.#questions = questions;
    this.#path = Buffer.from(path);
  }

  /** False as soon as something else than a file was at the path, or could not be read. */
  get isPlain(): boolean {
    return this.#isPlain;
  }

  push(piece: Uint8Array): void {
    // One character a byte: lines need not be UTF-8.
    const text = Buffer.from(piece).toString('latin1');
    const end = text.lastIndexOf('\n');
    if (end !== -1) {
      const lines = `${this.#rest.join('')}${text.slice(0, end)}`.split('\n');
      this.#rest = [];
      for (const line of lines) this.#readLine(line);
    }
    if (end + 1 < text.length) this.#rest.push(text.slice(end + 1));
  }

  /** Says that no more comes. */
  end(): void {
    if (!this.#isPlain) return;
    if (this.#toGo + this.#toCome > 0 || this.#rest.length > 0) throw unexpectedAnswer('diff-tree');
    this.#isWhole = true;
    this.#isPlain = this.#edits.length === this.#questions.length;
  }

  /** The edit that a question is answered with, once all of it is read; null where it cannot be told. */
  of(question: number): FileEdit | null | undefined {
    if (question < this.#edits.length - 1 || (this.#isPlain && this.#isWhole)) return this.#edits[question];
    return this.#isPlain ? undefined : null;
  }

  #readLine(line: string): void {
    // Nobody asks for what stands behind it.
    if (!this.#isPlain) return;
    if (line.startsWith('\\')) this.#markLast();
    else if (this.#toGo > 0) this.#goes(line);
    else if (this.#toCome > 0) this.#comes(line);
    else if (line.startsWith('@@')) this.#beginHunk(line);
    else if (line.length === QUESTION_LENGTH && QUESTION.test(line)) this.#beginEdit(line);
    else if (line.startsWith(':')) this.#readRaw(line);
    else if (!HEADER.test(line)) throw unexpectedAnswer('diff-tree');
  }

  #beginEdit(question: string): void {
    // One of which git cannot read a tree is left out.
    this.#isPlain = question === this.#questions[this.#edits.length];
    this.#edits.push(SAME);
    this.#edit = undefined;
    this.#hunk = undefined;
  }

  #readRaw(line: string): void {
    const [, old = '', next = '', status = '', path = ''] = RAW.exec(line) ?? [];
    const kind = KINDS[status];
    const isFile = [old, next].every((mode) => FILE_MODE.test(mode)) && this.#path.equals(unquotePath(path));
    // A second one is of what lies below a folder of that name.
    this.#isPlain = kind !== undefined && isFile && this.#edit === undefined;
    if (kind === undefined || !this.#isPlain) return;
    this.#edit = { kind, hunks: [] };
    this.#edits[this.#edits.length - 1] = this.#edit;
  }

  #beginHunk(line: string): void {
    const [found, from, removed = '1', first, added = '1'] = HUNK.exec(line) ?? [];
    if (found === undefined || this.#edit === undefined) throw unexpectedAnswer('diff-tree');
    this.#toGo = Number(removed);
    this.#toCome = Number(added);
    // Where there is no line, the one above is named.
    const above = Number(from) - Math.min(1, this.#toGo);
    const nowAbove = Number(first) - Math.min(1, this.#toCome);
    this.#hunk = { above, nowAbove, went: [], came: [] };
    this.#edit.hunks.push(this.#hunk);
  }

  #goes(line: string): void {
    if (!line.startsWith('-')) throw unexpectedAnswer('diff-tree');
    this.#toGo -= 1;
    this.#hunk?.went.push(line.slice(1));
  }

  #comes(line: string): void {
    if (!line.startsWith('+')) throw unexpectedAnswer('diff-tree');
    this.#toCome -= 1;
    this.#hunk?.came.push(line.slice(1));
  }

  #markLast(): void {
    // What came is behind what went.
    const lines = this.#hunk?.came.length === 0 ? this.#hunk.went : this.#hunk?.came;
    const last = lines?.pop();
    if (last !== undefined) lines?.push(`${last}\n`);
  }
}
