import type { ObjectId, ObjectReader, ObjectWriter, TreeComparer } from '#ports/objects.ts';
import type { Revisions } from '#ports/repository.ts';

/** One ref of a remote that a push moves: only from `old`, which is what the remote was seen with. */
export interface RemoteUpdate {
  /** Full name at the remote. */
  readonly ref: string;
  /** Null where the remote has none. */
  readonly old: ObjectId | null;
  readonly new: ObjectId;
}

/** What a remote said of one ref that it did not move. */
export interface RefusedUpdate {
  readonly ref: string;
  /** `moved`: it stands elsewhere by now; `refused`: the receiving side does not want it; `other`: the rest of the push failed. */
  readonly kind: 'moved' | 'refused' | 'other';
  readonly why: string;
}

export interface PushAnswer {
  /** Refs that stand at the remote as they were pushed. */
  readonly moved: readonly string[];
  readonly refused: readonly RefusedUpdate[];
  /** What the receiving side wrote, cleaned, a line each; at most forty. */
  readonly said: readonly string[];
}

/** A content that a push would send and the remote may lack. */
export interface LeavingObject {
  readonly id: ObjectId;
  /** Raw bytes of a path that it stands at; null for commits and roots. */
  readonly path: Uint8Array | null;
}

/** Objects that were fetched and are not in the store yet, read beside it. Nothing of it is seen by any other process. */
export interface Incoming {
  readonly objects: ObjectReader;
  /** Writes among what was fetched. */
  readonly writer: ObjectWriter;
  readonly comparer: TreeComparer;
  readonly revisions: Revisions;
  /**
   * Takes into the store what these reach and no ref of the repository does, and nothing else. Durable on return. What
   * does not follow from any of them never enters.
   */
  keep(heads: readonly ObjectId[]): Promise<void>;
  /** Throws the rest away. */
  close(): Promise<void>;
}

/** A remote as the repository's configuration has it. */
export interface ConfiguredRemote {
  readonly name: string;
  /** Addresses that git would use, credentials and all: for judging, never for showing. */
  readonly addresses: readonly string[];
}

/**
 * Other repositories, by way of native git: files, ssh and http(s). No program that the repository names runs, no prompt
 * comes up where there is no terminal. Throws `REMOTE_UNKNOWN`, `REMOTE_REFUSED` for an address of any other kind,
 * `REMOTE_FAILED` where it cannot be reached.
 */
export interface Transport {
  /** Throws `REMOTE_UNKNOWN`. */
  find(name: string): Promise<ConfiguredRemote>;
  /** Addresses that a push to it would go to, after what git's configuration puts in place of them. Throws `REMOTE_UNKNOWN`. */
  pushAddresses(name: string): Promise<readonly string[]>;
  /** Adds a remote to the repository's configuration. Throws `REMOTE_EXISTS`, `REMOTE_REFUSED`. */
  add(name: string, address: string): Promise<void>;
  /** Whether it was said, or learnt, that the host takes no `refs/heddle/*`. */
  usesFallback(name: string): Promise<boolean>;
  /** Remembers that. */
  useFallback(name: string): Promise<void>;
  /**
   * Takes away what git noted of the branch that stands in for those refs: after a push it names a commit that this
   * clone does not keep, and git works no longer. Repeating it is harmless.
   */
  forgetFallback(name: string): Promise<void>;
  /** Refs below any of these prefixes, as the remote has them now. */
  list(name: string, prefixes: readonly string[]): Promise<ReadonlyMap<string, ObjectId>>;
  /** Fetches objects, tips of the remote's refs, beside the store. Throws `REMOTE_MOVED` where one is there no more. */
  fetch(name: string, tips: readonly ObjectId[]): Promise<Incoming>;
  /**
   * One push of exactly these refs. With `atomic` all of them or none; `not-atomic`, and nothing was pushed, where the
   * receiving side does not know how.
   *
   * @param options.beside objects that are not in the store may be pushed, too.
   */
  push(
    name: string,
    updates: readonly RemoteUpdate[],
    options: { readonly atomic: boolean; readonly beside: Incoming },
  ): Promise<PushAnswer | 'not-atomic'>;
  /** Objects that these reach and those do not. */
  leaving(heads: readonly ObjectId[], known: readonly ObjectId[]): Promise<readonly LeavingObject[]>;
  /** The commits that these lead to and those do not, oldest first, each with its parents. */
  leavingCommits(
    heads: readonly ObjectId[],
    known: readonly ObjectId[],
  ): Promise<readonly { readonly commit: ObjectId; readonly parents: readonly ObjectId[] }[]>;
  /** Tells whether a commit is among the ancestors of another, or is it; false where either is missing. */
  isAncestor(commit: ObjectId, head: ObjectId): Promise<boolean>;
}
