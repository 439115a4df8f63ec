import type { WorktreeContents } from '#ports/removal.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { GitRunner } from '#git/run.ts';

/** Opens the files of every worktree of a clone. */
export function openWorktreeContents(_runner: GitRunner, _places: RepositoryPlaces): WorktreeContents {
  return { find: async () => [], blobAt: async () => undefined, replace: async () => false };
}
