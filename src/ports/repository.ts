import type { StateId } from '#domain/id.ts';
import type { Trailer } from '#domain/landing/landing-message.ts';
import type { LandingConflict } from '#domain/results/landing-results.ts';
import type { ReachedCommit } from '#domain/state/brought-commit.ts';
import type { ObjectId, TreeChange } from './objects.ts';

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
  readonly examine?: (path: Uint8Array, blob: ObjectId) => Promise<void>;
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
   * How the work tree differs from `seed`: git's ignore, attributes, filters and case rules applied. Nothing is stored:
   * a blob that it names may stand nowhere, and what git finds is looked for again the next time.
   * Throws `FILE_UNREADABLE`, `FILE_NAME_REFUSED`, `FILE_CHANGING`, `FILE_TOO_LARGE`, `FILTER_UNTRUSTED`, `DISK_FULL`.
   */
  changes(options: ScanOptions): Promise<readonly TreeChange[]>;
  /** Of the given paths those that a checkout would not give back byte for byte. */
  unfaithful(paths: readonly Uint8Array[]): Promise<readonly UnfaithfulFile[]>;
  /**
   * Of the paths of new files those where something stands that is not among `known` (paths, one character a byte):
   * there, above it, or below it where it is a directory. A repository of its own is in the way of what lies in it.
   */
  inTheWay(paths: readonly Uint8Array[], known: ReadonlySet<string>): Promise<readonly Uint8Array[]>;
  /** The commit that HEAD names, or null in an empty repository. */
  headCommit(): Promise<ObjectId | null>;
  /** Name of the checked-out branch, or null where HEAD is detached. */
  headBranch(): Promise<string | null>;
  /**
   * Commits that HEAD reaches and these do not, children before parents, HEAD first; a thousand at most. None where HEAD
   * names one of these, which costs no git.
   */
  commitsSince(known: readonly ObjectId[]): Promise<readonly ReachedCommit[]>;
}

/** A work tree of which objects are made, in the place that its repository writes to. */
export interface ScannedWorktree extends Worktree {
  /** Writes the tree of the work tree by the same rules (blobs and trees, fsynced). Throws the same as `changes`. */
  scan(options: ScanOptions): Promise<WorktreeScan>;
  /**
   * Brings the files from one tree, that of the last scan, to another, by git: attributes and the user's filters apply.
   * Throws `FILE_CHANGING`, and nothing was changed, where a file is another one by now.
   */
  advance(from: ObjectId, to: ObjectId): Promise<void>;
}

/** Where a worktree stands. Written as an effect of a log line. */
export interface WorktreePosition {
  readonly thread: string;
  /** State it was materialised from or captured last; null before the first. */
  readonly state: StateId | null;
}

/** Another repository that this clone knows by a name. */
export interface GitRemote {
  readonly name: string;
  /** Where it is pushed to, for people: without credentials and control characters. */
  readonly url: string;
}

/** Revisions of the Git history that heddle's states begin from. */
export interface Revisions {
  /** Resolves a Git revision to a commit; undefined where there is none. Option-like names are refused. */
  resolveCommit(revision: string): Promise<ObjectId | undefined>;
  commitTree(commit: ObjectId): Promise<ObjectId>;
}

/** What is merged, and where both sides came from. */
export type MergeQuestion = {
  /** What conflicts call the sides: names of a branch and of a thread. */
  readonly names: { readonly ours: string; readonly theirs: string };
} & (
  | /** Into a commit, by Git's own history: from the commit that the work began from. */
    { readonly kind: 'history'; readonly ours: ObjectId; readonly from: ObjectId | null }
  /** Into a tree, from a tree; null for the empty one. */
  | { readonly kind: 'trees'; readonly ours: ObjectId | null; readonly from: ObjectId | null }
);

export type MergeConflictKind = LandingConflict['kind'];

/** One side of a conflict, as Git's index keeps it: 1 what both had, 2 the branch's, 3 the thread's. */
export interface ConflictStage {
  readonly stage: 1 | 2 | 3;
  readonly mode: string;
  readonly id: ObjectId;
}

export interface MergeConflict {
  /** Raw bytes. */
  readonly path: Uint8Array;
  readonly kind: MergeConflictKind;
  /** Empty where git tells of nothing that it could have done. */
  readonly stages: readonly ConflictStage[];
}

export type MergeAnswer =
  | { readonly kind: 'merged'; readonly tree: ObjectId }
  /** The tree has what git would leave in the files, markers included. */
  | { readonly kind: 'conflict'; readonly tree: ObjectId; readonly conflicts: readonly MergeConflict[] };

/** A worktree in which a branch is checked out. */
export interface BranchPlace {
  readonly directory: string;
  readonly gitDir: string;
  /** What somebody is in the middle of there, such as a rebase; null for nothing. */
  readonly busy: string | null;
}

/** How a worktree follows its branch; commits and trees by id, null for none and the empty one. */
export interface FollowStep {
  readonly place: Pick<BranchPlace, 'directory' | 'gitDir'>;
  /** What stands in the index. */
  readonly indexFrom: ObjectId | null;
  readonly indexTo: ObjectId | null;
  /** What stands in the work tree. */
  readonly filesFrom: ObjectId | null;
  readonly filesTo: ObjectId | null;
}

/** What the user's own index of a worktree holds. */
export interface WorktreeIndex {
  /** Written as a tree, durable; null where paths are unmerged. */
  readonly tree: ObjectId | null;
  /** Raw bytes. */
  readonly unmerged: readonly Uint8Array[];
  /** Entries of submodules that are merged. */
  readonly submodules: readonly { readonly path: Uint8Array; readonly mode: string; readonly id: ObjectId }[];
}

/** What the user's own index of a worktree is to hold. */
export interface IndexContent {
  readonly tree: ObjectId | null;
  /** Take the place of the tree's entries at their paths. */
  readonly unmerged: readonly (ConflictStage & { readonly path: Uint8Array })[];
}

/** What bringing a thread into a branch needs of Git. No hook runs, and no program that the repository names. */
export interface Landing {
  /** Merges as git does, renames and attributes included. Writes blobs and trees, and nothing that shows. */
  merge(question: MergeQuestion, theirs: ObjectId): Promise<MergeAnswer>;
  /** The message with a paragraph of trailers at its end, as `git interpret-trailers` writes it. */
  addTrailers(message: string, trailers: readonly Trailer[]): Promise<string>;
  isAncestor(commit: ObjectId, head: ObjectId): Promise<boolean>;
  /** A newest commit that both have among their ancestors; null for none. */
  commonAncestor(one: ObjectId, other: ObjectId): Promise<ObjectId | null>;
  /** Commits that one has among its ancestors, itself included, and the other has not; null where either is gone. */
  countCommits(from: ObjectId, to: ObjectId): Promise<number | null>;
  /** Whether a ref is a symbolic one, which would be taken away by moving it. */
  isSymbolic(ref: string): Promise<boolean>;
  /** Worktrees that have the branch checked out, or are in the middle of a rebase of it. */
  placesOf(ref: string): Promise<readonly BranchPlace[]>;
  /** What a capture would find in a worktree that stands at a tree; raw bytes. Nothing where it is gone. */
  differing(
    place: Pick<BranchPlace, 'directory' | 'gitDir'>,
    tree: ObjectId | null,
  ): Promise<readonly Uint8Array[]>;
  /** Paths that keep a worktree from following: changed, staged, or in the way. Changes nothing. */
  obstacles(step: FollowStep): Promise<readonly Uint8Array[]>;
  /**
   * Brings index and files to where the step says. Can be done again after any kill: a file that is there already is
   * left. Throws `WORKTREE_DIRTY` for a file that is neither as before nor as after, and writes over none.
   */
  follow(step: FollowStep): Promise<void>;
  /** What somebody is in the middle of in a worktree, such as a rebase; null for nothing. */
  underWay(gitDir: string): Promise<string | null>;
  readIndex(place: FollowStep['place']): Promise<WorktreeIndex>;
  /** Replaces the index in one step, durable. Files are not touched. */
  writeIndex(place: FollowStep['place'], content: IndexContent): Promise<void>;
}
