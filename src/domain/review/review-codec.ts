import { encodeActor, readActor } from '#domain/actor/actor-codec.ts';
import type { Actor } from '#domain/actor/actor.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import type { Hasher } from '#domain/hash.ts';
import {
  formatDigest,
  parseDigest,
  parseId,
  type AuthorityId,
  type Digest,
  type StateId,
} from '#domain/id.ts';
import { isThreadName, refSegmentProblem } from '#domain/resource/thread-name.ts';
import { parseInstant, type Instant } from '#domain/time.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

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
export interface Review {
  readonly repo: AuthorityId;
  readonly thread: string;
  /** The thread's newest state when it was reviewed. */
  readonly state: StateId;
  /** The one branch that it is about; null for any. */
  readonly branch: string | null;
  readonly verdict: ReviewVerdict;
  readonly actor: Actor;
  readonly holder: PublicKeyHex;
  readonly chain: Digest;
  readonly policy: AuthorityId;
  /** The signer's word. */
  readonly at: Instant;
  readonly texts: Digest;
}

const LARGEST_REVIEW = 16 * 1024;
const LONGEST_NAME = 200;

/** Encodes a review. */
export function encodeReview(review: Review): Uint8Array {
  return encodeCanonical({
    type: 'review',
    v: 1,
    repo: review.repo,
    thread: review.thread,
    state: review.state,
    branch: review.branch,
    verdict: review.verdict,
    actor: encodeActor(review.actor),
    holder: review.holder,
    chain: review.chain,
    policy: review.policy,
    at: review.at,
    texts: review.texts,
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
    repo: parseId('hg', reader.string('repo')),
    thread: reader.string('thread', LONGEST_NAME),
    state: parseId('hs', reader.string('state')),
    branch: reader.nullableString('branch', LONGEST_NAME),
    verdict: reader.oneOf('verdict', REVIEW_VERDICTS),
    actor: readActor(reader.object('actor')),
    holder: readPublicKey(reader, 'holder'),
    chain: parseDigest(reader.string('chain')),
    policy: parseId('hg', reader.string('policy')),
    at: parseInstant(reader.string('at')),
    texts: parseDigest(reader.string('texts')),
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
