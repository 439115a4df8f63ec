import { usageError } from '#domain/usage-error.ts';
import type { LineMark, WantedLines } from '#usecases/blame/wanted-lines.ts';

/** One end: a number, `/expression/`; behind the comma also `+COUNT` and `-COUNT`. */
const PART = String.raw`[1-9]\d{0,8}|\/(?:[^/\\]|\\.){1,500}\/`;
const RANGE = new RegExp(`^(${PART})?(?:(,)([+-][1-9]\\d{0,8}|${PART})?)?$`, 'su');

/** `10`, `10,20`, `10,`, `,20`, `10,+5`, `/^function login/,+8`, `/begin/,/end/`. Throws `USAGE`. */
export function parseLineRange(text: string): WantedLines {
  const [whole, from, comma, to] = RANGE.exec(text) ?? [];
  if (whole === undefined || whole === '' || whole === ',') throw refused();
  const first: LineMark = from === undefined ? { kind: 'number', line: 1 } : markOf(from);
  const last = comma === undefined ? ONE_LINE : otherEndOf(to);
  if (first.kind === 'number' && last.kind === 'number' && last.line < first.line) throw refused();
  return { first, last };
}

const ONE_LINE = { kind: 'count', count: 1 } as const;

function otherEndOf(text: string | undefined): WantedLines['last'] {
  if (text === undefined) return { kind: 'end' };
  return /^[+-]/.test(text) ? { kind: 'count', count: Number(text) } : markOf(text);
}

function markOf(text: string): LineMark {
  if (!text.startsWith('/')) return { kind: 'number', line: Number(text) };
  try {
    return { kind: 'matching', expression: new RegExp(text.slice(1, -1).replaceAll('\\/', '/')) };
  } catch {
    throw usageError('blame', 'the expression in --lines cannot be read', { flag: '--lines' });
  }
}

function refused(): Error {
  return usageError('blame', '--lines takes FIRST,LAST or FIRST,+COUNT; an end may be /EXPRESSION/', {
    flag: '--lines',
  });
}
