import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { readGitFile } from './bounded-file.ts';

/*
 * Git's configuration, as git-config(1) describes it: sections `[name]`, `[name "subsection"]`, `[name.subsection]`;
 * `key = value`, or `key` alone for true; comments from `#` or `;`; quotes; `\` before `"`, `\`, `n`, `t`, `b`, or at
 * the end of a line that goes on. `include` is not followed: git reads what makes a format without it, too.
 */

const LARGEST = 1024 * 1024;
const SECTION = /^\[([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?[ \t]*\]/;
const KEY = /^([A-Za-z][A-Za-z0-9-]*)[ \t]*(?:(=)[ \t]*)?/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '"': '"', '\\': '\\' };

export interface ConfigLine {
  /** `section.key` or `section.subsection.key`, in lower case but for the subsection. */
  readonly key: string;
  readonly value: string;
}

/** Reads a configuration file; no lines where there is none. Throws `FORMAT_INVALID`. */
export function readConfig(path: string): readonly ConfigLine[] {
  const bytes = readGitFile(path, LARGEST);
  if (bytes === undefined) return [];
  const text = decodeUtf8(bytes);
  const lines = text === undefined ? undefined : parseConfig(text.replace(/^\ufeff/, ''));
  if (lines !== undefined) return lines;
  throw new HeddleError('FORMAT_INVALID', 'the configuration of the repository is damaged', {
    facts: { path },
  });
}

/** Parses a configuration; undefined for anything that git would not read either. */
export function parseConfig(text: string): readonly ConfigLine[] | undefined {
  const lines: ConfigLine[] = [];
  let rest = text.replaceAll('\r\n', '\n');
  let section: string | undefined;
  for (;;) {
    rest = rest.replace(/^(?:\s+|[#;][^\n]*)+/, '');
    if (rest === '') return lines;
    if (rest.startsWith('[')) {
      const match = SECTION.exec(rest);
      if (match?.[1] === undefined) return undefined;
      section = sectionName(match[1], match[2]);
      rest = rest.slice(match[0].length);
      continue;
    }
    const key = KEY.exec(rest);
    if (key?.[1] === undefined || section === undefined) return undefined;
    const value = parseValue(rest.slice(key[0].length));
    if (value === undefined || (key[2] === undefined && value.text !== '')) return undefined;
    lines.push({
      key: `${section}.${key[1].toLowerCase()}`,
      // A key without a value means true.
      value: key[2] === undefined ? 'true' : value.text,
    });
    rest = rest.slice(key[0].length + value.length);
  }
}

function sectionName(name: string, subsection: string | undefined): string {
  if (subsection === undefined) return name.toLowerCase();
  return `${name.toLowerCase()}.${subsection.replaceAll(/\\(.)/g, '$1')}`;
}

/** A value up to the end of its line, and how many characters it took; undefined where quotes or escapes are wrong. */
function parseValue(rest: string): { readonly text: string; readonly length: number } | undefined {
  let text = '';
  let quoted = false;
  /** How much of the text stays whatever follows: blanks at the end count only inside quotes. */
  let kept = 0;
  for (let at = 0; ; at += 1) {
    const letter = rest[at];
    if (letter === undefined || letter === '\n') {
      return quoted ? undefined : { text: text.slice(0, kept), length: at };
    }
    if (letter === '"') quoted = !quoted;
    else if (letter === '\\') {
      at += 1;
      const escaped = rest[at];
      if (escaped === '\n') continue;
      const meant = escaped === undefined ? undefined : ESCAPES[escaped];
      if (meant === undefined) return undefined;
      text += meant;
    } else if (!quoted && (letter === '#' || letter === ';')) {
      const end = rest.indexOf('\n', at);
      return { text: text.slice(0, kept), length: end === -1 ? rest.length : end };
    } else text += letter;
    if (quoted || !/[ \t\r]/.test(letter)) kept = text.length;
  }
}

/** The last value of a key; undefined where it has none. */
export function lastValue(lines: readonly ConfigLine[], key: string): string | undefined {
  return lines.findLast((line) => line.key === key)?.value;
}

/** Git's words for false; everything else is taken as true. */
export function isFalse(value: string | undefined): boolean {
  return value === undefined || ['', 'false', 'no', 'off', '0'].includes(value.toLowerCase());
}
