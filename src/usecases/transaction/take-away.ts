import { HeddleError } from '#domain/error.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { loadShunGuard } from '#usecases/content/shunned.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { findState } from '#usecases/states/find-states.ts';
import { holdsRepositories } from '#usecases/threads/drop/held-repositories.ts';

type Discard = Extract<Effect, { readonly kind: 'discard' }>;

/**
 * Takes a linked worktree away where nothing is lost by it: it still stands where the line says, and every file is one
 * of the state. A kill may come long before this, and somebody work there since: then the worktree is let go.
 */
export async function takeAway(workspace: Workspace, effect: Discard): Promise<void> {
  const existing = await workspace.worktrees.find(effect.directory);
  if (existing === undefined || existing.gitDir === workspace.places.commonDir) return;
  const position = await workspace.records.readPosition(existing.gitDir);
  if (position?.thread !== effect.thread || position.state !== effect.state) return;
  if (await losesNothing(workspace, effect)) await workspace.worktrees.remove(effect.directory);
  else await workspace.records.writePosition(existing.gitDir, undefined);
}

async function losesNothing(workspace: Workspace, effect: Discard): Promise<boolean> {
  const there = await workspace.worktrees.open(effect.directory);
  if (there === 'gone') return true;
  if (there === 'closed') return false;
  const kept = await keptFiles(workspace, effect);
  const examine = await loadShunGuard(workspace);
  try {
    const changes = await there.worktree.changes({
      seed: kept,
      maxFileBytes: LARGEST_FILE,
      ...(examine === undefined ? {} : { examine }),
    });
    if (await holdsRepositories(workspace, there, { from: kept, changes })) return false;
    // What is not there any more was taken by a kill in the middle of this.
    return changes.every(({ newId }) => newId === null);
  } catch (error) {
    // What cannot be looked at is not known to be kept.
    if (error instanceof HeddleError) return false;
    throw error;
  }
}

async function keptFiles(workspace: Workspace, { state, tree }: Discard): Promise<string | null> {
  if (state === null) return tree;
  const carried = await findState(workspace, state);
  return carried === undefined ? null : (await carrierTrees(workspace, carried.carrier)).files;
}
