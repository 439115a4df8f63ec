import type { OperationId, RequestId } from '#domain/id.ts';
import type { ReasonCode } from '#domain/removal/tombstone.ts';
import type { Instant } from '#domain/time.ts';
import type { FixResult, RequestStatus } from '#domain/results/request-results.ts';

/** A purge that others have to agree to, or that has to wait. */
export type PurgeProposal = {
  readonly request: RequestId;
  /** `open`: people or time are missing. `approved`: it can be applied. */
  readonly status: RequestStatus;
  readonly tombstone: string;
  /** Whether Git's own history is to be rewritten, too. */
  readonly rewriteGit: boolean;
  /** Null where the tombstone is not in this repository. */
  readonly reasonCode: ReasonCode | null;
  /** Why it was redacted. */
  readonly redacted: string | null;
  /** Escaped; files that the tombstone covers. */
  readonly paths: readonly string[];
  /** Each thread and path whose content would be destroyed, as it was asked. */
  readonly resources: readonly string[];
  /** States that hold it now. */
  readonly states: number;
  readonly principal: string;
  readonly via: readonly string[];
  /** Why it was proposed. */
  readonly reason: string | null;
  readonly at: Instant;
  readonly expires: Instant;
  readonly approvals: readonly {
    readonly principal: string;
    readonly at: Instant;
    readonly reason: string | null;
  }[];
  /** People who must agree, whoever does it included; null where no policy guards it any more. */
  readonly quorum: number | null;
  /** Those who do, whoever proposed it first where that counts. */
  readonly people: readonly string[];
  /** Those whose agreement counts for nothing: who asked for it, and who redacted it, where a policy says so. */
  readonly excluded: readonly string[];
  /** Seconds. */
  readonly wait: number | null;
  /** When the wait ends; null where there is none, or where it has not begun. */
  readonly earliest: Instant | null;
  /** What comes next, and who may do that; null where nothing does. */
  readonly next: FixResult | null;
  /** Why nothing comes next, of one that has not ended; else null. */
  readonly why: string | null;
};

export type PurgeProposeResult = {
  /** False where no policy guards the purge, or it was proposed already. */
  readonly created: boolean;
  /** Null where none is needed. */
  readonly proposal: PurgeProposal | null;
  /** What to run where no proposal is needed. */
  readonly fix: readonly string[] | null;
  /** Null where nothing was recorded. */
  readonly operation: OperationId | null;
};

/** How a proposal stands after somebody agreed to it, or before where they only looked. */
export type PurgeApproveResult = {
  readonly proposal: PurgeProposal;
  readonly dryRun: boolean;
  /** Null of a dry run. */
  readonly operation: OperationId | null;
};

export type PurgeProposalsResult = {
  readonly proposals: readonly PurgeProposal[];
  /** Records that are left out because something is wrong with them. */
  readonly damaged: number;
};
