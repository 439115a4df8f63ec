import type { AuthorityId, OperationId, StateId, TombstoneId } from '#domain/id.ts';
import type { CoveredRecord } from '#domain/removal/covered-record.ts';
import type { ReasonCode } from '#domain/removal/tombstone.ts';
import type { AttestationStatus } from '#domain/state/state.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { ActorResult } from './work-results.ts';

/** Where removed content stands or is kept alive; closed and append-only. */
export const RESIDUE_PLACES = [
  'worktree',
  'index',
  'private-index',
  'resolve-undo',
  'stash',
  'reflog',
  'pseudo-ref',
  'ref',
  'operation',
  'loose-object',
  'pack',
  'temporary',
  'cache',
  'lfs',
  'submodule',
  'alternate',
  'derived',
  'local-record',
  'quarantine',
  'similar',
] as const;

export type ResiduePlace = (typeof RESIDUE_PLACES)[number];

export type Residue = {
  readonly place: ResiduePlace;
  /** A ref, or an escaped path below the common directory or the worktree; never a content. */
  readonly where: string;
  /** `heddle`: purge destroys it. `git`, `user`: purge does not touch it, and says so. */
  readonly owner: 'heddle' | 'git' | 'user';
  /** One clause; null where the place says it all. */
  readonly note: string | null;
};

/** A file of one of this clone's worktrees. */
export type WorktreePath = { readonly worktree: string; readonly path: string };

export type RedactResult = {
  /** Null for a dry run. */
  readonly tombstone: TombstoneId | null;
  readonly reasonCode: ReasonCode;
  readonly rotatedAt: Instant | null;
  /** How many contents are hidden, or of how many parts are. */
  readonly contents: number;
  /** How many parts are cut out of them; null where all of each goes. */
  readonly parts: number | null;
  /** States that held the content, over all threads. */
  readonly states: readonly StateId[];
  /** Each thread and path that changes: what was asked for. */
  readonly places: readonly { readonly thread: string; readonly path: string; readonly states: number }[];
  /** Records whose texts go, the one that was named first; none where a file goes. */
  readonly texts: readonly {
    readonly record: CoveredRecord;
    /** What sort of record, in a word. */
    readonly what: string;
    /** Null where it is of no thread. */
    readonly thread: string | null;
  }[];
  /** Files that were replaced in this clone's worktrees. */
  readonly replaced: readonly WorktreePath[];
  /** Files at these paths that hold something else, and were left alone. */
  readonly edited: readonly WorktreePath[];
  /** Where this clone still holds the bytes until purge. */
  readonly residue: readonly Residue[];
  readonly dryRun: boolean;
  /** Null for a dry run. */
  readonly operation: OperationId | null;
};

/** How bytes stand for a secret: as they are, encoded, or with the ends of lines in between. Closed and append-only. */
export const SECRET_FORMS = ['plain', 'base64', 'hex', 'url', 'utf-16', 'json', 'split'] as const;
export type SecretForm = (typeof SECRET_FORMS)[number];

/** Where a secret stands; closed and append-only. */
export const SECRET_PLACES = [
  'file',
  'intent',
  'operation',
  'run',
  'request',
  'record',
  'git-file',
  'stash',
  'note',
  'commit',
  'tag',
  'ref',
  'name',
  'index',
  'worktree',
  'git-dir',
  'unreachable',
] as const;
export type SecretPlaceKind = (typeof SECRET_PLACES)[number];

/** A place where a secret stands. No text of it is the secret: that is written as `[secret]`. */
export type SecretPlace = {
  readonly place: SecretPlaceKind;
  /** An escaped path, a ref, a state, an operation or a commit, as the kind of place has it. */
  readonly where: string;
  /** Of `file` and `intent`: the thread of the newest state. */
  readonly thread: string | null;
  /** Of `file` and `intent`: the newest state. */
  readonly state: StateId | null;
  /** How many states hold it there. */
  readonly states: number;
  readonly forms: readonly SecretForm[];
  /** One clause; null where the place says it all. */
  readonly note: string | null;
  /** A command that hides it there; null where heddle has none. */
  readonly fix: readonly string[] | null;
};

/** What a search for a secret found in this clone. */
export type RedactFindResult = {
  readonly found: boolean;
  readonly places: readonly SecretPlace[];
  readonly searched: { readonly objects: number; readonly operations: number; readonly files: number };
  /** What was not looked into; clauses. */
  readonly notSearched: readonly string[];
};

/** What a rewriting of Git's own history changes: told where it is asked for, and never kept. */
export type RewriteResult = {
  /** Commits that get another id. */
  readonly commits: number;
  /** Refs that move; in order. */
  readonly refs: readonly string[];
  /** Work trees that stand on what is rewritten; `ref` is null for a detached HEAD. */
  readonly worktrees: readonly { readonly directory: string; readonly ref: string | null }[];
  readonly stashes: number;
  /** Notes that follow the commit that they are on. */
  readonly notes: number;
  /** Commits that lose their signature, by their id before; not more than the first hundred of `unsigned`. */
  readonly signedCommits: readonly { readonly commit: string; readonly subject: string }[];
  readonly unsigned: number;
  /** Annotated tags that lose their signature. */
  readonly signedTags: readonly string[];
  /** Where a part went from among other things: paths of contents, not more than the first hundred; messages. */
  readonly masked: { readonly paths: readonly string[]; readonly files: number; readonly messages: number };
};

export type PurgeResult = {
  readonly tombstone: TombstoneId;
  readonly reasonCode: ReasonCode;
  readonly rotatedAt: Instant | null;
  /** Null for a dry run. */
  readonly outcome: 'complete' | 'incomplete' | null;
  readonly states: readonly StateId[];
  /** One clause for each thing that was destroyed. */
  readonly destroyed: readonly string[];
  /** Dry run: everything that holds the content. Afterwards: what still does. */
  readonly residue: readonly Residue[];
  /** What `--rewrite-git` changes, or changed; null without it. */
  readonly rewritten: RewriteResult | null;
  readonly dryRun: boolean;
  readonly operation: OperationId | null;
};

/** Whether a clone holds what a tombstone removed. */
export type CleanOfResult = {
  readonly tombstone: TombstoneId;
  /** `unknown`: this clone has nothing by which it could tell. */
  readonly verdict: 'clean' | 'holds' | 'unknown';
  /**
   * What was compared: the content itself, as this clone still has it; keyed digests, which know whole contents alone;
   * or the secret that was given. Null where nothing was.
   */
  readonly by: 'content' | 'digest' | 'secret' | null;
  /** Where it stands, or is kept encrypted until a purge. */
  readonly places: readonly Residue[];
  /** What was not looked into; clauses. */
  readonly notSearched: readonly string[];
};

export type TombstoneSummary = {
  readonly tombstone: TombstoneId;
  readonly status: 'redacted' | 'lifted' | 'purging' | 'purged';
  /** False of one that was lifted, and of one that counts for nothing: `findings` tell why. */
  readonly hides: boolean;
  readonly reasonCode: ReasonCode;
  /** Null where it was redacted itself. */
  readonly reason: string | null;
  readonly paths: readonly string[];
  readonly at: Instant;
  readonly rotatedAt: Instant | null;
  readonly actor: ActorResult;
  /** How many contents it covers. */
  readonly covers: number;
  /** Parts that are cut out of them; null where all of each goes. */
  readonly parts: number | null;
  /** How many names of files it covers. */
  readonly names: number;
  /** Records beside which it hides what was written. */
  readonly texts: readonly CoveredRecord[];
  readonly attestation: AttestationStatus;
};

export type TombstoneListResult = {
  readonly tombstones: readonly TombstoneSummary[];
  /** Records of the set that count for nothing, and why. */
  readonly findings: readonly Finding[];
};

/** What came of the tombstones that were fetched from a remote. */
export type TombstoneReceiveResult = {
  readonly remote: string;
  /** Tombstones that this clone did not know. */
  readonly added: readonly TombstoneId[];
  /** Those whose content this clone held and has hidden, given back or destroyed now. */
  readonly applied: readonly TombstoneId[];
  /** Records that were not taken over, and why. */
  readonly findings: readonly Finding[];
  /** Null where nothing was new, and nothing had to be done. */
  readonly operation: OperationId | null;
};

/** A signed record about a tombstone. */
export type TombstoneActResult = {
  readonly by: string;
  readonly at: Instant;
  readonly reason: string | null;
  readonly attestation: AttestationStatus;
};

export type TombstoneShowResult = TombstoneSummary & {
  readonly policy: AuthorityId;
  readonly holder: PublicKeyHex;
  readonly lifts: readonly TombstoneActResult[];
  readonly purges: readonly TombstoneActResult[];
  readonly receipts: readonly {
    readonly replica: string;
    /** True for the clone this was asked in. */
    readonly here: boolean;
    readonly at: Instant;
    readonly outcome: 'complete' | 'incomplete';
    readonly places: readonly string[];
    readonly attestation: AttestationStatus;
  }[];
  /** Replicas of the authority chain that are not known to have purged; empty unless it was purged. */
  readonly unconfirmed: readonly string[];
};

export type TombstoneVerifyResult = {
  readonly ok: boolean;
  readonly checked: {
    readonly tombstones: number;
    readonly lifts: number;
    readonly purges: number;
    readonly receipts: number;
    readonly signatures: number;
    readonly replacements: number;
  };
  readonly findings: readonly Finding[];
};
