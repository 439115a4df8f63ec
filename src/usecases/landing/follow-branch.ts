import type { Effect } from '#domain/operation/operation.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import type { BranchPlace, FollowStep } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { baseFiles, carrierTrees } from '#usecases/states/carrier-trees.ts';
import { findState } from '#usecases/states/find-states.ts';
import { resolveGitDir } from '#usecases/transaction/git-dir.ts';

export type Follow = Extract<Effect, { readonly kind: 'follow' }>;

/** Lets a worktree follow its branch. One that is no longer there has nothing to follow with. */
export async function followBranch(workspace: Workspace, effect: Follow): Promise<void> {
  const gitDir = resolveGitDir(workspace, effect.gitDir);
  const place = (await workspace.worktrees.list()).find((worktree) => worktree.gitDir === gitDir);
  if (place === undefined) return;
  const landing = await workspace.landing();
  await landing.follow(await followStep(workspace, effect, place));
}

/** What an effect means in trees. Throws `NOT_FOUND` where the state is gone. */
export async function followStep(
  workspace: Workspace,
  { from, to, state, files }: Omit<Follow, 'gitDir'>,
  { directory, gitDir }: Pick<BranchPlace, 'directory' | 'gitDir'>,
): Promise<FollowStep> {
  const indexFrom = await baseFiles(workspace, from);
  const indexTo = await baseFiles(workspace, to);
  const filesFrom = state === null ? indexFrom : await stateFiles(workspace, state);
  return {
    place: { directory, gitDir },
    indexFrom,
    indexTo,
    filesFrom,
    filesTo: files === 'stay' ? filesFrom : indexTo,
  };
}

async function stateFiles(workspace: Workspace, id: NonNullable<Follow['state']>): Promise<string> {
  const carried = await findState(workspace, id);
  if (carried !== undefined) return (await carrierTrees(workspace, carried.carrier)).files;
  throw new HeddleError('NOT_FOUND', `the state ${shortId(id)} is gone`, {
    facts: { state: id },
    preserved: 'the files of the worktree were left alone',
  });
}
