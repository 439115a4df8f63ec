import { join, relative } from 'node:path';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { findOperations, type Operations } from '#git/erase/reach/operations.ts';
import { listMessages } from '#git/erase/reach/pseudo-refs.ts';
import { findLostFound, findResolutions, largeFilePaths } from '#git/erase/steps/caches.ts';
import { quotes } from '#git/erase/steps/pseudo-refs.ts';
import { findTemporaries } from '#git/erase/steps/temporary-files.ts';

/** Copies that git, Git LFS and heddle keep aside, and messages that quote it. */
export async function surveyCaches(ground: EraseGround, target: Erasable): Promise<readonly Residue[]> {
  const { commonDir } = ground.places;
  const residue: Residue[] = [];
  const add = (place: Residue['place'], where: string, count: number): void => {
    if (count > 0) residue.push({ place, where, owner: 'heddle', note: `${count} of its files` });
  };
  add('cache', 'rr-cache', findResolutions(ground, target).length);
  add('cache', 'lost-found', (await findLostFound(ground, target)).length);
  const large = largeFilePaths(target).filter(({ name }) => isRealFile(join(commonDir, name)));
  add('lfs', 'lfs/objects', large.length);
  for (const kind of ['object', 'pack', 'other'] as const) {
    for (const { relative: name } of await findTemporaries(ground, target, kind)) {
      residue.push({ place: 'temporary', where: escapePath(name), owner: 'heddle', note: null });
    }
  }
  return [...residue, ...surveyMessages(ground, target, await findOperations(ground))];
}

function surveyMessages(ground: EraseGround, target: Erasable, operations: Operations): readonly Residue[] {
  return listGitDirs(ground)
    .flatMap((gitDir) => listMessages(gitDir, operations))
    .filter(({ path }) => quotes(path, target))
    .map(({ path, ofOperation }): Residue => {
      const where = relative(ground.places.commonDir, path);
      return ofOperation
        ? { place: 'operation', where, owner: 'git', note: 'an operation in progress needs it' }
        : { place: 'pseudo-ref', where, owner: 'heddle', note: 'quotes it' };
    });
}
