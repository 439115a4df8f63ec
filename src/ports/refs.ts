import type { RefChange } from '#domain/operation/operation.ts';

export interface RefStore {
  /** Refs below a prefix (`refs/heddle/`), name to object id. */
  list(prefix: string): Promise<ReadonlyMap<string, string>>;
  read(name: string): Promise<string | undefined>;
  /** The same for a branch, `refs/heads/…`, or notes, `refs/notes/…`, which `read` refuses. */
  readBranch(name: string): Promise<string | undefined>;
  /**
   * Prepares one transaction: locks and checks every old value, and that those of `verify` are as given.
   * Nothing is visible until `commit`. Throws `REF_MOVED` naming the ref, before anything changed.
   *
   * @param branch the one branch, or notes, that may be among `changes`; every other ref is heddle's own.
   */
  prepare(
    changes: readonly RefChange[],
    verify: readonly RefChange[],
    branch?: string | null,
  ): Promise<PreparedRefs>;
  /** Removes the ref locks that a killed transaction of ours left; the repository lock must be held. */
  removeStaleLocks(): Promise<readonly string[]>;
}

export interface PreparedRefs {
  /** Moves every ref; visible and durable on return. */
  commit(): Promise<void>;
  abort(): Promise<void>;
}
