import { join } from 'node:path';
import type { Progress } from '#ports/platform.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { GitRunner } from '#git/run.ts';
import { isRealDirectory, listNames } from './store/real-files.ts';
import { NumberMemory, ReachMemory, ReadingMemory } from './reach/memory.ts';

/** What every step of an erasure works with. */
export interface EraseGround {
  readonly runner: GitRunner;
  readonly places: RepositoryPlaces;
  /** Length of an object id: 20 for SHA-1, 32 for SHA-256. */
  readonly idBytes: number;
  /** Where the repository itself keeps its objects. */
  readonly objectsDir: string;
  /** heddle's own directory for what an erasure has under way. */
  readonly scratchDir: string;
  /** What this process has found out before; each is asked again where something has changed. */
  readonly numbers: NumberMemory;
  readonly reach: ReachMemory;
  readonly readings: ReadingMemory;
  /** Is told how far a search is. */
  readonly tell?: Progress['step'] | undefined;
}

/** Derives the ground of an erasure from a repository's places. */
export function makeGround(runner: GitRunner, places: RepositoryPlaces): EraseGround {
  return {
    runner,
    places,
    idBytes: places.objectFormat === 'sha256' ? 32 : 20,
    objectsDir: join(places.commonDir, 'objects'),
    scratchDir: join(places.commonDir, 'heddle', 'erase'),
    numbers: new NumberMemory(),
    reach: new ReachMemory(),
    readings: new ReadingMemory(),
  };
}

/** The Git directory of every worktree, the main one's first, those of worktrees that went away included. */
export function listGitDirs({ places: { commonDir } }: EraseGround): readonly string[] {
  const parent = join(commonDir, 'worktrees');
  return [commonDir, ...listNames(parent).map((name) => join(parent, name))].filter(isRealDirectory);
}
