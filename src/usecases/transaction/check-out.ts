import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { materialiseFiles } from '#usecases/content/materialise.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { findState } from '#usecases/states/find-states.ts';

type CheckOut = Extract<Effect, { readonly kind: 'checkout' }>;

/** The position is written last: a directory without one is an unfinished checkout of ours, and made anew. */
export async function checkOut(workspace: Workspace, effect: CheckOut): Promise<void> {
  const { directory, commit, thread, state } = effect;
  const existing = await workspace.worktrees.find(directory);
  if (existing !== undefined) {
    const position = await workspace.records.readPosition(existing.gitDir);
    if (position?.thread === thread) return;
    await workspace.worktrees.remove(directory);
  }
  const tree = await presentFiles(workspace, effect);
  const places = await workspace.worktrees.add(directory, commit);
  if (tree !== null) await materialiseFiles(workspace, places, tree);
  await workspace.records.writePosition(places.gitDir, { thread, state });
}

/**
 * The files to fill a worktree with. Of a state they are those of its carrier as it is now, whatever tree a line from
 * before a removal names; that tree counts only where no thread holds the state any more.
 */
async function presentFiles(workspace: Workspace, { state, tree }: CheckOut): Promise<ObjectId | null> {
  if (state === null) return tree;
  const carried = await findState(workspace, state);
  if (carried !== undefined) return (await carrierTrees(workspace, carried.carrier)).files;
  if (tree !== null) return tree;
  throw new HeddleError('NOT_FOUND', `the state ${shortId(state)} is gone`, {
    facts: { state },
    preserved: 'no worktree was made',
  });
}
