import type { Digest, RequestId, TombstoneId } from '#domain/id.ts';
import type { ActRecord, TombstoneRecord } from '#domain/removal/tombstone-set.ts';

/** A lift or purge that was done by consent which another one had used up before. */
export interface ReusedConsent {
  readonly tombstone: TombstoneId;
  readonly act: Digest;
  readonly why: string;
}

/**
 * Removals that share the consent of others, but for the first: consent is to one act, once, in whichever clone. The
 * first is told by the times that the records name, then by their ids: the same in every clone with the same records.
 */
export function reusedConsents(records: Iterable<TombstoneRecord>): readonly ReusedConsent[] {
  const acts = [...records].flatMap(({ id: tombstone, countedLifts, countedPurges }) =>
    [...countedLifts, ...countedPurges].map((act) => ({ tombstone, act })),
  );
  const first = new Map<RequestId, ActRecord>();
  return acts
    .toSorted((a, b) => (orderOf(a.act) < orderOf(b.act) ? -1 : 1))
    .flatMap(({ tombstone, act }) => {
      const { consent } = act.act;
      if (consent === null) return [];
      const before = first.get(consent);
      if (before === undefined) first.set(consent, act);
      if (before === undefined || before.id === act.id) return [];
      return [
        { tombstone, act: act.id, why: `it uses up the consent to ${consent}, which ${before.id} used up` },
      ];
    });
}

function orderOf({ id, act }: ActRecord): string {
  return `${act.at} ${id}`;
}
