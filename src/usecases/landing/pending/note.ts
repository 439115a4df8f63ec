import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import { pendingLandingJson, type PendingLanding } from '#domain/landing/pending-landing.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { Workspace } from '#ports/workspace.ts';
import { relativeGitDir, resolveGitDir } from '#usecases/transaction/git-dir.ts';

/** Notes that a landing waits in a worktree, or that none does any more; sealed with the clone's secret. */
export async function writePending(
  workspace: Workspace,
  { gitDir, pending }: Extract<Effect, { readonly kind: 'landing' }>,
): Promise<void> {
  const path = resolveGitDir(workspace, gitDir);
  if (pending === null) return workspace.records.writeLanding(path, undefined);
  const seal = sealOf(await workspace.replica(), gitDir, pending);
  return workspace.records.writeLanding(path, { pending, seal });
}

/** The landing that waits in this worktree; undefined for none, whoever else wrote what stands there. */
export async function readPending(workspace: Workspace): Promise<PendingLanding | undefined> {
  const { gitDir } = workspace.places;
  const found = await workspace.records.readLanding(gitDir);
  const replica = found === undefined ? undefined : await workspace.knownReplica();
  if (found === undefined || replica === undefined) return undefined;
  const seal = sealOf(replica, relativeGitDir(workspace, gitDir), found.pending);
  return seal === found.seal ? found.pending : undefined;
}

/** The same, where there has to be one. Throws `LAND_NOT_PENDING`. */
export async function requirePending(workspace: Workspace): Promise<PendingLanding> {
  const pending = await readPending(workspace);
  if (pending !== undefined) return pending;
  const { gitDir } = workspace.places;
  const isAnothers = (await workspace.records.readLanding(gitDir)) !== undefined;
  const what = isAnothers
    ? 'another user of this clone began the landing that waits in this worktree'
    : 'no landing waits in this worktree';
  throw new HeddleError('LAND_NOT_PENDING', what, {
    facts: { worktree: workspace.places.worktree },
    preserved: 'nothing was changed',
  });
}

/** What a worktree is in the middle of: it is not to be moved until that was ended. */
export function pendingHere({ thread, branch }: PendingLanding, worktree: string): HeddleError {
  return new HeddleError('LAND_PENDING', `the landing of ${thread} on ${branch} waits in this worktree`, {
    facts: { thread, branch, worktree, command: ['heddle', '-C', worktree, 'continue'] },
    preserved: 'nothing was changed',
  });
}

function sealOf({ keyed }: ReplicaIdentity, gitDir: string, pending: PendingLanding): Digest {
  return keyed('landing', encodeCanonical({ gitDir, ...pendingLandingJson(pending) }));
}
