import type { ErrorCode } from '#domain/error.ts';
import type { OperationId, StateId } from '#domain/id.ts';
import type { ChangedPath } from '#domain/result-parts.ts';

/** What keeps a thread from being landed. */
export type LandingProblem = {
  readonly code: ErrorCode;
  readonly message: string;
  /** Paths that it is about, escaped. */
  readonly paths: readonly string[];
  /** What to do, and `fix` is its command, or what it begins with; null where the command says it all. */
  readonly advice: string | null;
  /** A command that helps, words in capitals to be filled in; null where none does for certain. */
  readonly fix: readonly string[] | null;
};

/** A path that both sides changed, so that git alone cannot merge it. */
export type LandingConflict = {
  readonly path: string;
  readonly kind:
    | 'content'
    | 'add/add'
    | 'binary'
    | 'mode'
    | 'modify/delete'
    | 'rename/delete'
    | 'rename/rename'
    | 'directory rename'
    | 'file/directory'
    | 'submodule';
  /**
   * As Git's index keeps them: 1 what both had, 2 the branch's, 3 the thread's; by Git mode and object id. None where
   * an operation id is used again: the log keeps no ids.
   */
  readonly stages: readonly { readonly stage: 1 | 2 | 3; readonly mode: string; readonly id: string }[];
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
  /** States that change nothing in the branch, and so have no commit of their own. */
  readonly omitted: readonly StateId[];
  /** What differs in the branch. */
  readonly changed: readonly ChangedPath[];
  /** What git could not merge; empty where it could. */
  readonly conflicts: readonly LandingConflict[];
  /** Worktrees that have the branch checked out. `left`: this thread ended there, since others' work came in. */
  readonly worktrees: readonly { readonly directory: string; readonly left: boolean }[];
  /** Commits that the branch has and the thread did not begin from; null where they have nothing in common. */
  readonly behind: number | null;
  /** The worktree in which conflicts wait to be resolved; null for none. */
  readonly pending: string | null;
  /** What a dry run found in the way; empty otherwise. */
  readonly problems: readonly LandingProblem[];
  /** Null where nothing was landed. */
  readonly operation: OperationId | null;
};

export type ContinueResult = LandResult & {
  /** What was made of the conflicts. */
  readonly state: StateId;
  /** The operation that made it; null where it was made before. */
  readonly resolution: OperationId | null;
};

export type AbortResult = {
  readonly thread: string;
  readonly branch: string;
  /** What changed in the files. */
  readonly restored: readonly ChangedPath[];
  readonly operation: OperationId;
};
