import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';

/** Git's own limit on most systems; longer paths could not be checked out. */
const MAX_PATH_BYTES = 4096;
/** Code points that HFS+ ignores in names: `.g\u200cit` opens `.git` there. */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/**
 * Tells whether a name, or a part of it that some file system takes for a name, opens Git's directory: any
 * case, `git~1` (NTFS short names), trailing dots and spaces and streams (NTFS), ignored code points (HFS+).
 */
function looksLikeGitDirectory(name: string): boolean {
  // Nothing is ignored or folded in visible ASCII but case: most names are done here.
  if (/^[ -~]*$/.test(name) && !/git/i.test(name)) return false;
  return name
    .replace(HFS_IGNORED, '')
    .normalize('NFC')
    .toLowerCase()
    .split('\\')
    .some((part) => /^(?:\.git|git~[0-9]+)[. ]*(?::.*)?$/su.test(part));
}

/** One character for each byte, so that names that are not UTF-8 are judged too. */
function binaryText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** What is wrong with one segment of a path, or undefined. */
export function segmentProblem(segment: Uint8Array): string | undefined {
  return nameProblem(decodeUtf8(segment) ?? binaryText(segment));
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'has an empty segment';
  if (name.includes('\0')) return 'holds a NUL';
  if (name.includes('/')) return 'has a / inside a segment';
  if (/(?:^|\\)\.\.?(?:\\|$)/.test(name)) return 'has a . or .. segment';
  if (looksLikeGitDirectory(name)) return 'looks like .git';
  return undefined;
}

/** What makes a raw path one that no state can hold: readers of trees refuse it. Undefined where nothing does. */
export function treePathProblem(path: Uint8Array): string | undefined {
  return splitPath(path)
    .map(segmentProblem)
    .find((problem) => problem !== undefined);
}

/** What is wrong with a raw path inside a repository, or undefined where it is canonical. */
export function pathProblem(path: Uint8Array): string | undefined {
  if (path.length === 0) return 'is empty';
  if (path.length > MAX_PATH_BYTES) return `is longer than ${MAX_PATH_BYTES} bytes`;
  const first = path[0];
  if (first === 0x2f || first === 0x5c) return 'is absolute';
  const text = decodeUtf8(path);
  const names =
    text?.split('/') ?? splitPath(path).map((segment) => decodeUtf8(segment) ?? binaryText(segment));
  // On Windows a path relative to a drive leaves the repository too.
  if (/^[A-Za-z]:/.test(names[0] ?? '')) return 'begins with a drive';
  return names.map(nameProblem).find((problem) => problem !== undefined);
}

/** Splits a raw path at its slashes. */
export function splitPath(path: Uint8Array): readonly Uint8Array[] {
  const segments: Uint8Array[] = [];
  let start = 0;
  for (let end = path.indexOf(0x2f); end >= 0; end = path.indexOf(0x2f, start)) {
    segments.push(path.subarray(start, end));
    start = end + 1;
  }
  return [...segments, path.subarray(start)];
}

/**
 * The one canonicaliser of paths inside a repository, for every path argument and every path read: returns
 * the raw bytes it was given, or throws `PATH_INVALID`. It does not look at the disk: whether a segment is a
 * symlink is for whoever opens the file.
 */
export function parseRepositoryPath(path: Uint8Array | string): Uint8Array {
  const bytes = typeof path === 'string' ? utf8(path) : path;
  if (typeof path === 'string' && decodeUtf8(bytes) !== path)
    throw invalid(escapePath(bytes), 'is not Unicode');
  const problem = pathProblem(bytes);
  if (problem !== undefined) throw invalid(escapePath(bytes.subarray(0, MAX_PATH_BYTES)), problem);
  return bytes;
}

function invalid(path: string, problem: string): HeddleError {
  return new HeddleError('PATH_INVALID', `the path ${path.slice(0, 200)} ${problem}`, {
    facts: { path: path.slice(0, MAX_PATH_BYTES), problem },
  });
}
