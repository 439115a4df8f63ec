import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { OpenWorktree } from '#ports/worktree/worktrees.ts';
import type { Workspace } from '#ports/workspace.ts';

const REPOSITORY_MODE = '160000';

/**
 * Whether repositories lie in a worktree, or are kept for it: submodules that are checked out, or were, and others. One
 * that its files only name, with nothing in its directory, is none.
 *
 * @param files what the worktree came from, and how it differs.
 */
export async function holdsRepositories(
  workspace: Workspace,
  { worktree, keepsModules }: OpenWorktree,
  files: { readonly from: ObjectId | null; readonly changes: readonly TreeChange[] },
): Promise<boolean> {
  if (keepsModules) return true;
  const named = [...(await workspace.comparer.compare(null, files.from)), ...files.changes];
  const paths = named.filter(({ newMode }) => newMode === REPOSITORY_MODE).map(({ path }) => path);
  if (paths.length === 0) return false;
  return (await worktree.inTheWay(paths, new Set())).length > 0;
}
