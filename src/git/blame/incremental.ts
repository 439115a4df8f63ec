import { unexpectedAnswer } from '#git/failure.ts';
import type { LineOrigin } from '#ports/line-origins.ts';

/*
 * What `git blame --incremental` prints, for each run of lines:
 *
 *   <commit> <line there> <line here> <count>
 *   <header> …                                  of a commit only the first time
 *   filename <path>                             always, last; quoted as C does where it has to be
 */

const RUN = /^([0-9a-f]{40}) (\d+) (\d+) (\d+)$/;
const FILE_NAME = 'filename ';

/** Reads the answer piece by piece, as it comes. */
export class IncrementalAnswer {
  readonly #seen: ((commit: string) => void) | undefined;
  readonly #origins: LineOrigin[] = [];
  #run: RegExpExecArray | null = null;
  #rest = '';

  constructor(seen?: (commit: string) => void) {
    this.#seen = seen;
  }

  push(piece: Uint8Array): void {
    // One character a byte: paths need not be UTF-8.
    const lines = `${this.#rest}${Buffer.from(piece).toString('latin1')}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#readLine(line);
  }

  /** Everything that was read; sorted by the asked file's lines. */
  end(): readonly LineOrigin[] {
    if (this.#run !== null || this.#rest !== '') throw unexpectedAnswer('blame');
    return this.#origins.toSorted((a, b) => a.line - b.line);
  }

  #readLine(line: string): void {
    if (this.#run === null) {
      this.#run = RUN.exec(line);
      if (this.#run === null) throw unexpectedAnswer('blame');
    } else if (line.startsWith(FILE_NAME)) {
      const [, commit = '', origin, first, count] = this.#run;
      this.#origins.push({
        commit,
        path: unquotePath(line.slice(FILE_NAME.length)),
        origin: Number(origin),
        line: Number(first),
        count: Number(count),
      });
      this.#run = null;
      this.#seen?.(commit);
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Takes Git's quoting off a path (`quote.c`); one character a byte. */
export function unquotePath(text: string): Uint8Array {
  if (!text.startsWith('"')) return Buffer.from(text, 'latin1');
  if (!text.endsWith('"') || text.length < 2) throw unexpectedAnswer('blame');
  const inner = text.slice(1, -1).replace(/\\([0-7]{3}|.)/g, (_, escaped: string) => {
    if (escaped.length === 3) return String.fromCharCode(Number.parseInt(escaped, 8));
    return ESCAPES[escaped] ?? escaped;
  });
  return Buffer.from(inner, 'latin1');
}
