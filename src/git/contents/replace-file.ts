import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { failedWith } from '#git/private-file.ts';

export interface Replacement {
  /** Absolute, of the directory that holds the file. */
  readonly parent: Buffer;
  readonly name: Buffer;
  /** What stands there now: its kind and permissions stay. */
  readonly stat: Stats;
  readonly bytes: Uint8Array;
  /** Asked right before the file is replaced; nothing is changed where it says no. */
  readonly isExpected: () => boolean;
}

/**
 * Puts a new file or link in the place of an old one in one step; durable on return. The temporary one beside it
 * has a name of its own for each file, so that what a killed process left is found and goes.
 */
export function replaceInPlace({ parent, name, stat, bytes, isExpected }: Replacement): boolean {
  const temporary = Buffer.concat([parent, temporaryName(name)]);
  removeIfThere(temporary);
  try {
    if (stat.isSymbolicLink()) symlinkSync(Buffer.from(bytes), temporary);
    else writeNew(temporary, bytes, stat.mode & 0o777);
    if (!isExpected()) {
      unlinkSync(temporary);
      return false;
    }
    renameSync(temporary, Buffer.concat([parent, name]));
  } catch (cause) {
    removeIfThere(temporary);
    throw cause;
  }
  syncDirectory(parent);
  return true;
}

/** Short, whatever the name is: the longest name there may be would leave no room for an ending. */
function temporaryName(name: Buffer): Buffer {
  return Buffer.from(`.heddle-${createHash('sha256').update(name).digest('hex').slice(0, 16)}.new`);
}

function removeIfThere(path: Buffer): void {
  try {
    unlinkSync(path);
  } catch (cause) {
    if (!failedWith(cause, 'ENOENT')) throw cause;
  }
}

function writeNew(path: Buffer, bytes: Uint8Array, mode: number): void {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const fd = openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    fchmodSync(fd, mode);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncDirectory(path: Buffer): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
