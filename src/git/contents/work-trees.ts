import { realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { namedGitDirectory } from '#git/places.ts';
import type { GitRunner } from '#git/run.ts';
import { GitWorktrees } from '#git/worktree/worktrees.ts';

/** A work tree of a clone. */
export interface WorkTree {
  readonly directory: string;
  readonly gitDir: string;
}

/**
 * The work trees of a clone whose own `.git` leads back to it. What the clone says by itself is not enough: whoever
 * can write its Git directory could name any directory of this machine.
 */
export async function listWorkTrees(
  runner: GitRunner,
  places: RepositoryPlaces,
): Promise<readonly WorkTree[]> {
  const found = new Map<string, WorkTree>();
  const current = { directory: places.worktree, gitDir: places.gitDir };
  for (const tree of [current, ...(await new GitWorktrees(runner, places).list())]) {
    if (gitDirOf(places, tree.directory) === realOrNothing(tree.gitDir)) found.set(tree.directory, tree);
  }
  return [...found.values()].toSorted((a, b) => (a.directory < b.directory ? -1 : 1));
}

/** The Git directory of a work tree of this clone; undefined for any other directory. */
export function gitDirOf({ commonDir }: RepositoryPlaces, directory: string): string | undefined {
  try {
    const named = namedGitDirectory(directory);
    if (named === undefined) return undefined;
    const ours = named === commonDir || dirname(named) === join(commonDir, 'worktrees');
    return ours ? named : undefined;
  } catch {
    return undefined;
  }
}

/** Directories that hold what Git itself keeps, wherever they lie. */
export function identitiesOf(directories: readonly string[]): ReadonlySet<string> {
  return new Set(
    directories.flatMap((directory) => {
      const stat = statSync(directory, { throwIfNoEntry: false });
      return stat === undefined ? [] : [identityOf(stat)];
    }),
  );
}

/** What tells one file or directory from another, whatever it is called. */
export function identityOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}

function realOrNothing(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
