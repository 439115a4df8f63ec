import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import type { ObjectId } from '#ports/objects.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { hashObject, isObjectId } from '#git/objects/hash.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type { RepositorySettings } from '#git/settings.ts';
import { readAttributes } from '#git/worktree/attributes.ts';

/** Git in one work tree, as far as conversions go. */
export interface ConversionGround {
  /** Bound to the work tree. */
  readonly runner: GitRunner;
  readonly indexFile: string;
  /** Of that work tree: filters that the repository configures are disarmed. */
  readonly settings: RepositorySettings;
}

/** How a work tree's file may differ from what Git stores of it. */
export type Conversion =
  /** `$Id$` is filled in, or line endings are: the file is longer. */
  | 'ident'
  /** At most every byte is a line end, and becomes two. */
  | 'line-endings'
  /** Another encoding, or a program: anything. */
  | 'any';

const NAMES = ['working-tree-encoding', 'filter', 'ident', 'eol', 'text', 'crlf'] as const;

/** For each path what may be converted there; undefined for files that stand as they are stored. */
export async function findConversions(
  { runner, indexFile, settings }: ConversionGround,
  paths: readonly Uint8Array[],
): Promise<readonly (Conversion | undefined)[]> {
  const question = { indexFile, settings: settings.overrides, names: NAMES };
  const attributes = await readAttributes(runner, paths, question);
  return paths.map((_path, index) => conversionOf(attributes[index] ?? new Map(), settings));
}

function conversionOf(
  attributes: ReadonlyMap<string, string>,
  { convertsLineEndings, localFilters }: RepositorySettings,
): Conversion | undefined {
  const value = (name: (typeof NAMES)[number]): string | undefined => {
    const found = attributes.get(name);
    return found === undefined || found === 'unspecified' || found === 'unset' ? undefined : found;
  };
  const filter = value('filter');
  const filtered = filter !== undefined && !localFilters.has(filter);
  if (filtered || value('working-tree-encoding') !== undefined) return 'any';
  if (value('ident') !== undefined) return 'ident';
  const said = (['eol', 'text', 'crlf'] as const).some((name) => value(name) !== undefined);
  const unset = attributes.get('text') === 'unset' || attributes.get('crlf') === 'unset';
  return said || (convertsLineEndings && !unset) ? 'line-endings' : undefined;
}

/**
 * The blob ids that Git would give to files of the work tree, their filters applied; nothing is stored. Those that
 * vanish, cannot be read or fail in their filter have none.
 */
export async function storedIds(
  { runner, settings }: ConversionGround,
  paths: readonly Uint8Array[],
): Promise<readonly (ObjectId | undefined)[]> {
  const ids: (ObjectId | undefined)[] = [];
  while (ids.length < paths.length) {
    const left = paths.slice(ids.length);
    // 128: git stops at the first file that it cannot take, after the ids of those before it.
    const { code, stdout } = await runner.run({
      args: ['hash-object', '-t', 'blob', '--stdin-paths'],
      stdin: [Buffer.concat(left.map(quotedLine))],
      settings: settings.overrides,
      accept: [128],
      maxOutputBytes: LARGE_OUTPUT_BYTES,
      deadlineMs: LONG_DEADLINE_MS,
    });
    const answers = stdout.toString('latin1').split('\n').slice(0, -1);
    if (!answers.every(isObjectId)) throw unexpectedAnswer('hash-object');
    ids.push(...answers);
    if (code !== 0) ids.push(undefined);
    else if (answers.length !== left.length) throw unexpectedAnswer('hash-object');
  }
  return ids;
}

/** A path in double quotes, as git unquotes it: any byte may be in it. */
function quotedLine(path: Uint8Array): Buffer {
  const escaped = Buffer.from(path)
    .toString('latin1')
    // eslint-disable-next-line no-control-regex -- they are what is escaped
    .replace(/[\u0000-\u001f"\\\u007f]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return Buffer.from(`"${escaped}"\n`, 'latin1');
}

/**
 * The bytes that a checkout would write for a stored content; as they are where Git cannot tell: the content is not
 * stored, or the path cannot be an argument.
 */
export async function checkedOut(
  { runner, settings }: ConversionGround,
  path: Uint8Array,
  stored: Uint8Array,
): Promise<Uint8Array> {
  const name = decodeUtf8(path);
  if (name === undefined) return stored;
  const { code, stdout } = await runner.run({
    args: ['cat-file', '--filters', `--path=${name}`, hashObject('blob', stored)],
    settings: settings.overrides,
    // A missing object ends git in one way or another, a filter that fails in a third.
    accept: [1, 128, 255],
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  return code === 0 ? stdout : stored;
}
