import type { Claim } from '#domain/claim/claim.ts';
import type { PendingLanding } from '#domain/landing/pending-landing.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { LoggedOperation, OperationLine, OperationTexts } from '#domain/operation/operation.ts';
import type { Digest, OperationId } from '#domain/id.ts';
import type { WorktreePosition } from './repository.ts';

/** What the next line of a replica must say of its place. */
export interface LogHead {
  /** The next line's: 0 in an empty log. */
  readonly seq: number;
  /** The last line's id; null in an empty log. */
  readonly prev: OperationId | null;
  /** The next line's: one more than the highest over every replica in this clone. */
  readonly lamport: number;
}

/** How far a replica's log goes: its last line. */
export interface LogMark {
  readonly replica: Digest;
  readonly seq: number;
  readonly id: OperationId;
}

/** A defect of a log: which replica, which line, what. */
export interface LogFinding {
  readonly replica: string;
  readonly seq: number | null;
  readonly what: string;
}

/** A line and its sidecar as they stand in a log. */
export interface StoredOperation {
  readonly id: OperationId;
  readonly line: OperationLine;
  /** Canonical bytes of the line. */
  readonly bytes: Uint8Array;
  /** The sidecar, or what stands for a redacted one. */
  readonly texts: Uint8Array;
}

/** One clone's operation logs, all replicas. Appending needs the repository lock. */
export interface OperationLog {
  head(replica: Digest): Promise<LogHead>;
  /**
   * Appends sidecar and line, each fsynced, the sidecar first. When it resolves the operation is
   * committed: **the commit point**.
   */
  append(line: OperationLine, texts: OperationTexts): Promise<OperationId>;
  /** The last line of every replica, sorted by replica. Reads no more than the ends. */
  tails(): Promise<readonly LogMark[]>;
  /** Newest first over all replicas, by lamport, then replica. Reads from the end; stops when told. */
  newest(): AsyncIterable<LoggedOperation>;
  /**
   * One replica's operations from a line on, oldest first, byte for byte. Sequence, chain and sidecars are checked on
   * the way: throws `LOG_CORRUPT` at the first that is wrong.
   */
  storedFrom(replica: Digest, seq: number): AsyncIterable<StoredOperation>;
  /** All lines of all replicas, checked: chain, sequence, sidecar digests. Findings instead of throws. */
  check(): Promise<{
    readonly operations: readonly LoggedOperation[];
    readonly findings: readonly LogFinding[];
  }>;
  /** The last line of each replica that is not marked as applied. */
  unapplied(): Promise<readonly LoggedOperation[]>;
  /** Notes that a line's refs and effects are done. Not fsynced: losing it repeats harmless work. */
  markApplied(operation: LoggedOperation): Promise<void>;
  /** Cuts torn last lines off; returns what was cut. */
  repairTails(): Promise<readonly LogFinding[]>;
  /**
   * Puts other sidecars in the places of some, whole segments at a time: each is the one that its line names, or what
   * stands for a redacted one. Durable on return; repeating it is harmless, and lines that are not in this clone are
   * passed over. Needs the repository lock. Throws `LOG_CORRUPT` where a segment's sidecars cannot be told apart.
   */
  replaceTexts(sidecars: ReadonlyMap<OperationId, Uint8Array>): Promise<void>;
  /** Keeps a sealed chain beside the log; durable on return. */
  keepChain(digest: Digest, sealed: Uint8Array): Promise<void>;
  readChain(digest: Digest): Promise<Uint8Array | undefined>;
}

/** One writer at a time in a clone, whatever the worktree. */
export interface RepositoryLock {
  /** Runs `work` with the lock; waits for a live holder, takes over a dead one's. Throws `LOCK_HELD` (exit 75). */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** The same without waiting; undefined where somebody holds it. */
  tryRun<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** Whether it is held through this very object. */
  isHeld(): boolean;
}

/** The note of a pending landing, with what tells that this user's own clone wrote it. */
export interface SealedLanding {
  readonly pending: PendingLanding;
  readonly seal: Digest;
}

/** What a clone knows of a thread, with what tells that this user's own clone wrote it. */
export interface SealedThread {
  readonly record: ThreadRecord;
  /** Null where nobody vouches for it. */
  readonly seal: Digest | null;
}

/** Local records beside the log: made from it, remade by recovery. */
export interface LocalRecords {
  /** This clone's settings: `{cloneId, genesis}`; undefined where heddle was not initialised here. */
  readClone(): Promise<{ readonly cloneId: string; readonly genesis: string } | undefined>;
  /** The same records for a clone with other settings, which are written nowhere: to look before anything is begun. */
  assuming(clone: { readonly cloneId: string; readonly genesis: string }): LocalRecords;
  writeClone(clone: { readonly cloneId: string; readonly genesis: string }): Promise<void>;
  readPosition(gitDir: string): Promise<WorktreePosition | undefined>;
  writePosition(gitDir: string, position: WorktreePosition | undefined): Promise<void>;
  /** The note of a landing that waits in a worktree, and its seal. */
  readLanding(gitDir: string): Promise<SealedLanding | undefined>;
  /** Durable on return. */
  writeLanding(gitDir: string, landing: SealedLanding | undefined): Promise<void>;
  /** What this clone was about to do outside the repository: a digest of the line that says so. */
  readUndertaking(): Promise<Digest | undefined>;
  /** Durable on return. */
  writeUndertaking(mark: Digest): Promise<void>;
  /** By name. What they say is for `usecases/threads/record` to believe, as it is of one. */
  listThreads(): Promise<readonly SealedThread[]>;
  readThread(thread: string): Promise<SealedThread | undefined>;
  /** Durable on return. */
  writeThread(thread: string, sealed: SealedThread | undefined): Promise<void>;
  /** Every claim that can be read, by thread; one look at a directory where there is none. */
  listClaims(): Promise<readonly Claim[]>;
  /** Throws `FORMAT_INVALID` where there is one that cannot be read: nobody knows whose it is. */
  readClaim(thread: string): Promise<Claim | undefined>;
  writeClaim(thread: string, claim: Claim | undefined): Promise<void>;
}
