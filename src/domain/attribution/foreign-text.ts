import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { pathProblem } from '#domain/resource/repository-path.ts';

// Controls, separators of lines, and what reorders or hides text.
const STEERS =
  // eslint-disable-next-line no-control-regex -- these are what is kept away
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/u;

/** Tells whether text has characters that could steer a terminal or mislead a reader. */
export function steersTerminals(text: string): boolean {
  return STEERS.test(text);
}

/** What of another tool's record is no such record. */
export function foreignProblem(what: string, why: string, cause?: unknown): HeddleError {
  return new HeddleError('FORMAT_INVALID', `${what} ${why}`, {
    facts: { record: what },
    preserved: 'nothing was changed',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Decodes JSON of another tool, of which nothing is believed yet. Throws `FORMAT_INVALID`. */
export function parseForeignJson(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw foreignProblem(what, 'is not JSON', cause);
  }
}

/** Decodes bytes of another tool; `maxBytes` bounds them. Throws `FORMAT_INVALID`. */
export function decodeForeign(bytes: Uint8Array, what: string, maxBytes: number): string {
  if (bytes.length > maxBytes) throw foreignProblem(what, `is longer than ${maxBytes} bytes`);
  const text = decodeUtf8(bytes);
  if (text === undefined) throw foreignProblem(what, 'is not UTF-8');
  return text;
}

/** A path as another tool wrote it; refused where it is none of a repository. Throws `FORMAT_INVALID`. */
export function readForeignPath(path: Json | undefined, what: string): string {
  if (typeof path !== 'string' || steersTerminals(path)) throw foreignProblem(what, 'has no proper path');
  const problem = pathProblem(utf8(path));
  if (problem !== undefined) throw foreignProblem(what, `has a path that ${problem}`);
  return path;
}

/** A short text such as a model's name; null for none. Throws `FORMAT_INVALID`. */
export function readForeignWord(word: Json | undefined, what: string, field: string): string | null {
  if (word === undefined || word === null || word === '') return null;
  if (typeof word !== 'string' || word.length > LONGEST_WORD || steersTerminals(word)) {
    throw foreignProblem(what, `has no proper ${field}`);
  }
  return word;
}

/** Characters of a tool's or a model's name. */
export const LONGEST_WORD = 250;

/** JSON in ASCII: the same value, and nothing in it that could steer a terminal. */
export function asciiJson(value: Json, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
