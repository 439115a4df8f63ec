import type { OperationId, StateId } from '#domain/id.ts';

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
