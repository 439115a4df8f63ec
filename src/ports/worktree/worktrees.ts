import type { LineTracers } from '#ports/line-origins.ts';
import type { ObjectId, ObjectReader, ObjectWriter, TreeComparer } from '#ports/objects.ts';
import type { Landing, RepositoryPlaces, Revisions, ScannedWorktree, Worktree } from '#ports/repository.ts';

/** A worktree and where it is. */
export interface OpenWorktree {
  readonly places: RepositoryPlaces;
  readonly worktree: Worktree;
  readonly aside: () => Promise<Aside>;
  /** Git keeps repositories of submodules for it, of such as are checked out no more, too: they go with it. */
  readonly keepsModules: boolean;
}

/** Linked worktrees. */
export interface Worktrees {
  /**
   * The path of a directory as `list` will name it, symbolic links resolved. Throws `OUTPUT_EXISTS` where it is
   * not empty, or a worktree already, `LOCK_HELD` where the repository's settings are being changed and have to be for
   * it. Changes nothing.
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
  /** The one that `list` names by this directory. */
  find(directory: string): Promise<{ readonly gitDir: string } | undefined>;
  list(): Promise<readonly { readonly directory: string; readonly gitDir: string }[]>;
}

/**
 * A repository whose work trees are looked at: what that writes is read with everything else, and lies beside the store
 * until it is kept. So nothing is stored that is refused once it is known, or that is only shown. Whatever writes
 * through another port does not see it.
 */
export interface Aside {
  readonly objects: ObjectReader;
  /** Writes beside the store, too. */
  readonly writer: ObjectWriter;
  readonly comparer: TreeComparer;
  readonly revisions: Revisions;
  readonly lineTracers: LineTracers;
  readonly landing: () => Promise<Landing>;
  readonly worktree: ScannedWorktree;
  readonly worktreeAt: (gitDir: string) => Promise<ScannedWorktree | undefined>;
  /** Stores all of it, durable, and what the scan of `worktree` learned for the next one. */
  keep(): Promise<void>;
  /**
   * Stores what of it these trees and blobs reach, durable, and nothing else; `known` is a tree that is stored already,
   * which spares looking through it.
   */
  keepOnly(roots: readonly ObjectId[], known: ObjectId | null): Promise<void>;
  /** Throws away what was not kept. */
  close(): Promise<void>;
}
