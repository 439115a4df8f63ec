import { findPlaces } from '#git/places.ts';
import type { GitRunner } from '#git/run.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { listWorkTrees } from './work-trees.ts';

/** Where the work tree of a Git directory of this clone is; undefined where none leads back to it. */
export async function findWorkTree(
  runner: GitRunner,
  places: RepositoryPlaces,
  gitDir: string,
): Promise<{ readonly runner: GitRunner; readonly places: RepositoryPlaces } | undefined> {
  const found = (await listWorkTrees(runner, places)).find((tree) => tree.gitDir === gitDir);
  if (found === undefined) return undefined;
  const there = runner.at(found.directory);
  return { runner: there, places: await findPlaces(there) };
}
