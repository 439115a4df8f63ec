import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import {
  failedWith,
  guardFiles,
  makePrivateDirectory,
  readSmallFile,
  removeIfThere,
} from '#git/private-file.ts';
import type { EraseGround } from './ground.ts';

/*
 * <git common dir>/heddle/erase/lock holds the path of the one lock that an erasure has: Git's lock file is a second
 * name of this very file. So whoever comes after a killed erasure knows which lock was its own, by the file's
 * identity, and no other program's lock is ever taken away.
 */

/** Where the name of the one lock is kept. */
type LockGround = Pick<EraseGround, 'scratchDir'>;

const PATIENCE_MS = 5000;
const POLL_MS = 20;
const LONGEST = 16_384;

/**
 * Does something while holding Git's own lock on a file: `<path>.lock`. Throws `LOCK_HELD` where another program
 * keeps it for longer than five seconds.
 */
export async function withGitLock<T>(ground: LockGround, path: string | Buffer, work: () => T): Promise<T> {
  releaseOwnLock(ground);
  const own = join(ground.scratchDir, 'lock');
  const lock = Buffer.concat([Buffer.from(path), Buffer.from('.lock')]);
  writeOwn(own, lock);
  try {
    await take(own, lock);
    try {
      return work();
    } finally {
      guardFiles(lock, () => unlinkSync(lock));
    }
  } finally {
    removeIfThere(own);
  }
}

/** Lets go of the lock of an erasure that was killed. */
export function releaseOwnLock({ scratchDir }: LockGround): void {
  makePrivateDirectory(scratchDir);
  const own = join(scratchDir, 'lock');
  const held = readSmallFile(own, LONGEST);
  if (held === undefined) return removeIfThere(own);
  const lock = Buffer.from(held);
  guardFiles(own, () => {
    const [mine, theirs] = [lstatSync(own), lookAt(lock)];
    if (theirs !== undefined && theirs.ino === mine.ino && theirs.dev === mine.dev) unlinkSync(lock);
  });
  removeIfThere(own);
}

function lookAt(path: Buffer): ReturnType<typeof lstatSync> | undefined {
  try {
    return path.length === 0 ? undefined : lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    if (failedWith(cause, 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE')) return undefined;
    throw cause;
  }
}

function writeOwn(own: string, lock: Buffer): void {
  guardFiles(own, () => {
    const fd = openSync(own, 'wx', 0o600);
    try {
      writeSync(fd, lock);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}

async function take(own: string, lock: Buffer): Promise<void> {
  for (let waited = 0; ; waited += POLL_MS) {
    if (guardFiles(lock, () => tryLink(own, lock))) return;
    if (waited >= PATIENCE_MS) {
      throw new HeddleError('LOCK_HELD', 'another git holds a lock', { facts: { path: lock.toString() } });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function tryLink(own: string, lock: Buffer): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (cause) {
    if (failedWith(cause, 'EEXIST')) return false;
    if (!failedWith(cause, 'ENOENT')) throw cause;
    // The directory of a ref that is packed, or was deleted.
    mkdirSync(lock.subarray(0, lock.lastIndexOf('/')), { recursive: true });
    linkSync(own, lock);
    return true;
  }
}
