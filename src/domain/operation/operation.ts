import type { ThreadRecord } from './thread-record.ts';
import type { Actor } from '#domain/actor/actor.ts';
import type { Claim } from '#domain/claim/claim.ts';
import type { Gate } from '#domain/decision/gate.ts';
import type { AuthorityId, Digest, OperationId, StateId, TombstoneId } from '#domain/id.ts';
import type { PendingLanding } from '#domain/landing/pending-landing.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { SecretException } from '#domain/secrets/secret-exception.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/** Kinds of log entries; closed and append-only. */
export const OPERATION_KINDS = [
  'init',
  'thread-start',
  'capture',
  'undo',
  'token-mint',
  'token-attenuate',
  'key-add',
  'grant-add',
  'grant-remove',
  'recovery',
  'redact',
  'lift',
  'purge',
  'receipt',
  'freeze',
  'unfreeze',
  'token-revoke',
  'key-revoke',
  'key-rotate',
  'policy-set',
  'request',
  'approve',
  'deny',
  'run-start',
  'run-end',
  'thread-drop',
  'restore',
  'redo',
  'land',
  'attribution-import',
  'thread-rename',
  'review',
  'thread-claim',
  'thread-release',
  'attribution-export',
  'thread-split',
  'land-conflict',
  'continue',
  'abort',
  'adopt',
  'incident',
  'receive',
  'push',
  'pull',
  'secrets-allow',
  'posture',
  'hook',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

const MAKERS: ReadonlySet<OperationKind> = new Set(['capture', 'continue', 'thread-rename', 'thread-split']);

/**
 * Tells whether an operation only says what went from one clone to another. Whatever arrives is judged by itself, and its
 * line is written when all has left: nobody else can have seen it.
 */
export function tellsOfExchange(kind: OperationKind): boolean {
  return kind === 'push' || kind === 'pull';
}

/** Tells whether lines of a kind name the states that they made. */
export function makesStates(op: OperationKind): boolean {
  return MAKERS.has(op);
}

export interface Verdict {
  readonly verdict: 'allow' | 'deny';
  readonly stage: Gate | null;
  readonly code: string | null;
}

/**
 * One line of a replica's log. Its id (`ho-`) is the hash of the whole canonical line, `sig` included;
 * `sig` signs the hash of the line without `sig`, by `holder`, or by the replica's key where `holder` is it.
 */
export interface OperationLine {
  readonly repo: AuthorityId;
  readonly replica: Digest;
  /** From 0, without gaps, over all segments of the replica. */
  readonly seq: number;
  /** The line before in this replica; null at 0. */
  readonly prev: OperationId | null;
  readonly lamport: number;
  readonly at: Instant;
  readonly actor: Actor;
  readonly holder: PublicKeyHex;
  readonly chain: Digest | null;
  readonly op: OperationKind;
  readonly verdict: Verdict;
  readonly states: readonly StateId[];
  readonly policy: AuthorityId | null;
  readonly texts: Digest;
  /** base64url, 64 bytes. */
  readonly sig: string;
}

/** A ref's move; Git object ids in hexadecimal, null where the ref does not exist. */
export interface RefChange {
  readonly name: string;
  readonly old: string | null;
  readonly new: string | null;
}

/** An effect outside refs that recovery can repeat: applying one twice is applying it once. */
export type Effect =
  /** Where a worktree stands: written into `<git dir>/heddle/worktree.json`. */
  | {
      readonly kind: 'worktree';
      /** The worktree's Git directory, relative to the common one: `.` or `worktrees/<name>`. */
      readonly gitDir: string;
      readonly thread: string | null;
      readonly state: StateId | null;
    }
  /** A linked worktree, made and filled with a state's files (or a commit's); never overwrites another. */
  | {
      readonly kind: 'checkout';
      /** Absolute. */
      readonly directory: string;
      readonly commit: string | null;
      /** Git tree of the files; null leaves the directory empty. */
      readonly tree: string | null;
      readonly thread: string;
      readonly state: StateId | null;
    }
  /** A linked worktree that no longer belongs to a thread; its files stay. */
  | { readonly kind: 'leave'; readonly directory: string }
  /**
   * A linked worktree that is taken away, where it stands on this thread and holds no file but those of the state (of
   * its base where that is null). Where it holds anything else it no longer belongs to the thread, and its files stay.
   */
  | {
      readonly kind: 'discard';
      readonly directory: string;
      readonly thread: string;
      readonly state: StateId | null;
      /** Git tree of the base; null for that of the state, or of nothing. */
      readonly tree: string | null;
    }
  /** Files of a worktree, brought to one side of a snapshot as far as they stand as on the other. */
  | {
      readonly kind: 'restore';
      /** As in `worktree`. */
      readonly gitDir: string;
      /** The snapshot's commit. */
      readonly snapshot: string;
      readonly to: 'before' | 'after';
    }
  /** The index of a worktree, as the snapshot of a pending landing has it: as it was, or with the conflicts in it. */
  | {
      readonly kind: 'index';
      /** As in `worktree`. */
      readonly gitDir: string;
      readonly snapshot: string;
      readonly to: 'before' | 'after';
    }
  /** The note of a landing that waits in a worktree; null takes it away. */
  | { readonly kind: 'landing'; readonly gitDir: string; readonly pending: PendingLanding | null }
  /** A thread's local record, `<common dir>/heddle/threads/…`; `record` null removes it. */
  | { readonly kind: 'thread'; readonly thread: string; readonly record: ThreadRecord | null }
  /** Who alone may write to a thread, `<common dir>/heddle/claims/…`; `claim` null for everybody. */
  | { readonly kind: 'claim'; readonly thread: string; readonly claim: Claim | null }
  /**
   * A worktree in which a branch is checked out, after the branch was moved: its index becomes the commit's, and its
   * files too. Nothing of the user's own is written over.
   */
  | {
      readonly kind: 'follow';
      /** As a `worktree` effect names it. */
      readonly gitDir: string;
      /** The branch's commit before; null for none. */
      readonly from: string | null;
      readonly to: string | null;
      /** The state whose files stand there; null where those of `from` do. */
      readonly state: StateId | null;
      /** `stay`: only the index follows. */
      readonly files: 'move' | 'stay';
    }
  /** What looks like a secret and is captured all the same, into the home's list of this clone. */
  | { readonly kind: 'exceptions'; readonly add: readonly SecretException[] }
  /** Content that a tombstone covers leaves this clone's work trees, and is refused from now on. */
  | { readonly kind: 'veil'; readonly tombstone: TombstoneId }
  /** The same taken back from the quarantine, which goes. */
  | { readonly kind: 'unveil'; readonly tombstone: TombstoneId }
  /** Covered content is destroyed in this clone, and a receipt says so. */
  | { readonly kind: 'purge'; readonly tombstone: TombstoneId };

/** The sidecar of a line: what could let somebody test a guess, salted and redactable. */
export interface OperationTexts {
  readonly salt: string;
  readonly resource: string | null;
  readonly paths: readonly string[];
  /** The verb's arguments that matter for replay by `--op-id`, never a secret. */
  readonly args: Json;
  readonly refs: readonly RefChange[];
  readonly effects: readonly Effect[];
  /** What `undo` would do, or null. */
  readonly inverse: { readonly refs: readonly RefChange[]; readonly effects: readonly Effect[] } | null;
  /** The verb's result as JSON, for `--op-id`. */
  readonly result: Json;
}

export interface LoggedOperation {
  readonly id: OperationId;
  readonly line: OperationLine;
  /** `redacted` where the sidecar was replaced. */
  readonly texts: OperationTexts | 'redacted';
}
