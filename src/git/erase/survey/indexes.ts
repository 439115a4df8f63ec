import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Residue } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { blobIds, Needles } from '#git/erase/needles.ts';
import { readIndex } from '#git/erase/steps/index-edit.ts';
import { entriesWith, notInHead } from '#git/erase/steps/index-entries.ts';
import { sharedIndexes } from '#git/erase/steps/indexes.ts';
import { findPrivateIndexes } from '#git/erase/steps/private-indexes.ts';
import { holdsResolveUndo } from '#git/erase/steps/resolve-undo.ts';
import { guardFiles } from '#git/private-file.ts';

/** Indexes of every worktree that name a removed blob, and heddle's own. */
export async function surveyIndexes(ground: EraseGround, target: Erasable): Promise<readonly Residue[]> {
  const residue: Residue[] = [];
  for (const gitDir of listGitDirs(ground)) residue.push(...(await surveyIndex(ground, gitDir, target)));
  for (const path of findPrivateIndexes(ground, target)) {
    const where = relative(ground.places.commonDir, path.toString());
    residue.push({ place: 'private-index', where, owner: 'heddle', note: null });
  }
  return residue;
}

async function surveyIndex(
  ground: EraseGround,
  gitDir: string,
  target: Erasable,
): Promise<readonly Residue[]> {
  const path = join(gitDir, 'index');
  if (!isRealFile(path)) return [];
  const where = relative(ground.places.commonDir, path);
  const blobs = blobIds(target);
  const draft = readIndex(ground, gitDir);
  const entries = await entriesWith(draft, blobs);
  const own = await notInHead(ground, gitDir, entries);
  const residue: Residue[] = [];
  if (own.length > 0)
    residue.push({
      place: 'index',
      where,
      owner: 'heddle',
      note: own.length === 1 ? '1 entry' : `${own.length} entries`,
    });
  if (entries.length > own.length) {
    residue.push({ place: 'index', where, owner: 'git', note: 'its HEAD holds it at the same path' });
  }
  if (await holdsResolveUndo(draft, blobs)) {
    residue.push({ place: 'resolve-undo', where, owner: 'heddle', note: null });
  }
  const needles = Needles.ofBinaryIds(blobs);
  const traced = ['index', ...sharedIndexes(gitDir)].some((name) => {
    const file = join(gitDir, name);
    return guardFiles(file, () => needles.search(readFileSync(file))).trace;
  });
  if (traced && residue.length === 0) {
    residue.push({ place: 'index', where, owner: 'heddle', note: 'behind its entries' });
  }
  return residue;
}
