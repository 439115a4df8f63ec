import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readSignedFields, signedFieldsJson, type SignedFields } from '#domain/record/signed-fields.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, parseId, type Digest, type StateId } from '#domain/id.ts';
import { isThreadName, refSegmentProblem } from '#domain/resource/thread-name.ts';

/*
 * A review says what somebody thinks of one state of a thread. Canonical JSON:
 *
 *   {"actor","at","branch","chain","holder","policy","repo","state","texts","thread","type":"review","v":1,"verdict"}
 *
 * It is named by the digest of the hash of kind "review" of these bytes, which is also what its attestation signs. Its
 * sidecar: see `review-texts.ts`.
 */

export const REVIEW_VERDICTS = ['approve', 'reject', 'comment', 'withdraw'] as const;
export type ReviewVerdict = (typeof REVIEW_VERDICTS)[number];

/** A signed review of one state. */
export interface Review extends SignedFields {
  readonly thread: string;
  /** The thread's newest state when it was reviewed. */
  readonly state: StateId;
  /** The one branch that it is about; null for any. */
  readonly branch: string | null;
  readonly verdict: ReviewVerdict;
}

const LARGEST_REVIEW = 16 * 1024;
const LONGEST_NAME = 200;

/** Encodes a review. */
export function encodeReview(review: Review): Uint8Array {
  return encodeCanonical({
    type: 'review',
    v: 1,
    ...signedFieldsJson(review),
    thread: review.thread,
    state: review.state,
    branch: review.branch,
    verdict: review.verdict,
  });
}

/** The digest that names a review, from its canonical bytes. */
export function reviewDigest(hasher: Hasher, bytes: Uint8Array): Digest {
  return formatDigest(hasher.hash('review', bytes));
}

/** Decodes a review strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Verifies no signature. */
export function decodeReview(bytes: Uint8Array): Review {
  const reader = new JsonReader(decodeCanonical(bytes, 'review', LARGEST_REVIEW), 'review');
  reader.version('review', 1);
  const review: Review = {
    ...readSignedFields(reader),
    thread: reader.string('thread', LONGEST_NAME),
    state: parseId('hs', reader.string('state')),
    branch: reader.nullableString('branch', LONGEST_NAME),
    verdict: reader.oneOf('verdict', REVIEW_VERDICTS),
  };
  reader.end();
  if (!isThreadName(review.thread)) throw reader.invalid('has no proper thread');
  if (
    review.branch !== null &&
    review.branch.split('/').some((part) => refSegmentProblem(part) !== undefined)
  ) {
    throw reader.invalid('has no proper branch');
  }
  return review;
}
