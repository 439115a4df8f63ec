import type { Digest, RequestId, TombstoneId } from '#domain/id.ts';
import type { StoredChain } from '#domain/record/stored-chain.ts';
import type { Attestation } from '#domain/state/state.ts';
import type { Instant } from '#domain/time.ts';
import type { Answer } from './answer-codec.ts';
import type { ReasonTexts } from './reason-texts.ts';
import type { AccessRequest } from './request-codec.ts';

/** An answer whose signature and chain hold, with what stands beside it. */
export interface AnswerRecord {
  readonly id: Digest;
  readonly answer: Answer;
  /** Where it was redacted the reason says so, and nothing else is known. */
  readonly texts: Omit<ReasonTexts, 'salt'>;
  /** The tombstone that stands in the place of the sidecar; left out where the sidecar is there. */
  readonly redactedBy?: TombstoneId;
  readonly attestation: Attestation;
  readonly credential: StoredChain;
}

/** A request whose signature and chain hold, with every answer whose own do; answers in order of time. */
export interface RequestRecord {
  readonly id: RequestId;
  readonly request: AccessRequest;
  /** Where it was redacted the reason says so, and nothing else is known. */
  readonly texts: Omit<ReasonTexts, 'salt'>;
  /** The tombstone that stands in the place of the sidecar; left out where the sidecar is there. */
  readonly redactedBy?: TombstoneId;
  readonly attestation: Attestation;
  readonly credential: StoredChain;
  readonly answers: readonly AnswerRecord[];
}

/** The newest time in a set; undefined of an empty one. */
export function newestRequestInstant(records: Iterable<RequestRecord>): Instant | undefined {
  return [...records]
    .flatMap(({ request, answers }) => [request.at, ...answers.map(({ answer }) => answer.at)])
    .toSorted()
    .at(-1);
}
