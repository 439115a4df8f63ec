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

/** Reads the answer; sorted by the asked file's lines. */
export function parseIncremental(answer: Uint8Array): readonly LineOrigin[] {
  const origins: LineOrigin[] = [];
  let run: RegExpExecArray | null = null;
  // One character a byte: paths need not be UTF-8.
  for (const line of Buffer.from(answer).toString('latin1').split('\n')) {
    if (run === null) {
      run = RUN.exec(line);
      if (run === null && line !== '') throw unexpectedAnswer('blame');
    } else if (line.startsWith(FILE_NAME)) {
      const [, commit = '', origin, first, count] = run;
      origins.push({
        commit,
        path: unquote(line.slice(FILE_NAME.length)),
        origin: Number(origin),
        line: Number(first),
        count: Number(count),
      });
      run = null;
    }
  }
  if (run !== null) throw unexpectedAnswer('blame');
  return origins.toSorted((a, b) => a.line - b.line);
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

/** Takes Git's quoting off a path (`quote.c`). */
function unquote(text: string): Uint8Array {
  if (!text.startsWith('"')) return Buffer.from(text, 'latin1');
  if (!text.endsWith('"') || text.length < 2) throw unexpectedAnswer('blame');
  const inner = text.slice(1, -1).replace(/\\([0-7]{3}|.)/g, (_, escaped: string) => {
    if (escaped.length === 3) return String.fromCharCode(Number.parseInt(escaped, 8));
    return ESCAPES[escaped] ?? escaped;
  });
  return Buffer.from(inner, 'latin1');
}
