import type { JsonReader } from '#domain/encoding/json-reader.ts';
import {
  parseDigest,
  parseId,
  type AuthorityId,
  type Digest,
  type OperationId,
  type RequestId,
  type StateId,
  type TombstoneId,
} from '#domain/id.ts';

/** Records that have a digest and no prefix of their own: what they are called in a declaration. */
export const DIGEST_RECORDS = ['answer', 'review', 'lift', 'purge'] as const;
export type DigestRecord = `${(typeof DIGEST_RECORDS)[number]}-${Digest}`;

/** A record whose sidecar can be covered. */
export type CoveredRecord = StateId | OperationId | AuthorityId | TombstoneId | RequestId | DigestRecord;

/** Reads what a declaration calls a record; throws `FORMAT_INVALID`. */
export function parseCoveredRecord(reader: JsonReader, text: string): CoveredRecord {
  const kind = DIGEST_RECORDS.find((one) => text.startsWith(`${one}-`));
  if (kind !== undefined) return `${kind}-${parseDigest(text.slice(kind.length + 1))}`;
  switch (text.slice(0, 3)) {
    case 'hs-':
      return parseId('hs', text);
    case 'ho-':
      return parseId('ho', text);
    case 'hg-':
      return parseId('hg', text);
    case 'hr-':
      return parseId('hr', text);
    case 'hq-':
      return parseId('hq', text);
    default:
      throw reader.invalid('names what is no record');
  }
}

/** Tells a state from other records. */
export function isState(record: CoveredRecord): record is StateId {
  return record.startsWith('hs-');
}

/** Tells a log line from other records. */
export function isOperation(record: CoveredRecord): record is OperationId {
  return record.startsWith('ho-');
}
