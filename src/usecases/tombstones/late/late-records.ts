import { findRoot, holdsSomewhere } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import type { DecodedTombstone } from '#domain/removal/tombstone-set.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readChain } from '#usecases/tombstones/set/attest-record.ts';
import type { HeardOf, LateRecords, Suspect } from './suspect.ts';

/**
 * Finds tombstones, and purges, that somebody made after their keys, their token or their last grant for it were taken
 * away, under an authority record that does not know of it: dated back, or in a clone that had not heard. Only a
 * revocation that counts makes one late, and only where its author is known not to have seen it: what cannot be told
 * hides on. Nothing but the view is looked at as long as nothing was revoked under which one was signed.
 */
export async function findLateRecords(
  workspace: Workspace,
  view: AuthorityView,
  decoded: Iterable<DecodedTombstone>,
): Promise<LateRecords> {
  const suspects = [...decoded].flatMap((one) => suspectsIn(workspace, view, one));
  if (suspects.length === 0) return NONE;
  const { judgeSuspects } = await import('./judge-suspects.ts');
  return judgeSuspects(workspace, suspects);
}

/**
 * The same for whoever asks again and again: what this home found out before is not looked for anew. Nobody else can
 * write what it believes.
 */
export async function knowLateRecords(
  workspace: Workspace,
  view: AuthorityView,
  decoded: Iterable<DecodedTombstone>,
): Promise<LateRecords> {
  const suspects = [...decoded].flatMap((one) => suspectsIn(workspace, view, one));
  if (suspects.length === 0) return NONE;
  const { recallLate, rememberLate } = await import('./remembered-late.ts');
  const known = await recallLate(workspace, { view, suspects });
  if (known !== undefined) return known;
  const { judgeSuspects } = await import('./judge-suspects.ts');
  const found = await judgeSuspects(workspace, suspects);
  await rememberLate(workspace, { view, suspects }, found);
  return found;
}

const NONE: LateRecords = { late: new Map(), isOpen: false };

function suspectsIn(
  workspace: Workspace,
  view: AuthorityView,
  { id, declaration, chain, purges }: DecodedTombstone,
): readonly Suspect[] {
  const claims = [
    {
      id,
      principal: declaration.actor.principal,
      role: operationRule('redact:apply').role,
      policy: declaration.policy,
      bytes: chain,
      isHeardOf: ({ tombstones, untold }: HeardOf) =>
        tombstones.has(id) || untold.has(`${declaration.at} ${declaration.actor.principal}`),
    },
    ...purges.map((purge) => ({
      id: purge.id,
      principal: purge.act.actor.principal,
      role: operationRule('purge:apply').role,
      policy: purge.act.policy,
      bytes: purge.chain,
      isHeardOf: (told: HeardOf) => told.purges.has(id),
    })),
  ];
  return claims.flatMap(({ bytes, ...claim }) => {
    // What was signed under the newest record knew of all.
    if (claim.policy === view.head) return [];
    const isLess = !holdsSomewhere(view.grants, claim.principal, claim.role);
    if (!isLess && !mayBeRevoked(view, claim.principal)) return [];
    const read = readChain(workspace, { chain: bytes }, view);
    return read !== undefined && (isLess || isRevoked(view, read)) ? [{ ...claim, chain: read }] : [];
  });
}

/** Tells without the chain, which takes as long to read as all the rest of a tombstone. */
function mayBeRevoked(
  { principals, revokedSessions, revokedBlocks }: AuthorityView,
  principal: string,
): boolean {
  if (revokedSessions.length + revokedBlocks.length > 0) return true;
  return principals.some((known) => known.principal === principal && known.revoked);
}

function isRevoked(view: AuthorityView, { root, authority, revocationIds }: TokenChain): boolean {
  return (
    findRoot(view, root)?.revoked === true ||
    view.revokedSessions.includes(authority.session) ||
    revocationIds.some((id) => view.revokedBlocks.includes(id))
  );
}
