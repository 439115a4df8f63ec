import type { Workspace } from '#ports/workspace.ts';

/** The worktree that git knows by this directory. */
export async function findWorktree(
  workspace: Workspace,
  directory: string,
): Promise<{ readonly gitDir: string } | undefined> {
  return (await workspace.worktrees.list()).find((worktree) => worktree.directory === directory);
}
