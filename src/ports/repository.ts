import type { StateId } from '#domain/id.ts';
import type { ObjectId } from './objects.ts';

/** Where a repository and its current worktree are. */
export interface RepositoryPlaces {
  /** Work tree's root, absolute. */
  readonly worktree: string;
  /** The worktree's own Git directory, absolute. */
  readonly gitDir: string;
  /** Git directory that all worktrees share, absolute. */
  readonly commonDir: string;
  /** `sha1` or `sha256`. */
  readonly objectFormat: string;
}

export interface ScanOptions {
  /** What an index that does not exist begins as; null for an empty one. */
  readonly seed: ObjectId | null;
  readonly maxFileBytes: number;
  /** Is told of each new or changed file before it is stored. What it throws ends the scan, and nothing is stored. */
  readonly examine?: (path: Uint8Array, blob: ObjectId) => void;
}

/** What differs between the work tree and a tree, seen by git itself. */
export interface WorktreeScan {
  /** The tree of the work tree as captured now: git's ignore, attributes, filters and case rules applied. */
  readonly tree: ObjectId;
}

/** A file whose bytes would not come back from a checkout, and why. */
export interface UnfaithfulFile {
  readonly path: Uint8Array;
  readonly why: string;
}

/** The user's work tree. Everything is done on a private index; the user's own index is never written. */
export interface Worktree {
  /**
   * Brings the private index of `thread` up to date with the work tree and writes the tree (blobs and
   * trees, fsynced). `seed` is what an index that does not exist begins as.
   * Throws `FILE_UNREADABLE`, `FILE_NAME_REFUSED`, `FILE_CHANGING`, `FILE_TOO_LARGE`, `FILTER_UNTRUSTED`, `DISK_FULL`.
   */
  scan(options: ScanOptions): Promise<WorktreeScan>;
  /** Of the given paths those that a checkout would not give back byte for byte. */
  unfaithful(paths: readonly Uint8Array[]): Promise<readonly UnfaithfulFile[]>;
  /**
   * Brings the files from one tree, that of the last scan, to another, by git: attributes and the user's filters apply.
   * Throws `FILE_CHANGING`, and nothing was changed, where a file is another one by now.
   */
  advance(from: ObjectId, to: ObjectId): Promise<void>;
  /**
   * Of the paths of new files those where something stands that is not among `known` (paths, one character a byte):
   * there, above it, or below it where it is a directory. A repository of its own is in the way of what lies in it.
   */
  inTheWay(paths: readonly Uint8Array[], known: ReadonlySet<string>): Promise<readonly Uint8Array[]>;
  /** The commit that HEAD names, or null in an empty repository. */
  headCommit(): Promise<ObjectId | null>;
  /** Name of the checked-out branch, or null where HEAD is detached. */
  headBranch(): Promise<string | null>;
}

/** A worktree and where it is. */
export interface OpenWorktree {
  readonly places: RepositoryPlaces;
  readonly worktree: Worktree;
}

/** Linked worktrees. */
export interface Worktrees {
  /**
   * The path of a directory as `list` will name it, symbolic links resolved. Throws `OUTPUT_EXISTS` where it is
   * not empty, or a worktree already. Changes nothing.
   */
  requireFree(directory: string): Promise<string>;
  /** `git worktree add`, detached at `commit` (or unborn), nothing checked out. Returns its places. */
  add(directory: string, commit: ObjectId | null): Promise<RepositoryPlaces>;
  /** Checks a tree out into a worktree with an empty work tree; index and files are git's. */
  materialise(places: RepositoryPlaces, tree: ObjectId): Promise<void>;
  /** The worktree in this directory; `gone` where nothing is there, `closed` where it is locked or git does not know it. */
  open(directory: string): Promise<OpenWorktree | 'gone' | 'closed'>;
  /** Takes a linked worktree away, with all that is in it; none where there is none. Never the main one. */
  remove(directory: string): Promise<void>;
  list(): Promise<readonly { readonly directory: string; readonly gitDir: string }[]>;
}

/** Where a worktree stands. Written as an effect of a log line. */
export interface WorktreePosition {
  readonly thread: string;
  /** State it was materialised from or captured last; null before the first. */
  readonly state: StateId | null;
}

/** Revisions of the Git history that heddle's states begin from. */
export interface Revisions {
  /** Resolves a Git revision to a commit; undefined where there is none. Option-like names are refused. */
  resolveCommit(revision: string): Promise<ObjectId | undefined>;
  commitTree(commit: ObjectId): Promise<ObjectId>;
}
