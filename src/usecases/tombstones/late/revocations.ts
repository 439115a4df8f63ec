import { lastingOwners } from '#domain/authority/last-owner.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';

type ChainRecord = AuthorityHistory['records'][number];
/** A record that revokes keys, a session or a block, with what its author had seen. */
export type Revocation = Extract<
  ChainRecord,
  { readonly kind: 'key' | 'revoke'; readonly seen: readonly string[] }
>;

/**
 * The revocations by which tombstones may come to hide nothing. That gives content back, as a lift does, and what their
 * authors had seen is their own word: so only those count whose author could have ordered a lift everywhere, in person,
 * and that nobody made apart from what took something from that author. Else whoever revokes their own keys, or has lost
 * them, could take back what was rightly hidden, by having seen nothing.
 */
export function countedRevocations(history: AuthorityHistory): readonly Revocation[] {
  const revocations = history.records.filter(isRevocation);
  return revocations.filter(
    (one) => isByOwner(history, one) && !history.records.some((other) => isContested(history, one, other)),
  );
}

function isRevocation(record: ChainRecord): record is Revocation {
  return (record.kind === 'key' && record.action === 'revoke') || record.kind === 'revoke';
}

function isByOwner({ views }: AuthorityHistory, { by, prev, ofOwnBlock }: Revocation): boolean {
  if (ofOwnBlock) return false;
  return prev.every((id) => {
    const view = views.get(id);
    return view !== undefined && lastingOwners(view).includes(by);
  });
}

/** Whether something that may have taken a revocation's author's own authority was made without knowledge of it. */
function isContested(history: AuthorityHistory, { id, by }: Revocation, other: ChainRecord): boolean {
  return mayLessen(history, other, by) && !history.knows(id, other.id) && !history.knows(other.id, id);
}

function mayLessen({ views }: AuthorityHistory, record: ChainRecord, principal: string): boolean {
  if (record.kind === 'revoke') return record.by !== principal;
  if (record.kind === 'key') return record.action !== 'add' && record.principal === principal;
  if (record.kind !== 'grant' || record.action !== 'remove') return false;
  const [before] = record.prev;
  const view = before === undefined ? undefined : views.get(before);
  return (view?.grants.find(({ id }) => id === record.grant)?.principal ?? principal) === principal;
}

/** Tells whether a chain is among what was revoked. */
export function isRevokedBy(by: Revocation, { root, authority, revocationIds }: TokenChain): boolean {
  if (by.kind === 'key') return root === by.root;
  return by.session === authority.session || (by.block !== null && revocationIds.includes(by.block));
}
