import { join } from 'node:path';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { readGitFile } from './bounded-file.ts';

/*
 * Git's configuration, as git-config(1) describes it: sections `[name]`, `[name "subsection"]`, `[name.subsection]`;
 * `key = value`, or `key` alone for true; comments from `#` or `;`; quotes; `\` before `"`, `\`, `n`, `t`, `b`, or at
 * the end of a line that goes on. `include` is not followed: git reads what makes a format without it, too.
 */

const LARGEST = 1024 * 1024;
/** What git takes for a blank: no other character of Unicode. */
const BLANK = /[ \t\r\n]/;
const BETWEEN = /(?:[ \t\r\n]|[#;][^\n]*)*/y;
const SECTION = /\[([A-Za-z0-9.-]+)(?:[ \t\r]+"((?:[^"\\\n]|\\[^\n])*)")?\]/y;
/** Key, and a value as it is written, perhaps with a comment behind. */
const ENTRY =
  /([A-Za-z][A-Za-z0-9-]*)[ \t]*(?:=[ \t]*((?:"(?:[^"\\\n]|\\[ntb"\\\n])*"|\\[ntb"\\\n]|[^"\\\n#;])*)(?:[#;][^\n]*)?)?(?:\n|$)/y;
const PIECE = /"((?:[^"\\]|\\[^])*)"|(\\[^])|([^"\\])/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '\n': '' };

/** A configuration file, and what it held; nothing where there was none. */
export interface ConfigFile {
  readonly path: string;
  readonly bytes: Buffer;
}

export interface ConfigLine {
  /** `section.key` or `section.subsection.key`, in lower case but for the subsection. */
  readonly key: string;
  readonly value: string;
}

/** Reads a configuration file; no lines where there is none. Throws `FORMAT_INVALID`. */
export function readConfig(path: string): readonly ConfigLine[] {
  return configLines(path, readConfigBytes(path));
}

/** Settings of one worktree alone, where the shared ones let it have any. Throws `FORMAT_INVALID`. */
export function readOwnConfig(gitDir: string, shared: readonly ConfigLine[]): readonly ConfigLine[] {
  const path = ownConfigPath(gitDir, shared);
  return path === undefined ? [] : readConfig(path);
}

/**
 * What `core.bare` and `core.worktree` are looked up in. A linked worktree passes over the shared ones, since they are the
 * main worktree's, but only as long as no worktree has settings of its own.
 */
export function placeSettings(
  { gitDir, commonDir }: { readonly gitDir: string; readonly commonDir: string },
  shared: readonly ConfigLine[],
): readonly ConfigLine[] {
  const path = ownConfigPath(gitDir, shared);
  if (path === undefined) return gitDir === commonDir ? shared : [];
  return [...shared, ...readConfig(path)];
}

/** The file that they are in. */
export function ownConfigPath(gitDir: string, shared: readonly ConfigLine[]): string | undefined {
  return isFalse(lastValue(shared, 'extensions.worktreeconfig'))
    ? undefined
    : join(gitDir, 'config.worktree');
}

/** What a configuration file holds; nothing where there is none. Throws `FORMAT_INVALID`. */
export function readConfigBytes(path: string): Buffer {
  return readGitFile(path, LARGEST) ?? Buffer.alloc(0);
}

/** Reads what a configuration file held. Throws `FORMAT_INVALID`. */
export function configLines(path: string, bytes: Buffer): readonly ConfigLine[] {
  const text = decodeUtf8(bytes);
  const lines = text === undefined ? undefined : parseConfig(text.replace(/^\ufeff/, ''));
  if (lines !== undefined) return lines;
  throw new HeddleError('FORMAT_INVALID', 'the configuration of the repository is damaged', {
    facts: { path },
  });
}

/** Parses a configuration; undefined for anything that git would not read either. */
export function parseConfig(text: string): readonly ConfigLine[] | undefined {
  // There git ends a value, and reads on.
  if (text.includes('\0')) return undefined;
  const lines: ConfigLine[] = [];
  const whole = text.replaceAll('\r\n', '\n');
  let section = '';
  for (let at = 0; ;) {
    at += matchAt(BETWEEN, whole, at)?.[0].length ?? 0;
    if (at === whole.length) return lines;
    const heading = matchAt(SECTION, whole, at);
    const entry = heading === null ? matchAt(ENTRY, whole, at) : null;
    if (heading !== null) section = sectionName(heading);
    else if (entry === null) return undefined;
    else lines.push(configLine(section, entry));
    at += (heading ?? entry)?.[0].length ?? 0;
  }
}

/** A key without a value means true. */
function configLine(section: string, [, name = '', written = 'true']: RegExpExecArray): ConfigLine {
  return { key: `${section}${name.toLowerCase()}`, value: decodeValue(written) };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** What keys of a section begin with, a dot at its end. */
function sectionName([, name = '', subsection]: RegExpExecArray): string {
  if (subsection === undefined) return `${name.toLowerCase()}.`;
  return `${name.toLowerCase()}.${subsection.replaceAll(/\\(.)/g, '$1')}.`;
}

/** Takes quotes and escapes out; blanks at the end count only inside quotes. */
function decodeValue(written: string): string {
  const pieces = [...written.matchAll(PIECE)].map(([, quoted, escaped, plain]) => ({
    text: plain ?? unescape(quoted ?? escaped ?? ''),
    blank: escaped === '\\\n' || (plain !== undefined && BLANK.test(plain)),
  }));
  const last = pieces.findLastIndex(({ blank }) => !blank);
  return pieces
    .slice(0, last + 1)
    .map(({ text }) => text)
    .join('');
}

function unescape(text: string): string {
  return text.replaceAll(/\\([^])/g, (_all, letter: string) => ESCAPES[letter] ?? letter);
}

/** The last value of a key; undefined where it has none. */
export function lastValue(lines: readonly ConfigLine[], key: string): string | undefined {
  return lines.findLast((line) => line.key === key)?.value;
}

/** Git's words for false; everything else is taken as true. */
export function isFalse(value: string | undefined): boolean {
  return value === undefined || ['', 'false', 'no', 'off', '0'].includes(value.toLowerCase());
}
