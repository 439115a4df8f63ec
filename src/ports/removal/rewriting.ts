import type { ObjectId } from '#ports/objects.ts';

/** What is to leave Git's own history, and what comes in its place. */
export interface Rewriting {
  readonly blobs: ReadonlySet<ObjectId>;
  /** What stands in the place of a blob; the same answer each time. `name` is that of its entry, in raw bytes. */
  readonly replacement: (entry: {
    readonly blob: ObjectId;
    readonly name: Uint8Array;
    readonly kind: 'file' | 'symlink';
  }) => Uint8Array;
  /** Bytes that go wherever they stand in Git's history, among other things too: in files, messages of commits and tags. */
  readonly parts: readonly Uint8Array[];
  /** Other bytes without any of the parts; undefined where none stands in them. */
  readonly mask: (bytes: Uint8Array) => Uint8Array | undefined;
}

/** A commit that loses its signature. */
export interface UnsignedCommit {
  /** Its id before. */
  readonly commit: ObjectId;
  /** First line of its message; foreign text. */
  readonly subject: string;
}

/** Something that has to be out of the way first. */
export interface RewriteObstacle {
  readonly kind: 'shallow' | 'partial' | 'grafts' | 'operation' | 'worktree-ref' | 'heddle-ref';
  /** A file or a ref. */
  readonly where: string;
}

/** What a rewriting of Git's history changes, or changed. */
export interface RewriteReport {
  /** Commits that get another id: those that held it, and all that stand on one. */
  readonly commits: number;
  /** Refs that move, heddle's threads among them; in order. */
  readonly refs: readonly string[];
  /** Work trees that stand on what is rewritten. */
  readonly worktrees: readonly {
    readonly directory: string;
    /** Null for a detached HEAD. */
    readonly ref: string | null;
  }[];
  readonly stashes: number;
  /** Notes that follow the commit that they are on. */
  readonly notes: number;
  /** Not more than the first hundred of `unsigned`. */
  readonly signedCommits: readonly UnsignedCommit[];
  readonly unsigned: number;
  /** Refs of annotated tags that lose their signature. */
  readonly signedTags: readonly string[];
  /** Where a part went from among other things. */
  readonly masked: {
    /** Paths of other contents, escaped; in order, not more than the first hundred of `files`. */
    readonly paths: readonly string[];
    readonly files: number;
    /** Messages of commits and tags. */
    readonly messages: number;
  };
}

/** A file that stands in an index, and holds a part among other things. */
export interface MaskedFile {
  /** Null where the index is of no work tree that is there. */
  readonly directory: string | null;
  /** Raw bytes. */
  readonly path: Uint8Array;
  readonly blob: ObjectId;
  /** What takes its place; durable. */
  readonly masked: ObjectId;
}

/** What was rewritten, and what has to follow. */
export interface Rewritten {
  readonly report: RewriteReport;
  readonly files: readonly MaskedFile[];
}

/** Which commits and tags take the place of which. */
export type CommitMap = ReadonlyMap<ObjectId, ObjectId>;

/** What is about to be moved. */
export interface RewriteMoves {
  readonly commits: CommitMap;
  /** Every ref and detached HEAD, as it was. */
  readonly refs: readonly { readonly name: string; readonly old: ObjectId; readonly new: ObjectId }[];
}

/**
 * Rewrites what refs, detached HEADs and stashes reach, where it holds a removed content. Ids of blobs change in trees,
 * and what follows from that; everything else of each object stays byte for byte, but signatures, which would be wrong,
 * ids of rewritten commits in messages and notes, and parts that go. A commit that reaches none of the content keeps its id.
 */
export interface HistoryRewriter {
  /** What stands in the way; in order. */
  obstacles(rewriting: Rewriting): Promise<readonly RewriteObstacle[]>;
  /** What it would do. Changes nothing. */
  preview(rewriting: Rewriting): Promise<RewriteReport>;
  /**
   * New objects first, durable; then `keep`, with all that is about to move; then all refs and detached HEADs
   * in one transaction; then the stashes. Killed anywhere it can be done again from the start, with the same result, and
   * refs are all as before or all moved. Index and files of work trees are not touched. Throws `REF_MOVED` where somebody
   * else moved a ref meanwhile: nothing was moved then.
   */
  rewrite(rewriting: Rewriting, keep: (moves: RewriteMoves) => Promise<void>): Promise<Rewritten>;
}

/** Notes of this clone about rewritings, below `<common dir>/heddle/rewrite/`. Writers need the repository lock. */
export interface RewriteNotes {
  /** Undefined where there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Durable on return; 0600. */
  write(name: string, content: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
}
