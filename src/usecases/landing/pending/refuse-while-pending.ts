import type { Effect } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { resolveGitDir } from '#usecases/transaction/git-dir.ts';
import { pendingHere } from './note.ts';

/**
 * Refuses what would move a worktree in which a landing waits, but for what ends that landing. Throws `LAND_PENDING`.
 * Files are looked after by whoever writes them: each is left where it is not as expected.
 */
export async function refuseWhilePending(workspace: Workspace, effects: readonly Effect[]): Promise<void> {
  const ended = new Set(effects.flatMap((effect) => (effect.kind === 'landing' ? [effect.gitDir] : [])));
  for (const effect of effects) {
    if ('gitDir' in effect && ended.has(effect.gitDir)) continue;
    const gitDir = await movedGitDir(workspace, effect);
    const found = gitDir === undefined ? undefined : await workspace.records.readLanding(gitDir);
    if (found === undefined || gitDir === undefined) continue;
    const place = (await workspace.worktrees.list()).find((worktree) => worktree.gitDir === gitDir);
    throw pendingHere(found.pending, place?.directory ?? workspace.places.worktree);
  }
}

async function movedGitDir(workspace: Workspace, effect: Effect): Promise<string | undefined> {
  switch (effect.kind) {
    case 'worktree':
    case 'follow':
      return resolveGitDir(workspace, effect.gitDir);
    case 'leave':
    case 'discard':
      return (await workspace.worktrees.find(effect.directory))?.gitDir;
    default:
      return undefined;
  }
}
