import type { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
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
const DIGEST_RECORDS = ['answer', 'review'] as const;
export type DigestRecord = `${(typeof DIGEST_RECORDS)[number]}-${Digest}`;

/** A record whose sidecar can be covered. */
export type CoveredRecord = StateId | OperationId | AuthorityId | TombstoneId | RequestId | DigestRecord;

/** What a declaration calls a record; undefined for what names none. */
export function coveredRecord(text: string): CoveredRecord | undefined {
  try {
    return parseRecord(text);
  } catch (error) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}

/** The same, as {@link JsonReader} reads it; throws `FORMAT_INVALID`. */
export function parseCoveredRecord(reader: JsonReader, text: string): CoveredRecord {
  const record = parseRecord(text);
  if (record === undefined) throw reader.invalid('names what is no record');
  return record;
}

function parseRecord(text: string): CoveredRecord | undefined {
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
      return undefined;
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

/** Tells a tombstone from other records. */
export function isTombstone(record: CoveredRecord): record is TombstoneId {
  return record.startsWith('hr-');
}
