import { join } from 'node:path';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import { searchRaw } from '#git/erase/file-search.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory, isRealFile } from '#git/erase/store/real-files.ts';
import { blobIds, Needles } from '#git/erase/needles.ts';
import { IdNumbers } from '#git/erase/ids/id-numbers.ts';
import { takeInventory } from '#git/erase/store/inventory.ts';
import { readObjects } from '#git/erase/store/read-objects.ts';
import { walkFiles } from '#git/erase/walk-files.ts';

/** Submodules' repositories below the common directory: somebody else's history, looked through and reported. */
export async function surveySubmodules(ground: EraseGround, target: Erasable): Promise<readonly Residue[]> {
  const root = join(ground.places.commonDir, 'modules');
  if (!isRealDirectory(root)) return [];
  const residue: Residue[] = [];
  for (const name of findRepositories(root)) {
    const note = await searchRepository(ground, join(root, name.toString()), target);
    const where = `modules/${escapePath(name)}`;
    if (note !== undefined) residue.push({ place: 'submodule', where, owner: 'user', note });
  }
  return residue;
}

/** Tells whether a directory is a repository's Git directory. */
export function isRepository(path: string): boolean {
  return isRealFile(join(path, 'HEAD')) && isRealDirectory(join(path, 'objects'));
}

/** A submodule's name may hold slashes, and its repository may hold more of them. */
function findRepositories(root: string): readonly Buffer[] {
  const found: Buffer[] = [];
  const enter = (relative: Buffer, path: Buffer): boolean => {
    if (isRepository(path.toString())) found.push(relative);
    return true;
  };
  const files = walkFiles(root, enter);
  while (files.next().done !== true);
  return found;
}

/** What to say of another repository, by its Git directory; undefined where it does not hold the content. */
export async function searchRepository(
  ground: EraseGround,
  gitDir: string,
  target: Erasable,
): Promise<string | undefined> {
  const objectsDir = join(gitDir, 'objects');
  const blobs = blobIds(target);
  const needles = Needles.inObjects(target);
  let found = false;
  try {
    const inventory = takeInventory(objectsDir, ground.idBytes);
    const numbers = new IdNumbers([inventory]);
    const source = { runner: ground.runner.withGitDir(gitDir), objectsDir, inventory, numbers };
    await readObjects(source, () => true, {
      needles,
      see: ({ id, hits }) => {
        found ||= blobs.has(id) || hits.content || hits.trace;
      },
    });
  } catch (error) {
    if (error instanceof HeddleError) return 'cannot be read';
    throw error;
  }
  const inFiles = Needles.inFiles(target);
  for (const { path } of walkFiles(gitDir, (relative) => relative.toString('latin1') !== 'objects')) {
    const { content, trace } = searchRaw(path, inFiles);
    found ||= content || trace;
  }
  return found ? 'holds it' : undefined;
}
