import type { Effect } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { openWorktree } from '#usecases/restore/restore-files.ts';
import { baseFiles } from '#usecases/states/carrier-trees.ts';
import { resolveGitDir } from '#usecases/transaction/git-dir.ts';
import { readConflictSnapshot } from './conflict-snapshot.ts';
import { writePending } from './note.ts';

/** Does what a line says of a landing that waits in a worktree: its note, or what its index holds. */
export async function applyPending(
  workspace: Workspace,
  effect: Extract<Effect, { readonly kind: 'index' | 'landing' }>,
): Promise<void> {
  if (effect.kind === 'index') await bringIndex(workspace, effect);
  else await writePending(workspace, effect);
}

/**
 * Brings a worktree's index to one side of a pending landing's snapshot. Where a purge took that away, what is unmerged
 * ends by the commit that is checked out; nothing else is done then, nor where the worktree is gone.
 */
async function bringIndex(
  workspace: Workspace,
  effect: Extract<Effect, { readonly kind: 'index' }>,
): Promise<void> {
  const gitDir = resolveGitDir(workspace, effect.gitDir);
  const place = (await workspace.worktrees.list()).find((worktree) => worktree.gitDir === gitDir);
  const snapshot = await readConflictSnapshot(workspace, effect.snapshot);
  if (place === undefined) return;
  const landing = await workspace.landing();
  if (snapshot !== undefined) return landing.writeIndex(place, snapshot[effect.to]);
  if (effect.to === 'after' || (await landing.readIndex(place)).unmerged.length === 0) return;
  const worktree = await openWorktree(workspace, gitDir);
  const commit = (await worktree?.headCommit()) ?? null;
  await landing.writeIndex(place, { tree: await baseFiles(workspace, commit), unmerged: [] });
}
