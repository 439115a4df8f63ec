import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readRedactedTexts, type RedactedTexts } from '#domain/removal/redacted-texts.ts';
import { readSalt } from '#domain/state/texts.ts';

/*
 * The sidecar of a review, canonical JSON:
 *
 *   {"base","message","salt","type":"review-texts","v":1}
 *   {"tombstone","type":"redacted-texts","v":1}            see `redacted-texts.ts`
 */

/** What stands beside a review. */
export interface ReviewTexts {
  readonly salt: string;
  readonly message: string | null;
  /** The commit that the branch was at; null where none was named. */
  readonly base: string | null;
}

const LARGEST = 32 * 1024;
const LONGEST_MESSAGE = 4096;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Encodes the sidecar. */
export function encodeReviewTexts({ salt, message, base }: ReviewTexts): Uint8Array {
  return encodeCanonical({ type: 'review-texts', v: 1, salt, message, base });
}

/** Decodes the sidecar strictly, or what stands in its place; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeReviewTexts(bytes: Uint8Array): ReviewTexts | RedactedTexts {
  const reader = new JsonReader(decodeCanonical(bytes, 'review texts', LARGEST), 'review texts');
  const redacted = readRedactedTexts(reader);
  if (redacted !== undefined) return redacted;
  reader.version('review-texts', 1);
  const texts = {
    salt: readSalt(reader),
    message: reader.nullableString('message', LONGEST_MESSAGE),
    base: reader.nullableString('base', 64),
  };
  reader.end();
  if (texts.base !== null && !COMMIT.test(texts.base)) throw reader.invalid('has no proper base');
  return texts;
}
