import type { ErrorCode } from '#domain/error.ts';
import type { OperationId, StateId } from '#domain/id.ts';
import type { ChangedPath } from './work-results.ts';

/** What keeps a thread from being landed. */
export type LandingProblem = {
  readonly code: ErrorCode;
  readonly message: string;
  /** Paths that it is about, escaped. */
  readonly paths: readonly string[];
};

export type LandResult = {
  readonly thread: string;
  readonly branch: string;
  /** False where there is nothing to land, and for a dry run. */
  readonly landed: boolean;
  readonly dryRun: boolean;
  /** The branch's commit before; null where it had none. */
  readonly from: string | null;
  /** Afterwards; null where nothing was landed. */
  readonly to: string | null;
  /** Oldest first. */
  readonly states: readonly StateId[];
  readonly commits: readonly {
    /** Null in a dry run: its time is part of it. */
    readonly commit: string | null;
    readonly state: StateId;
    readonly message: string;
  }[];
  /** What differs in the branch. */
  readonly changed: readonly ChangedPath[];
  /** Worktrees that have the branch checked out. `left`: this thread ended there, since others' work came in. */
  readonly worktrees: readonly { readonly directory: string; readonly left: boolean }[];
  /** What a dry run found in the way; empty otherwise. */
  readonly problems: readonly LandingProblem[];
  /** Null where nothing was landed. */
  readonly operation: OperationId | null;
};
