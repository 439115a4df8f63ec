import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Digest } from '#domain/id.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';

/** Replicas that the authority chain knows and that never said that nothing is left with them; empty unless purged. */
export function unconfirmedBy(
  { countedPurges: purges, receipts }: TombstoneRecord,
  { replicas }: AuthorityView,
): readonly Digest[] {
  if (purges.length === 0) return [];
  const confirmed = new Set(
    receipts.filter(({ receipt }) => receipt.outcome === 'complete').map(({ receipt }) => receipt.replica),
  );
  return replicas.map(({ replica }) => replica).filter((replica) => !confirmed.has(replica));
}
