import type { OperationId, StateId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import type { ChangedPath } from '#domain/result-parts.ts';

export type ThreadDropResult = {
  readonly thread: string;
  /** The newest state, which is kept; null where nothing was captured. */
  readonly head: StateId | null;
  /** States that were made first, of what worktrees held. */
  readonly captured: readonly StateId[];
  /** Linked worktrees that were taken away; absolute. */
  readonly removed: readonly string[];
  /** Worktrees that stay, with their files, and are on no thread any more; absolute. */
  readonly left: readonly string[];
  readonly operation: OperationId;
};

export type ThreadRenameResult = {
  /** The new name. */
  readonly thread: string;
  /** The old name. */
  readonly from: string;
  /** The state that the renamed thread begins with; null where nothing was captured. */
  readonly state: StateId | null;
  /** The newest one under the old name, which it follows. */
  readonly head: StateId | null;
  /** Worktrees that stand on it; absolute. */
  readonly worktrees: readonly string[];
  readonly operation: OperationId;
};

/** Who alone may write to a thread. */
export type ClaimSummary = {
  readonly principal: string;
  /** Null for a person. */
  readonly agent: string | null;
  /** The agent session, as reported. */
  readonly session: string | null;
  readonly pid: number;
  /** `unknown`: it runs where nobody here can look. */
  readonly process: 'alive' | 'dead' | 'unknown';
  readonly since: Instant;
  /** When its holder last wrote to the thread, roughly. */
  readonly heartbeat: Instant;
  /** When it ends by itself: its process is gone. Null as long as that is not certain. */
  readonly ends: Instant | null;
};

export type ThreadClaimResult = {
  readonly thread: string;
  /** False where the caller held it already. */
  readonly created: boolean;
  readonly claim: ClaimSummary;
  /** Null where nothing had to be done. */
  readonly operation: OperationId | null;
};

export type ThreadReleaseResult = {
  readonly thread: string;
  /** Null where nobody held it, or nobody could tell who did. */
  readonly released: ClaimSummary | null;
  /** Null where nothing had to be done. */
  readonly operation: OperationId | null;
};

export type ThreadSplitResult = {
  /** The new thread. */
  readonly thread: string;
  /** The thread that it was split from. */
  readonly from: string;
  /** The state that the new thread stands at; null in a rehearsal. */
  readonly state: StateId | null;
  /** The state that the other one goes on with, without the part; null where it keeps it, and in a rehearsal. */
  readonly left: StateId | null;
  /** The newest state before, which has everything. */
  readonly head: StateId;
  /** What the new thread changes. */
  readonly changed: readonly ChangedPath[];
  /** Linked worktree of the new thread; absolute. Null for none. */
  readonly worktree: string | null;
  readonly dryRun: boolean;
  /** Null in a rehearsal. */
  readonly operation: OperationId | null;
};
