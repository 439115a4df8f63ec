import type { Digest, TombstoneId } from '#domain/id.ts';
import type { StoredChain } from '#domain/record/stored-chain.ts';
import type { Attestation } from '#domain/state/state.ts';
import type { Instant } from '#domain/time.ts';
import { agentNames } from '#domain/token/token.ts';
import { reviewerKey } from './party.ts';
import type { Review } from './review-codec.ts';
import type { ReviewTexts } from './review-texts.ts';

/** A review whose signature and chain hold, with what stands beside it. */
export interface ReviewRecord {
  readonly id: Digest;
  readonly review: Review;
  /** Where it was redacted the message says so, and nothing else is known. */
  readonly texts: Omit<ReviewTexts, 'salt'>;
  /** The tombstone that stands in the place of the sidecar; left out where the sidecar is there. */
  readonly redactedBy?: TombstoneId;
  readonly attestation: Attestation;
  readonly credential: StoredChain;
}

/** Reviews in order of their time; of equal ones in order of their ids. */
export function inOrder(records: Iterable<ReviewRecord>): readonly ReviewRecord[] {
  return [...records].toSorted((a, b) => (`${a.review.at} ${a.id}` < `${b.review.at} ${b.id}` ? -1 : 1));
}

/** Of each reviewer the newest verdict by a time; none where it was withdrawn. A comment is no verdict. */
export function standingVerdicts(records: Iterable<ReviewRecord>, now: Instant): readonly ReviewRecord[] {
  const standing = new Map<string, ReviewRecord>();
  for (const record of inOrder(records)) {
    const { review, credential } = record;
    if (review.verdict === 'comment' || review.at > now) continue;
    const { principal } = credential.chain.authority;
    standing.set(reviewerKey({ principal, via: agentNames(credential.chain) }), record);
  }
  return [...standing.values()].filter(({ review }) => review.verdict !== 'withdraw');
}
