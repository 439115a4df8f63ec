import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Erasable } from '#ports/removal.ts';
import { readBeginning } from '#git/erase/file-search.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory } from '#git/erase/store/real-files.ts';
import { blobIds, Needles } from '#git/erase/needles.ts';
import { prepareScratch } from '#git/erase/scratch.ts';
import { walkFiles } from '#git/erase/walk-files.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';

/** First bytes of every index, whatever its name. */
const MAGIC = Buffer.from('DIRC');

/** Removes heddle's own indexes that name a removed blob, or one under a removed name, and copies of them that a killed scan left. */
export async function erasePrivateIndexes(ground: EraseGround, target: Erasable): Promise<readonly string[]> {
  await prepareScratch(ground);
  const ids = [...blobIds(target), ...(target.under ?? [])];
  return findIndexesOf(ground, ids).map((path) => {
    guardFiles(path, () => rmSync(path, { force: true }));
    return `heddle's own ${escapePath(Buffer.from(relative(ground.places.commonDir, path.toString())))}`;
  });
}

/** heddle's own indexes that name a removed blob. */
export function findPrivateIndexes(ground: EraseGround, target: Erasable): readonly Buffer[] {
  return findIndexesOf(ground, blobIds(target));
}

function findIndexesOf(ground: EraseGround, ids: Iterable<ObjectId>): readonly Buffer[] {
  const needles = Needles.ofBinaryIds(ids);
  return listGitDirs(ground).flatMap((gitDir) => {
    const directory = join(gitDir, 'heddle');
    if (!isRealDirectory(directory)) return [];
    return [...walkFiles(directory, (below) => below.toString('latin1').startsWith('scan-'))]
      .filter(({ kind, path }) => kind === 'file' && readBeginning(path, 4).equals(MAGIC))
      .filter(({ path }) => needles.search(readOrEmpty(path)).trace)
      .map(({ path }) => path);
  });
}

function readOrEmpty(path: Buffer): Buffer {
  return guardFiles(path, () => {
    try {
      return readFileSync(path);
    } catch (cause) {
      if (failedWith(cause, 'ENOENT')) return Buffer.alloc(0);
      throw cause;
    }
  });
}
