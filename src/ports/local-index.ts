import type { LogMark } from './log.ts';
import type { ObjectId } from './objects.ts';

/** `states`: state id to its carrier. `operations`: operation id to its place, `<replica> <seq>`. */
export type IndexTable = 'states' | 'operations';

/** How far each table was brought up to date; null for one that was not made. */
export interface IndexCoverage {
  /** Thread heads, sorted: the table holds each state that can be reached from them, and no other. */
  readonly states: readonly ObjectId[] | null;
  /** One for each replica, sorted: the table holds every line up to them, and no other. */
  readonly operations: readonly LogMark[] | null;
}

export interface IndexEntry {
  /** A full id. */
  readonly key: string;
  readonly value: string;
}

/** An index that is open in this process alone. What a method throws ends the session, never the verb. */
export interface IndexSession {
  /** As it was when the session began; what was written since does not show in it. */
  readonly coverage: IndexCoverage;
  /** Entries whose key begins so, in order. */
  find(table: IndexTable, beginning: string): Promise<readonly IndexEntry[]>;
  /** Adds entries to a table, and says how far it reaches now. */
  extend<T extends IndexTable>(
    table: T,
    entries: readonly IndexEntry[],
    coverage: NonNullable<IndexCoverage[T]>,
  ): Promise<void>;
  /** Forgets everything in both tables. */
  clear(): Promise<void>;
}

/** What stands on the disk, without opening it. */
export type IndexReport =
  | { readonly kind: 'missing' | 'damaged' | 'locked' }
  | { readonly kind: 'ready'; readonly coverage: IndexCoverage; readonly entries: number };

/**
 * A database derived from refs and logs: deleting it loses nothing, and whoever cannot have it scans. It belongs
 * to one clone and one home; what it holds was written by this replica, or it is not read at all. Whether its
 * coverage is that of the present refs and logs is for the caller to see before it believes an entry.
 */
export interface LocalIndex {
  /**
   * Opens the index for one piece of work, and closes it. One that is missing or damaged begins empty. Undefined
   * where it cannot be had: another process has it, this home has no secret for it, it fails. Errors of `work`
   * itself pass through.
   */
  use<T>(work: (session: IndexSession) => Promise<T>): Promise<T | undefined>;
  inspect(): Promise<IndexReport>;
  /**
   * Removes the indexes of every home in this clone, with their files, and waits for who has one open. Durable on
   * return. Throws `LOCK_HELD`, `IO_FAILED`.
   */
  destroy(): Promise<void>;
}
