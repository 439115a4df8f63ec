import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { HeddleError } from '#domain/error.ts';

/** Tells whether a failed call failed with this errno name. */
export function failedWith(cause: unknown, ...codes: readonly string[]): boolean {
  return (
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && codes.includes(cause.code)
  );
}

/** Runs file system calls so that their failure leaves as `DISK_FULL` or `IO_FAILED` with the fact `path`. */
export function guardFiles<T>(path: string | Buffer, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    const full = failedWith(cause, 'ENOSPC', 'EDQUOT');
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new HeddleError(
      full ? 'DISK_FULL' : 'IO_FAILED',
      full ? 'no space is left' : `a file cannot be used: ${reason}`,
      {
        facts: { path: path.toString(), reason },
        cause,
      },
    );
  }
}

/** Makes a directory of heddle's inside a Git directory, for this user alone. */
export function makePrivateDirectory(path: string): void {
  guardFiles(path, () => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (lstatSync(path).isDirectory()) return;
    throw new HeddleError('FORMAT_INVALID', 'a directory of heddle inside the repository is a link', {
      facts: { path },
      preserved: 'nothing was changed',
    });
  });
}

/** Replaces a file in one step; content, name and directory are durable on return. */
export function replaceFile(path: string, content: Uint8Array): void {
  replaceFileWith(path, [content]);
}

/** The same, of content that comes in pieces. */
export function replaceFileWith(path: string, pieces: Iterable<Uint8Array>): void {
  makePrivateDirectory(dirname(path));
  const temporary = `${path}.new`;
  guardFiles(path, () => {
    const fd = openSync(
      temporary,
      constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      for (const piece of pieces) for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  });
}

function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Reads a regular file of at most `maxBytes`; undefined for anything else, and where there is none. */
export function readSmallFile(path: string | Buffer, maxBytes: number): Uint8Array | undefined {
  return guardFiles(path, () => {
    try {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const stat = fstatSync(fd);
        return stat.isFile() && stat.size <= maxBytes ? readFileSync(fd) : undefined;
      } finally {
        closeSync(fd);
      }
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
      throw cause;
    }
  });
}

/** Removes a file or a whole directory, if it is there. */
export function removeIfThere(path: string): void {
  guardFiles(path, () => rmSync(path, { recursive: true, force: true }));
}
