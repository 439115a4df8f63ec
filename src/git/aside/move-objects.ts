import { lstatSync, mkdirSync, readdirSync, renameSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { failedWith, guardFiles } from '#git/private-file.ts';

/**
 * Moves every object of one object directory into another of the same file system, as git moves what a push brought:
 * the files are fsynced where git wrote them, and each is there under its name at once. Killed in between, some are.
 */
export function moveObjects(from: string, to: string): void {
  for (const folder of names(from)) {
    if (!/^(?:[0-9a-f]{2}|pack)$/.test(folder)) continue;
    const files = names(join(from, folder));
    if (files.length === 0) continue;
    makeFolder(to, folder);
    for (const file of files.toSorted(indexesLast)) {
      const target = join(to, folder, file);
      guardFiles(target, () => renameSync(join(from, folder, file), target));
    }
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
    chmodSync(folder, lstatSync(objects).mode & 0o7777);
  });
}
