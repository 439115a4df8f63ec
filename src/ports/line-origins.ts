import type { ObjectId } from './objects.ts';

/** Lines from `first` to `last`, both counted from 1. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** Lines of the asked file that one commit brought in, one after the other in both files. */
export interface LineOrigin {
  readonly commit: ObjectId;
  /** Raw bytes; of the file in that commit. */
  readonly path: Uint8Array;
  /** First line there, from 1. */
  readonly origin: number;
  /** First line in the asked file, from 1. */
  readonly line: number;
  readonly count: number;
}

/** A commit that changed a file. */
export interface FileChange {
  readonly commit: ObjectId;
  /** What the file became; null where it went. */
  readonly blob: ObjectId | null;
}

export interface OriginQuestion {
  readonly commit: ObjectId;
  /** Raw bytes. */
  readonly path: Uint8Array;
  /** Null for every line; never empty. */
  readonly lines: readonly LineRange[] | null;
  /** Parents that stand in for what commits say of theirs. */
  readonly parents: ReadonlyMap<ObjectId, readonly ObjectId[]>;
  readonly ignoreWhitespace: boolean;
}

/**
 * Follows lines of files back to the commits that brought them in, through renames, moves and copies out of files
 * that changed at the same time. Answers with ids and numbers, never with content.
 */
export interface LineTracer {
  /** A commit for the questions of this tracer alone: the repository never has it. Same input, same id. */
  makeCommit(tree: ObjectId, parents: readonly ObjectId[]): Promise<ObjectId>;
  /** A tree with one directory, which is `tree`; for the same. */
  nestTree(name: string, tree: ObjectId): Promise<ObjectId>;
  /** In order of the asked file's lines. Throws `NOT_FOUND` where the commit has no such file. */
  origins(question: OriginQuestion): Promise<readonly LineOrigin[]>;
  /** Commits that changed a path, newest first, `most` at most; nothing that `without` reach is looked at. */
  changes(options: {
    readonly heads: readonly ObjectId[];
    readonly without: readonly ObjectId[];
    readonly path: Uint8Array;
    readonly most: number;
  }): Promise<readonly FileChange[]>;
  /**
   * Commits that `until` reaches and `since` does not, oldest first; `most` and one more at most.
   *
   * @param since null for the one commit `until` alone.
   */
  between(since: ObjectId | null, until: ObjectId, most: number): Promise<readonly ObjectId[]>;
  /** Of these commits those that are `head` or its ancestors. */
  ancestors(commits: readonly ObjectId[], head: ObjectId): Promise<ReadonlySet<ObjectId>>;
  /** Takes away what was made. */
  close(): Promise<void>;
}

export interface LineTracers {
  open(): Promise<LineTracer>;
}
