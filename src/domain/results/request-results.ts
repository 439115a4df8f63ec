import type { RequestOperation, Role } from '#domain/authority/role.ts';
import type { DenialCode } from '#domain/decision/decision.ts';
import type { AuthorityId, OperationId, RequestId } from '#domain/id.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/** What somebody asks to be able to do. */
export type AskedResult = {
  readonly operation: RequestOperation;
  readonly resources: readonly string[];
  /** True where only the asker's own work is concerned. */
  readonly own: boolean;
  /** The role that a grant would give; null for anything else. */
  readonly granting: Role | null;
  /**
   * What exactly is meant to be done, where others have to agree to it: the log's word for it, and its arguments as
   * canonical JSON.
   */
  readonly act: { readonly op: OperationKind; readonly args: string } | null;
};

/** A command that helps; see `Fix`. */
export type FixResult = {
  readonly argv: readonly string[];
  readonly who: readonly string[];
  readonly needs: { readonly role: Role; readonly at: string } | null;
  readonly why: string;
};

/** What approving does: a fix and who may run it, or why there is none. */
export type WayResult = {
  readonly fix: FixResult | null;
  /** Null where there is a fix. */
  readonly why: string | null;
};

/** What an approval made. */
export type GivesResult = {
  readonly grant: AuthorityId | null;
  /** Revocation id of the token's last block. */
  readonly block: string | null;
};

export type RequestStatus = 'open' | 'approved' | 'denied' | 'expired' | 'used' | 'void';

export type AnswerSummary = {
  readonly verdict: 'approve' | 'deny';
  readonly principal: string;
  readonly via: readonly string[];
  readonly at: Instant;
  readonly reason: string | null;
  readonly gives: GivesResult | null;
};

/** A request and where it stands. The way is that of now, and null in both where it is not open. */
export type RequestSummary = WayResult & {
  readonly request: RequestId;
  readonly status: RequestStatus;
  readonly asked: AskedResult;
  readonly principal: string;
  /** Names of agents, in order of delegation. */
  readonly via: readonly string[];
  readonly reason: string | null;
  /** The code of the denial that led to it. */
  readonly code: DenialCode | null;
  readonly at: Instant;
  readonly expires: Instant;
  readonly answers: readonly AnswerSummary[];
};

/** Null `request`, `expires` and `operation`: it is allowed already, and nothing was recorded. */
export type RequestResult = WayResult & {
  readonly created: boolean;
  readonly request: RequestId | null;
  readonly asked: AskedResult;
  readonly expires: Instant | null;
  readonly operation: OperationId | null;
};

export type RequestListResult = {
  readonly requests: readonly RequestSummary[];
  /** Records that are left out because something is wrong with them. */
  readonly damaged: number;
};

export type RequestShowResult = RequestSummary & {
  /** Lines of this clone's logs about it, oldest first. */
  readonly entries: readonly {
    readonly id: OperationId;
    readonly op: OperationKind;
    readonly at: Instant;
    readonly principal: string;
  }[];
};

/** What an approval did, or would do. */
export type ApproveResult = WayResult & {
  readonly request: RequestId;
  readonly asked: AskedResult;
  readonly principal: string;
  readonly via: readonly string[];
  readonly dryRun: boolean;
  /** True where it only counts towards the number of people who must agree. */
  readonly agrees: boolean;
  readonly gives: GivesResult | null;
  /** The token that was made; its key is in `file` alone. */
  readonly token: {
    readonly agent: string;
    readonly principal: string;
    readonly session: string;
    readonly holder: PublicKeyHex;
    /** Revocation id of its last block. */
    readonly block: string;
    readonly expires: Instant;
  } | null;
  /** The credential file that was made, or would be; a secret lies in it. */
  readonly file: string | null;
  /** The log line that recorded the request, where this clone has it. */
  readonly requested: OperationId | null;
  /** Null of a dry run. */
  readonly operation: OperationId | null;
};

export type DenyResult = {
  readonly request: RequestId;
  readonly asked: AskedResult;
  readonly principal: string;
  readonly via: readonly string[];
  /** True where whoever asked took it back. */
  readonly withdrawn: boolean;
  readonly reason: string;
  readonly operation: OperationId;
};
