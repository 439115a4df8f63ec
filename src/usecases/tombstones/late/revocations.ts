import { holdsSomewhere } from '#domain/authority/authority-view.ts';
import { lastingOwners } from '#domain/authority/last-owner.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import type { Suspect } from './suspect.ts';

type ChainRecord = AuthorityHistory['records'][number];
/** A record that revokes keys, a session or a block, or takes a grant away, with what its author had seen. */
export type Revocation = Extract<
  ChainRecord,
  { readonly kind: 'key' | 'revoke' | 'grant'; readonly seen: readonly string[] }
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
  return 'seen' in record && record.kind !== 'freeze';
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
  return (removedFrom({ views }, record) ?? principal) === principal;
}

function removedFrom(
  { views }: Pick<AuthorityHistory, 'views'>,
  { prev, grant }: Extract<Revocation, { readonly kind: 'grant' }>,
): string | undefined {
  const [before] = prev;
  const view = before === undefined ? undefined : views.get(before);
  return view?.grants.find(({ id }) => id === grant)?.principal;
}

/**
 * Tells whether something was signed under what a revocation takes away: keys or a token, or the last grant by which its
 * author had the role for it anywhere.
 */
export function isHitBy(
  history: Pick<AuthorityHistory, 'views'>,
  by: Revocation,
  { chain: { root, authority, revocationIds }, principal, policy, role }: Omit<Suspect, 'id' | 'isHeardOf'>,
): boolean {
  switch (by.kind) {
    case 'key':
      return root === by.root;
    case 'revoke':
      return by.session === authority.session || (by.block !== null && revocationIds.includes(by.block));
    case 'grant': {
      const view = history.views.get(policy);
      if (view === undefined || removedFrom(history, by) !== principal) return false;
      return !holdsSomewhere(
        view.grants.filter(({ id }) => id !== by.grant),
        principal,
        role,
      );
    }
  }
}
