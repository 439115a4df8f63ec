import { parseDigest, type Digest, type StateId } from './id.ts';

/** Everything that heddle keeps among Git's refs lies below this. */
export const HEDDLE_REFS = 'refs/heddle/';
export const AUTHORITY_REF = 'refs/heddle/authority';
/** Tombstones, lifts, purges and receipts: a set that only grows. */
export const TOMBSTONES_REF = 'refs/heddle/tombstones';
/** Requests and their answers: a set that only grows. */
export const REQUESTS_REF = 'refs/heddle/requests';
/** Imported attribution of other tools: a set, from which an undo takes out what it brought. */
export const IMPORTS_REF = 'refs/heddle/imports';
/** Reviews of states: a set that only grows. */
export const REVIEWS_REF = 'refs/heddle/reviews';
/** What was written over in this clone's worktrees, for as long as it can be undone; never travels. */
export const SNAPSHOT_REFS = 'refs/heddle/snapshots/';
export const THREAD_REFS = 'refs/heddle/threads/';
/** Newest states of threads that were dropped, each under its state's id: what keeps them for an undo. */
export const DROPPED_REFS = 'refs/heddle/dropped/';

/** Closed segments of operation logs, each replica's under its id. A replica's own are made by it alone. */
export const OPLOG_REFS = 'refs/heddle/oplog/';

/** The ref of what a replica published of its log. */
export function oplogRef(replica: Digest): string {
  return OPLOG_REFS + replica;
}

/** The replica that a ref below {@link OPLOG_REFS} is of; undefined for any other name. */
export function replicaOf(ref: string): Digest | undefined {
  if (!ref.startsWith(OPLOG_REFS)) return undefined;
  try {
    return parseDigest(ref.slice(OPLOG_REFS.length));
  } catch {
    return undefined;
  }
}

/** States of other clones at which a thread went another way than here, each under its id: kept until they meet. */
export const DIVERGED_REFS = 'refs/heddle/diverged/';

/** What was fetched, by remote: moved by a fetch, without a line, and used only once it was verified. */
export const REMOTE_REFS = 'refs/heddle/remotes/';

/** Tells whether a ref names a thread's newest state: of this clone, dropped or not, or as a remote had it, taken over or not. */
export function isThreadHead(ref: string): boolean {
  if (ref.startsWith(DROPPED_REFS) || ref.startsWith(DIVERGED_REFS)) return true;
  return ref.startsWith(THREAD_REFS) || /^refs\/heddle\/remotes\/.+\/threads\/./.test(ref);
}

/** Git's own branches; only a landing moves one, and what takes it back. */
export const BRANCH_REFS = 'refs/heads/';

/** Git's notes, of whatever tool; only an export that is asked to moves one, and what takes it back. */
export const NOTES_REFS = 'refs/notes/';

/** The ref of Git's own among moves of refs, a branch or notes; null for none. */
export function movedBranch(refs: readonly { readonly name: string }[]): string | null {
  const own = refs.find(({ name }) => name.startsWith(BRANCH_REFS) || name.startsWith(NOTES_REFS));
  return own?.name ?? null;
}

/** The ref of a branch. The name was parsed before. */
export function branchRef(branch: string): string {
  return BRANCH_REFS + branch;
}

/** The ref of a thread's newest state. The name was parsed before. */
export function threadRef(thread: string): string {
  return THREAD_REFS + thread;
}

/** The ref that keeps the newest state of a dropped thread. */
export function droppedRef(state: StateId): string {
  return DROPPED_REFS + state;
}

/** The ref that keeps what another clone's thread stood at. */
export function divergedRef(state: StateId): string {
  return DIVERGED_REFS + state;
}
