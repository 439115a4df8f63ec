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
  /** Raw bytes; its name there. */
  readonly path: Uint8Array;
}

/** A commit and what it names. */
export interface HistoryCommit {
  readonly commit: ObjectId;
  /** Seconds since 1970, as the commit says. */
  readonly at: number;
  readonly tree: ObjectId;
  readonly parents: readonly ObjectId[];
}

/** A version of all files and the one before it, by their trees. */
export interface TreeStep {
  /** Null where there was nothing. */
  readonly before: ObjectId | null;
  readonly after: ObjectId;
}

/** Neighbouring lines that went, and those that came in their place; one character a byte, without the line feed. */
export interface LineHunk {
  /** Lines above, in the old file and in the new one. */
  readonly above: number;
  readonly nowAbove: number;
  /** A last line without a line feed has one here: no other line is like it. */
  readonly went: readonly string[];
  readonly came: readonly string[];
}

/** What a step did to one file; hunks in their order. */
export interface FileEdit {
  readonly kind: 'same' | 'made' | 'changed' | 'gone';
  readonly hunks: readonly LineHunk[];
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
  /** Is told of commits as soon as lines are known to be from there; maybe several times, maybe not at all. */
  readonly seen?: (commit: ObjectId) => void;
}

/**
 * Follows lines of files back to the commits that brought them in, through renames, moves and copies out of files
 * that changed at the same time. Answers with ids and numbers, never with content.
 */
export interface LineTracer {
  /**
   * A commit for the questions of this tracer alone: the repository never has it. Its parents are in the repository, or
   * were made before it. Same input, same id.
   *
   * @param of what it stands for: commits of two things are two, whatever else they have in common.
   */
  makeCommit(tree: ObjectId, parents: readonly ObjectId[], of: string): ObjectId;
  /**
   * Commits that the heads reach, children before parents; nothing that `without` or a branch reaches. What only a
   * branch can tell may be missing from it: who asks checks where it ends.
   */
  walk(heads: readonly ObjectId[], without: readonly ObjectId[]): Promise<readonly HistoryCommit[]>;
  /** In order of the asked file's lines. Throws `NOT_FOUND` where the commit has no such file. */
  origins(question: OriginQuestion): Promise<readonly LineOrigin[]>;
  /**
   * What each step did to one file, by the diff that {@link origins} follows lines with: in the steps' order, as soon as
   * it is known, until `take` returns false. False where something else than a file was at the path, where git cannot
   * tell, and where it would be more than is to be held at once.
   */
  edits(steps: readonly TreeStep[], path: Uint8Array, take: (edit: FileEdit) => boolean): Promise<boolean>;
  /** Commits that changed some paths, newest first, `most` at most; nothing that `without` reach is looked at. */
  changes(options: {
    readonly heads: readonly ObjectId[];
    readonly without: readonly ObjectId[];
    readonly paths: readonly Uint8Array[];
    readonly most: number;
    /** The one path is a file's: it is followed to the names that it had before. */
    readonly follow?: boolean;
    /** What a merge left aside counts, too: then nothing that is told of a path depends on the others. */
    readonly everySide?: boolean;
  }): Promise<readonly FileChange[]>;
  /**
   * Commits that `until` reaches and `since` does not, oldest first; `most` and one more at most.
   *
   * @param since null for the one commit `until` alone.
   */
  between(since: ObjectId | null, until: ObjectId, most: number): Promise<readonly ObjectId[]>;
  /** For each head those of the commits that it is, or has among its ancestors. */
  ancestors(
    commits: readonly ObjectId[],
    heads: readonly ObjectId[],
  ): Promise<ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>>;
  /** Takes away what was made. */
  close(): Promise<void>;
}

export interface LineTracers {
  open(): Promise<LineTracer>;
}
