import type { Role } from '#domain/authority/role.ts';
import type { AuthorityId, Digest, OperationId, StateId, TombstoneId } from '#domain/id.ts';
import type { Attention, Finding } from '#domain/result-parts.ts';
import type { Instant } from '#domain/time.ts';

/** How a remote's thread stands beside the one of this clone after a pull. */
export type PulledThread = {
  readonly thread: string;
  /**
   * `advanced`: this clone's moved forward to it; `ahead`: this clone has more; `diverged`: both went on, and this
   * clone's stays; `dropped`: it was dropped here as it stands there.
   */
  readonly outcome: 'new' | 'advanced' | 'current' | 'ahead' | 'diverged' | 'dropped';
  /** What this clone's stood at; null for none. */
  readonly before: StateId | null;
  /** What the remote has. */
  readonly state: StateId;
};

/** A record of authority that gives nothing any more, since the other side took away what it stands on, or gave it too. */
export type BeatenRecord = {
  readonly record: AuthorityId;
  readonly kind: 'grant' | 'key' | 'replica' | 'policy' | 'unfreeze';
  readonly by: string;
  /** Whom it is about: of a grant and of keys. */
  readonly principal: string | null;
  /** Of a grant. */
  readonly role: Role | null;
  /** Of a grant and of a policy. */
  readonly resource: string | null;
};

export type PullResult = {
  readonly remote: string;
  /** True where records of authority were taken over. */
  readonly authority: boolean;
  /** What gives nothing any more since both sides' authority was joined, by this pull or in another clone. */
  readonly beaten: readonly BeatenRecord[];
  readonly tombstones: { readonly added: readonly TombstoneId[]; readonly applied: readonly TombstoneId[] };
  /** Sets to which the remote added: `requests`, `reviews`, `imports`. */
  readonly sets: readonly string[];
  /** Lines of other clones' operation logs that were taken over. */
  readonly lines: number;
  readonly threads: readonly PulledThread[];
  /** What was not taken over, and why; it stopped nothing else. */
  readonly findings: readonly Finding[];
  readonly operation: OperationId | null;
};

export type PushResult = {
  readonly remote: string;
  readonly threads: readonly {
    readonly thread: string;
    readonly state: StateId;
    /** `behind`: it went on there. `diverged`: it went another way there. Both stay as they are on both sides. */
    readonly outcome: 'new' | 'advanced' | 'current' | 'behind' | 'diverged';
  }[];
  readonly branches: readonly {
    readonly branch: string;
    readonly commit: string;
    readonly outcome: 'new' | 'advanced' | 'current';
  }[];
  /** Names below `refs/heddle/` that were brought up to date beside the threads. */
  readonly records: readonly string[];
  /** What the receiving side wrote, a line each. */
  readonly said: readonly string[];
  /** Null where the remote had all of it, and this clone knew. */
  readonly operation: OperationId | null;
};

export type RemoteAddResult = { readonly remote: string; readonly url: string };

export type RemoteListResult = {
  readonly remotes: readonly {
    readonly name: string;
    /** Without credentials. */
    readonly url: string;
    /** Threads that were seen there and verified. */
    readonly threads: number;
    /**
     * The newest push to it and pull from it that this clone's log tells, a clone's beginning among them; null for none.
     */
    readonly pushedAt: Instant | null;
    readonly pulledAt: Instant | null;
  }[];
  /** Other clones whose logs this one knows, by their ids. */
  readonly replicas: readonly {
    readonly replica: Digest;
    /** Who answers for it; null where a joined authority chain has nobody who does. */
    readonly principal: string | null;
    /** Where its log came from last; null where this clone's own log does not tell. */
    readonly remote: string | null;
    /** Operations that it published, up to when. */
    readonly operations: number;
    readonly publishedAt: Instant;
  }[];
};

export type CloneResult = {
  /** Absolute. */
  readonly directory: string;
  readonly repository: string;
  readonly genesis: AuthorityId;
  /** False where the genesis was named beforehand: else the first fetch is believed. */
  readonly trustedOnFirstUse: boolean;
  readonly owners: readonly string[];
  readonly threads: number;
  /** What is checked out; null for none: the remote's own branch is not there, or no branch. */
  readonly branch: string | null;
  readonly attention: Attention;
  readonly replica: string;
  readonly operation: OperationId;
};
