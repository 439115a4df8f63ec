import type { Digest, OperationId, StateId } from '#domain/id.ts';
import type { ReviewerRule } from '#domain/review/party.ts';
import type { ReviewVerdict } from '#domain/review/review-codec.ts';
import type { Instant } from '#domain/time.ts';
import type { ChangedPath } from '#domain/result-parts.ts';
import type { StateSummary } from './work-results.ts';

/** A review that was recorded. */
export type ReviewResult = {
  /** The record's digest. */
  readonly review: Digest;
  readonly thread: string;
  /** The thread's newest state. */
  readonly state: StateId;
  /** The one branch that it is about; null for any. */
  readonly branch: string | null;
  readonly verdict: ReviewVerdict;
  readonly message: string | null;
  readonly operation: OperationId;
};

/** One review, and what it is worth now. */
export type ReviewSummary = {
  readonly review: Digest;
  readonly thread: string;
  readonly state: StateId;
  readonly branch: string | null;
  readonly verdict: ReviewVerdict;
  readonly principal: string;
  readonly via: readonly string[];
  readonly provider: string | null;
  readonly model: string | null;
  readonly at: Instant;
  readonly message: string | null;
  /** Whether it stands: by somebody who may review, not replaced, and of an approval, of the newest state. */
  readonly stands: boolean;
  /** Why it does not; null where it does. */
  readonly why: string | null;
};

export type ReviewListResult = {
  /** Newest first. */
  readonly reviews: readonly ReviewSummary[];
  /** Records that were left out. */
  readonly damaged: number;
};

/** Something that was denied in a thread. */
export type DeniedThere = {
  readonly operation: OperationId;
  readonly at: Instant;
  readonly code: string;
  readonly resource: string;
  readonly principal: string;
  readonly agent: string | null;
};

/** What a reviewer needs of a thread. */
export type ReviewShowResult = {
  readonly thread: string;
  /** The newest state: what a review is about. */
  readonly state: StateId;
  /** The branch that the rest is told for; null where there is none. */
  readonly branch: string | null;
  /** What the branch has not, oldest first. */
  readonly states: readonly StateSummary[];
  /** What the states' makers gave as evidence, in that order, each once. */
  readonly evidence: readonly string[];
  readonly changed: readonly ChangedPath[];
  /** Newest first, at most 20. */
  readonly denials: readonly DeniedThere[];
  readonly reviews: readonly ReviewSummary[];
  /** What landing it there needs. */
  readonly rules: {
    /** Null where no policy asks for approvals. */
    readonly approvals: number | null;
    readonly reviewers: readonly ReviewerRule[] | null;
    /** Principals whose approval counts. */
    readonly approvedBy: readonly string[];
    /** Clauses; empty where nothing is missing. */
    readonly missing: readonly string[];
  };
};
