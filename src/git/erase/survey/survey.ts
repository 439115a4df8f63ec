import type { Residue } from '#domain/results/removal-results.ts';
import type { Erasable } from '#ports/removal.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { findStale } from '#git/erase/steps/derived.ts';
import { surveyCaches } from './caches.ts';
import { surveyOtherFiles } from './other-files.ts';
import { surveyIndexes } from './indexes.ts';
import { surveyLinks } from './links.ts';
import { surveyObjects } from './objects.ts';
import { surveySubmodules } from './submodules.ts';
import { surveyWorktrees } from './worktrees.ts';

/**
 * Every place of a clone that holds a removed content, or keeps it alive, or names it: raw files, inflated objects,
 * packs with their deltas resolved. Changes nothing. Ids of objects stand in no answer: an id is a hash without a salt.
 */
export async function survey(ground: EraseGround, target: Erasable): Promise<readonly Residue[]> {
  // What is looked for from here on is in what stays.
  ground.readings.forget();
  const found = [
    ...(await surveyObjects(ground, target)),
    ...(await surveyIndexes(ground, target)),
    ...(await surveyCaches(ground, target)),
    ...(await surveyDerived(ground)),
    ...(await surveyOtherFiles(ground, target)),
    ...(await surveyLinks(ground, target)),
    ...(await surveyWorktrees(ground, target)),
    ...(await surveySubmodules(ground, target)),
  ];
  const once = new Map(
    found.map((residue) => [`${residue.place}\0${residue.where}\0${residue.owner}`, residue]),
  );
  return [...once.values()];
}

async function surveyDerived(ground: EraseGround): Promise<readonly Residue[]> {
  const note = 'names objects that are gone';
  const stale = await findStale(ground);
  return stale.map(({ where }) => ({ place: 'derived', where: nameless(where), owner: 'heddle', note }));
}

/** A file's name without the hash in it. */
function nameless(where: string): string {
  return where.replace(/\/graph-[0-9a-f]+\.graph$/, '');
}
