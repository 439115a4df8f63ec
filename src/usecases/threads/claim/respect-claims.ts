import type { Claim } from '#domain/claim/claim.ts';
import { instantMilliseconds, type Instant } from '#domain/time.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { claimedError, holds } from './claim-standing.ts';

/**
 * Refuses what would write to a thread that somebody else claimed; notes of the caller's own claims that they are used.
 * Throws `THREAD_CLAIMED`, and `FORMAT_INVALID` where nobody can tell whose a claim is. The lock must be held.
 */
export async function respectClaims(
  workspace: Workspace,
  claims: readonly Claim[],
  { chain, now }: { readonly chain: TokenChain | null; readonly now: Instant },
): Promise<void> {
  for (const claim of claims) {
    if (!(await holds(workspace, claim, chain))) throw await claimedError(workspace, claim, chain);
  }
  for (const claim of claims) {
    const age = instantMilliseconds(now) - instantMilliseconds(claim.heartbeat);
    if (age * 10 >= claim.life)
      await workspace.records.writeClaim(claim.thread, { ...claim, heartbeat: now });
  }
}
