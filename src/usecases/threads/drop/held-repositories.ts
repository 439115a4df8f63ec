import type { ObjectId } from '#ports/objects.ts';
import type { OpenWorktree } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';

const REPOSITORY_MODE = '160000';

/**
 * Whether repositories lie in a worktree, or are kept for it: submodules that are checked out, or were, and others. One
 * that the tree only names, with nothing in its directory, is none.
 */
export async function holdsRepositories(
  workspace: Workspace,
  { worktree, keepsModules }: OpenWorktree,
  tree: ObjectId,
): Promise<boolean> {
  if (keepsModules) return true;
  const named = (await workspace.comparer.compare(null, tree)).filter(
    ({ newMode }) => newMode === REPOSITORY_MODE,
  );
  if (named.length === 0) return false;
  const paths = named.map(({ path }) => path);
  return (await worktree.inTheWay(paths, new Set())).length > 0;
}
