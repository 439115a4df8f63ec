import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';

const OTHERS = 0o077;

/** Tells whether a directory is there, is the user's, and closed to others. Throws as the system does for any other trouble. */
export function isPrivateDirectory(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && isClosed(found);
}

/**
 * Reads a file of a few bytes at once. Undefined for one that is no regular file, another user's, open to others, or
 * longer than it may be; throws as the system does where it is a link, or is not there.
 */
export function readSmallFile(path: string, maxBytes: number): Uint8Array | undefined {
  // Without waiting: somebody may have put a pipe there that nobody writes to.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (!found.isFile() || !isClosed(found) || found.size > maxBytes) return undefined;
    const bytes = Buffer.alloc(found.size + 1);
    const length = readSync(file, bytes, 0, bytes.length, 0);
    return length === found.size ? bytes.subarray(0, length) : undefined;
  } finally {
    closeSync(file);
  }
}

function isClosed({ uid, mode }: Pick<Stats, 'uid' | 'mode'>): boolean {
  const own = process.geteuid?.();
  return (own === undefined || uid === own) && (mode & OTHERS) === 0;
}
