import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import { isRunning } from '#platform/process-identity.ts';

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT']);
/** What file systems say that cannot fsync a directory; their renames need none or get none. */
const NO_DIRECTORY_SYNC = new Set(['EINVAL', 'EPERM', 'EISDIR', 'ENOTSUP']);

/** Less what the user's umask takes away. */
const USUAL_MODE = 0o666;

/** The errno name of a failed call, or undefined for anything else that was thrown. */
export function errnoCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause) || !('syscall' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/** Runs `act` so that a failed call leaves as `DISK_FULL` or `IO_FAILED` with the fact `path`. */
export function guardIo<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const code = errnoCode(cause);
    if (code === undefined) throw cause;
    const full = NO_SPACE.has(code);
    throw new HeddleError(
      full ? 'DISK_FULL' : 'IO_FAILED',
      full ? 'no space is left' : `a file cannot be used: ${code}`,
      {
        facts: { path, reason: code },
        preserved: 'what was there before is unchanged',
        cause,
      },
    );
  }
}

/** Runs `act`; undefined where the file is not there. */
export function unlessMissing<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (cause) {
    if (errnoCode(cause) === 'ENOENT') return undefined;
    throw cause;
  }
}

/**
 * Reads a whole file, never more than `maxBytes`; undefined where there is none. Follows no link at the
 * path's end. Throws `FORMAT_INVALID` for what is longer or no regular file.
 */
export function readBounded(path: string, maxBytes: number): Uint8Array | undefined {
  return guardIo(path, () => {
    const fd = unlessMissing(() =>
      openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
    );
    if (fd === undefined) return undefined;
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile() || stat.size > maxBytes) {
        throw new HeddleError('FORMAT_INVALID', `not a file of at most ${maxBytes} bytes`, {
          facts: { path },
        });
      }
      return readFully(fd, 0, stat.size);
    } finally {
      closeSync(fd);
    }
  });
}

/** Reads `length` bytes at `offset`, fewer where the file ends before. */
export function readFully(fd: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const read = readSync(fd, bytes, done, length - done, offset + done);
    if (read === 0) return bytes.subarray(0, done);
    done += read;
  }
  return bytes;
}

/** Writes all of `bytes` at the file's current position. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done);
}

/** Makes entries of a directory durable. */
export function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } catch (cause) {
    if (!NO_DIRECTORY_SYNC.has(errnoCode(cause) ?? '')) throw cause;
  } finally {
    closeSync(fd);
  }
}

/** Makes a directory and its parents where they are missing; durable on return. */
export function ensureDirectory(path: string): void {
  guardIo(path, () => {
    const first = mkdirSync(path, { recursive: true });
    if (first === undefined) return;
    for (let made = path; made.length >= first.length; made = dirname(made)) syncDirectory(dirname(made));
  });
}

/**
 * Refuses directories that are links, or anything but a directory: throws `FORMAT_INVALID`. Whoever prepared
 * the repository chose them, and what heddle writes and clears there must stay inside it.
 */
export function assertRealDirectories(paths: readonly string[]): void {
  for (const path of paths) {
    const found = guardIo(path, () => unlessMissing(() => lstatSync(path)));
    if (found === undefined || found.isDirectory()) continue;
    throw new HeddleError('FORMAT_INVALID', 'a directory of heddle inside the repository is none', {
      facts: { path },
      preserved: 'nothing was changed',
    });
  }
}

/** Removes a file; durable on return. Nothing happens where there is none. */
export function removeDurably(path: string): void {
  guardIo(path, () => {
    const removed = unlessMissing(() => {
      unlinkSync(path);
      return true;
    });
    if (removed === true) syncDirectory(dirname(path));
  });
}

/** Writes files whole or not at all, by way of one directory of temporary files on the same file system. */
export class DurableFiles {
  readonly #temporary: string;

  constructor(temporary: string) {
    this.#temporary = temporary;
  }

  /** Replaces a file or makes it, with its directory; durable on return. */
  replace(path: string, bytes: Uint8Array, mode: number = USUAL_MODE): void {
    const appear = (temporary: string): void => {
      fsyncFile(temporary);
      renameSync(temporary, path);
      syncDirectory(dirname(path));
    };
    this.#write(path, bytes, appear, mode);
  }

  /** As {@link replace}, but a crash of the machine may bring the old content back, or none. */
  replaceSoftly(path: string, bytes: Uint8Array): void {
    this.#write(path, bytes, (temporary) => renameSync(temporary, path));
  }

  /** Makes a file that does not exist yet; durable on return. False where it exists, which is left alone. */
  create(path: string, bytes: Uint8Array): boolean {
    let created = true;
    this.#write(path, bytes, (temporary) => {
      fsyncFile(temporary);
      try {
        linkSync(temporary, path);
      } catch (cause) {
        if (errnoCode(cause) !== 'EEXIST') throw cause;
        created = false;
      }
      unlinkSync(temporary);
      syncDirectory(dirname(path));
    });
    return created;
  }

  /** Removes the temporary files of processes that are gone. */
  removeLeftovers(): void {
    guardIo(this.#temporary, () => {
      for (const name of unlessMissing(() => readdirSync(this.#temporary)) ?? []) {
        const pid = Number(/^(\d{1,10})\./.exec(name)?.[1] ?? Number.NaN);
        // What does not carry a process id was not put here by heddle.
        if (Number.isNaN(pid) || pid === process.pid || isRunning(pid)) continue;
        unlessMissing(() => unlinkSync(join(this.#temporary, name)));
      }
    });
  }

  #write(
    path: string,
    bytes: Uint8Array,
    publish: (temporary: string) => void,
    mode: number = USUAL_MODE,
  ): void {
    ensureDirectory(this.#temporary);
    ensureDirectory(dirname(path));
    const temporary = join(this.#temporary, `${process.pid}.${basename(path)}`);
    guardIo(path, () => {
      // One that is there already was left by a dead process that had this pid.
      unlessMissing(() => unlinkSync(temporary));
      try {
        writeNew(temporary, bytes, mode);
        publish(temporary);
      } catch (cause) {
        unlessMissing(() => unlinkSync(temporary));
        throw cause;
      }
    });
  }
}

function writeNew(path: string, bytes: Uint8Array, mode: number): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
  try {
    writeFully(fd, bytes);
  } finally {
    closeSync(fd);
  }
}

function fsyncFile(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
