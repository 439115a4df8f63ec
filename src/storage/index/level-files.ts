import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, type Digest } from '#domain/id.ts';
import { readFully, unlessMissing } from '#storage/durable-file.ts';

/** One file that LevelDB reads. */
export interface LevelFile {
  readonly name: string;
  readonly size: number;
  readonly digest: Digest;
}

/** What LevelDB writes for people and never reads, and the file that it only locks. */
const UNREAD: readonly string[] = ['LOCK', 'LOG', 'LOG.old'];
const READ = /^(?:CURRENT|MANIFEST-\d{6,12}|\d{6,12}\.(?:ldb|log))$/;
const MOST_FILES = 128;
const MOST_BYTES = 1024 * 1024 * 1024;
const PIECE = 1024 * 1024;

/**
 * The files of a database with their digests, by name; undefined where the directory is missing, is none, or
 * holds anything that LevelDB under heddle does not leave there, or more than it could.
 */
export function listLevelFiles(directory: string, hasher: Hasher): readonly LevelFile[] | undefined {
  if (!isDirectory(directory)) return undefined;
  const names = readdirSync(directory).toSorted();
  if (names.length > MOST_FILES) return undefined;
  const files: LevelFile[] = [];
  let left = MOST_BYTES;
  for (const name of names) {
    const path = join(directory, name);
    if (UNREAD.includes(name) && isFileOrMissing(path)) continue;
    const file = READ.test(name) ? digestFile(path, { hasher, left }) : undefined;
    if (file === undefined) return undefined;
    left -= file.size;
    files.push({ name, ...file });
  }
  return files;
}

/** True for a regular file and for nothing at all; false for links, pipes and whatever else may stand there. */
export function isFileOrMissing(path: string): boolean {
  return lstatOrMissing(path)?.isFile() ?? true;
}

/** True where nothing stands at a path, not even a link that leads nowhere. */
export function isNothing(path: string): boolean {
  return lstatOrMissing(path) === undefined;
}

/** True for a directory, false for a link to one. */
export function isDirectory(path: string): boolean {
  return lstatOrMissing(path)?.isDirectory() ?? false;
}

function lstatOrMissing(path: string): ReturnType<typeof lstatSync> {
  return unlessMissing(() => lstatSync(path));
}

function digestFile(
  path: string,
  { hasher, left }: { readonly hasher: Hasher; readonly left: number },
): Omit<LevelFile, 'name'> | undefined {
  if (!isFileOrMissing(path)) return undefined;
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > left) return undefined;
    const hash = hasher.stream('index');
    for (let offset = 0; offset < stat.size; offset += PIECE) {
      hash.update(readFully(fd, offset, Math.min(PIECE, stat.size - offset)));
    }
    return { size: stat.size, digest: formatDigest(hash.digest()) };
  } finally {
    closeSync(fd);
  }
}
