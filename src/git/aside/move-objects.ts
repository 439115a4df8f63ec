import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { failedWith, guardFiles } from '#git/private-file.ts';

/**
 * Moves every object of one object directory into another, as git moves what a push brought: the files are fsynced
 * where git wrote them, and each is there under its name at once. Killed in between, some are.
 */
export function moveObjects(from: string, to: string): void {
  for (const folder of names(from)) {
    if (!/^(?:[0-9a-f]{2}|pack)$/.test(folder)) continue;
    const files = names(join(from, folder));
    if (files.length === 0) continue;
    makeFolder(to, folder);
    for (const file of files.toSorted(indexesLast)) {
      const target = join(to, folder, file);
      guardFiles(target, () => moveFile(join(from, folder, file), target));
    }
  }
}

/** The directory of objects may be a link to another file system: there a copy takes the file's place. */
function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (cause) {
    if (!failedWith(cause, 'EXDEV')) throw cause;
    copyFile(from, to);
  }
}

function copyFile(from: string, to: string): void {
  // Git takes what is called so away with its garbage.
  const temporary = join(dirname(to), `tmp_obj_${process.pid}`);
  try {
    rmSync(temporary, { force: true });
    copyFileSync(from, temporary, constants.COPYFILE_EXCL);
    sync(temporary);
    renameSync(temporary, to);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  }
}

function sync(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A pack counts once its index is there. */
function indexesLast(one: string, other: string): number {
  return Number(one.endsWith('.idx')) - Number(other.endsWith('.idx'));
}

function names(directory: string): readonly string[] {
  return guardFiles(directory, () => readdirSync(directory));
}

/** Whoever may write objects may write these: a repository can be shared by a group. */
function makeFolder(objects: string, name: string): void {
  const folder = join(objects, name);
  guardFiles(folder, () => {
    try {
      mkdirSync(folder);
    } catch (cause) {
      if (failedWith(cause, 'EEXIST')) return;
      throw cause;
    }
    chmodSync(folder, statSync(objects).mode & 0o7777);
  });
}
