import { shortId } from '#domain/id.ts';
import { instantWords, type Instant } from '#domain/time.ts';

/*
 * Text from a repository can hold anything. What moves the cursor, changes colours, hides text or reorders it
 * is shown as `\x1b` or `\u{202e}`: control characters, bidirectional controls, separators of lines,
 * invisible tags and marks, and halves of surrogate pairs.
 */
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- these are the characters to keep away
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;
const UNSAFE_IN_BLOCK = new RegExp(
  UNSAFE.source.replace('\\u0000-\\u001f', '\\u0000-\\u0008\\u000b-\\u001f'),
  'gu',
);

/** Makes text safe on one line of a terminal: ends of lines and tabs are shown escaped too. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** Makes text of many lines safe: line feeds and tabs stay. */
export function escapeBlock(text: string): string {
  return text.replace(UNSAFE_IN_BLOCK, escapeCharacter);
}

/** One JSON object on one line whose text cannot steer a terminal either: the same value, more escapes. */
export function formatJson(value: object): string {
  return JSON.stringify(value).replace(UNSAFE, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const hex = code.toString(16);
  return code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}

/** What a piece of text is, for choosing its colour. */
export type Paint = 'id' | 'good' | 'bad' | 'warn' | 'head' | 'faint' | 'place';
const CODES: Readonly<Record<Paint, string>> = {
  id: '33',
  good: '32',
  bad: '31',
  warn: '35',
  head: '1',
  faint: '2',
  place: '36',
};

/** How text is laid out for people. Everything but {@link Terminal.paint} escapes what it is given. */
export interface Terminal {
  /** Colours text that is safe already; leaves it alone where colours are off. */
  paint(paint: Paint, safe: string): string;
  /** One line. */
  safe(text: string): string;
  /** An id by its first letters. */
  id(id: string): string;
  /** In UTC, to the minute. */
  time(instant: Instant): string;
  /** How far off, such as `in 11 h 40 min` or `3 d ago`. */
  distance(instant: Instant): string;
}

/** Makes a terminal's text; `now` in milliseconds since 1970. */
export function terminalText({ color, now }: { readonly color: boolean; readonly now: number }): Terminal {
  const paint = (name: Paint, safe: string): string =>
    color && safe !== '' ? `\u001b[${CODES[name]}m${safe}\u001b[0m` : safe;
  return {
    paint,
    safe: escapeText,
    id: (id) => paint('id', escapeText(shortId(id))),
    time: (instant) => escapeText(instantWords(instant)),
    distance: (instant) => formatDistance(Date.parse(instant) - now),
  };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function formatDistance(milliseconds: number): string {
  const length = formatLength(Math.abs(milliseconds));
  return milliseconds < 0 ? `${length} ago` : `in ${length}`;
}

function formatLength(length: number): string {
  if (length >= 2 * DAY) return `${Math.floor(length / DAY)} d`;
  if (length >= HOUR) return `${Math.floor(length / HOUR)} h ${Math.floor((length % HOUR) / MINUTE)} min`;
  return length >= MINUTE ? `${Math.floor(length / MINUTE)} min` : `${Math.floor(length / 1000)} s`;
}

/** What decides about colours. */
export interface ColorWish {
  readonly choice: 'auto' | 'always' | 'never';
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The flag first, then `NO_COLOR`, then `FORCE_COLOR`, then whether somebody looks. */
export function wantsColor({ choice, isTerminal, environment }: ColorWish): boolean {
  if (choice !== 'auto') return choice === 'always';
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
}

/** Lays cells out in columns, two spaces between; `width` counts letters, so give it unpainted cells. */
export function columns(
  rows: readonly (readonly string[])[],
  paints: readonly ((cell: string) => string)[] = [],
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, lengthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const padding = index === row.length - 1 ? 0 : (widths[index] ?? 0) - lengthOf(cell);
        return (paints[index]?.(cell) ?? cell) + ' '.repeat(padding);
      })
      .join('  ')
      .trimEnd(),
  );
}

function lengthOf(text: string): number {
  return SURROGATE.test(text) ? Array.from(text).length : text.length;
}

const SURROGATE = /[\uD800-\uDFFF]/;
