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

/** An owner whom nobody made one who had lost their own authority by then: a fork can say anything of anybody. */
function isByOwner(history: AuthorityHistory, { id, by, prev, ofOwnBlock }: Revocation): boolean {
  const { views, records, knows, isBeaten } = history;
  if (ofOwnBlock) return false;
  const isMadeUp = records.some(
    (one) => one.kind === 'key' && one.principal === by && isBeaten(one.id) && knows(id, one.id),
  );
  if (isMadeUp) return false;
  return prev.every((before) => {
    const view = views.get(before);
    if (view === undefined) return false;
    const grants = view.grants.filter((grant) => !isBeaten(grant.id));
    return lastingOwners({ ...view, grants }).includes(by);
  });
}

/** Whether something that may have taken a revocation's author's own authority was made without knowledge of it. */
function isContested(history: AuthorityHistory, one: Revocation, other: ChainRecord): boolean {
  const { knows } = history;
  return mayLessen(history, other, one) && !knows(one.id, other.id) && !knows(other.id, one.id);
}

function mayLessen({ views }: AuthorityHistory, record: ChainRecord, { by, under }: Revocation): boolean {
  if (record.kind === 'revoke') return takes(record, under);
  if (record.kind === 'key') return record.action !== 'add' && record.principal === by;
  if (record.kind !== 'grant' || record.action !== 'remove') return false;
  return (removedFrom({ views }, record) ?? by) === by;
}

function takes(
  { session, block }: Extract<ChainRecord, { readonly kind: 'revoke' }>,
  under: Revocation['under'],
): boolean {
  const isSession = session !== null && session === under.session;
  return isSession || (block !== null && under.blocks.includes(block));
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
