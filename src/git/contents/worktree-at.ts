import { findPlaces } from '#git/places.ts';
import type { GitRunner } from '#git/run.ts';
import { GitWorktree } from '#git/worktree/worktree.ts';
import type { RepositoryPlaces, Worktree } from '#ports/repository.ts';
import { listWorkTrees } from './work-trees.ts';

/** The work tree of a Git directory of this clone; undefined where none leads back to it. */
export async function worktreeAt(
  runner: GitRunner,
  places: RepositoryPlaces,
  gitDir: string,
): Promise<Worktree | undefined> {
  const found = (await listWorkTrees(runner, places)).find((tree) => tree.gitDir === gitDir);
  if (found === undefined) return undefined;
  const there = runner.at(found.directory);
  return new GitWorktree(there, await findPlaces(there));
}
