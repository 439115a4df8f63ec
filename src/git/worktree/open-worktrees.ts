import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import type { Aside, OpenWorktree, Worktrees } from '#ports/worktree/worktrees.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { findPlaces } from '#git/places.ts';
import { guardFiles } from '#git/private-file.ts';
import type { GitRunner } from '#git/run.ts';
import { GitWorktree } from './worktree.ts';
import { GitWorktrees, settled } from './worktrees.ts';

/** Linked worktrees that can also be looked into from another one. */
export class OpenWorktrees extends GitWorktrees implements Worktrees {
  readonly #runner: GitRunner;

  constructor(runner: GitRunner, places: RepositoryPlaces) {
    super(runner, places);
    this.#runner = runner;
  }

  async open(directory: string): Promise<OpenWorktree | 'gone' | 'closed'> {
    const there = guardFiles(directory, () => lstatSync(directory, { throwIfNoEntry: false }));
    if (there === undefined) return 'gone';
    const known = (await this.list()).find((found) => found.directory === settled(directory));
    if (known === undefined || isLocked(known.gitDir)) return 'closed';
    const runner = this.#runner.at(known.directory);
    try {
      const places = await findPlaces(runner);
      // A directory that lost its link lies in whatever repository is around it.
      const same = places.gitDir === settled(known.gitDir) && places.worktree === known.directory;
      if (!same) return 'closed';
      const aside = async (): Promise<Aside> => {
        const { GitAside } = await import('#git/aside/git-aside.ts');
        return new GitAside(runner, places);
      };
      const worktree = new GitWorktree(runner, places);
      return { places, worktree, aside, keepsModules: hasModules(known.gitDir) };
    } catch (error) {
      if (error instanceof HeddleError) return 'closed';
      throw error;
    }
  }
}

/** Where `git submodule` clones to, for a linked worktree. */
function hasModules(gitDir: string): boolean {
  const path = join(gitDir, 'modules');
  return guardFiles(path, () => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
}

/** `git worktree lock`: somebody said that it has to stay. */
function isLocked(gitDir: string): boolean {
  const path = join(gitDir, 'locked');
  return guardFiles(path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined;
}
