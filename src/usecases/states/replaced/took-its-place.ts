import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadFollowCommit } from './commit-map.ts';
import { findCommit } from '#usecases/states/find-commit.ts';

/**
 * Tells whether a commit stands in the place of another one, which a purge took out of Git's history: by this clone's own
 * word, or, in another clone, since that one is not there. What a thread began from is its author's word anyhow; as long
 * as the commit that was signed is there, it counts.
 */
export async function tookItsPlace(
  workspace: Workspace,
  signed: ObjectId,
  stands: ObjectId,
): Promise<boolean> {
  const follow = await loadFollowCommit(workspace);
  const known = follow(signed);
  if (known === stands) return true;
  // What this clone itself put in its place counts as long as that is there.
  return (await findCommit(workspace, known)) === undefined;
}
