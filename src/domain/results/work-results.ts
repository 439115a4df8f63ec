import type { HookRule } from '#domain/policy/policy.ts';
import type { Harness } from '#domain/harness/integration.ts';
import type { Attention, ChangedPath, Finding, UnfaithfulPath } from '#domain/result-parts.ts';
import type { ActorField, ActorSources } from '#domain/actor/actor.ts';
import type { Gate } from '#domain/decision/gate.ts';
import type { AuthorityId, DirectoryId, OperationId, StateId, TombstoneId } from '#domain/id.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import type { ReasonCode } from '#domain/removal/tombstone.ts';
import type { AttestationStatus } from '#domain/state/state.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import type { RoleAt } from './grant-results.ts';
import type { ClaimSummary } from './thread-results.ts';
import type { CredentialSummary } from './token-results.ts';

/** Who acted; {@link ActorField} names each. */
export type ActorResult = {
  readonly [Field in ActorField]: Field extends 'principal' ? string : string | null;
};

/** A removed content that a reader shows in place of bytes. */
export type RedactionNotice = {
  /** Null where what was written in the state is removed: its intent, task and evidence. */
  readonly path: string | null;
  readonly tombstone: TombstoneId;
  readonly reasonCode: ReasonCode;
  readonly by: string;
  readonly at: Instant;
  /** Null where it was redacted itself. */
  readonly reason: string | null;
  readonly purged: boolean;
};

export type StateSummary = {
  readonly state: StateId;
  readonly thread: string;
  readonly parents: readonly StateId[];
  readonly tree: DirectoryId;
  /** Null where none was given or it was redacted. */
  readonly intent: string | null;
  readonly task: string | null;
  readonly capturedAt: Instant;
  readonly actor: ActorResult;
  /** Names of agents, in order of delegation. */
  readonly via: readonly string[];
  readonly attestation: AttestationStatus;
  readonly policy: AuthorityId;
  readonly holder: PublicKeyHex;
  /** What of its files, and of its own texts, is hidden or destroyed. */
  readonly redacted: readonly RedactionNotice[];
};

/** What a clone began with, all of it verified, and what its caller has to do before working there. */
export type AdoptedRecords = {
  /** Who owns the whole repository now. */
  readonly owners: readonly string[];
  readonly threads: number;
  readonly tombstones: number;
  /** Signatures that were verified. */
  readonly signatures: number;
  readonly attention: Attention;
};

export type InitResult = {
  /** Formatted resource of the repository. */
  readonly repository: string;
  readonly genesis: AuthorityId;
  /** The first owner. */
  readonly principal: string;
  readonly replica: string;
  /** True where the principal's keys were made now. */
  readonly keyMade: boolean;
  /** True where the Git repository was made now. */
  readonly gitMade: boolean;
  /** What was fetched from another clone and verified; null where the authority chain was made now. */
  readonly adopted: AdoptedRecords | null;
  readonly operation: OperationId;
};

export type StatusResult = {
  readonly repository: string;
  /** Absolute. */
  readonly worktree: string;
  readonly thread: string | null;
  readonly state: StateId | null;
  /** Who alone may write to the thread; null where anybody may. */
  readonly claim: ClaimSummary | null;
  /** Since the last state; null where it cannot be told, as where no thread was started: `attention` says why. */
  readonly changed: readonly ChangedPath[] | null;
  /** The landing that waits here until its conflicts are resolved, and the paths that are left; null for none. */
  readonly landing: {
    readonly thread: string;
    readonly branch: string;
    readonly unmerged: readonly string[];
  } | null;
  readonly credential: CredentialSummary | null;
  readonly role: RoleAt | null;
  /** The variable that gave a running agent away. */
  readonly agentDetected: string | null;
  readonly attention: Attention;
  /** Open requests that the caller is named to answer. */
  readonly requests: number;
  /** Null where none of heddle's are installed in the clone. */
  readonly hooks: {
    readonly mode: HookRule;
    /** They stand as they were installed, and git looks where they are. */
    readonly ok: boolean;
  } | null;
  /** The harness that was wired to this clone in this home; null for none. */
  readonly harness: Harness | null;
};

export type WhoamiResult = {
  /** Null where nothing names a principal. */
  readonly actor: ActorResult | null;
  readonly sources: ActorSources | null;
  readonly credential: CredentialSummary | null;
  /** The principal's keys in this home. */
  readonly keys: { readonly root: PublicKeyHex; readonly record: PublicKeyHex } | null;
  /** Null outside a repository. */
  readonly registered: boolean | null;
  readonly roles: readonly RoleAt[];
  readonly agentDetected: string | null;
};

export type StartResult = {
  readonly thread: string;
  readonly task: string | null;
  readonly from: StateId | null;
  /** Git commit it starts from. */
  readonly base: string | null;
  /** Absolute. */
  readonly worktree: string;
  readonly operation: OperationId;
};

export type CaptureResult = {
  /** The new state, or the one that already held this tree. */
  readonly state: StateId;
  /** False where nothing changed. */
  readonly created: boolean;
  /** The state in whose place the new one stands, which is kept; null where none was amended. */
  readonly replaces: StateId | null;
  readonly thread: string;
  readonly parents: readonly StateId[];
  /** Since the thread's newest state, the replaced one where there is one. */
  readonly changed: readonly ChangedPath[];
  readonly unfaithful: readonly UnfaithfulPath[];
  /** Null where nothing changed. */
  readonly operation: OperationId | null;
};

export type RestoreResult = {
  /** Of this worktree. */
  readonly thread: string;
  /** State or Git commit id; null where the thread began from nothing. */
  readonly from: string | null;
  /** What was done to files of the work tree; empty where all stood as they should. */
  readonly restored: readonly ChangedPath[];
  /** Null where nothing was to be done. */
  readonly operation: OperationId | null;
};

export type LogResult = {
  readonly thread: string;
  /** Only states that changed it are listed, escaped; null where all are. */
  readonly path: string | null;
  readonly states: readonly StateSummary[];
};

export type ShowResult = {
  readonly state: StateSummary;
  readonly changed: readonly ChangedPath[];
  /** Bytes that are not UTF-8 are replaced. Null where a redaction hides it. */
  readonly patch: string | null;
};

export type DiffResult = {
  /** State or Git commit id; null for the empty tree. */
  readonly from: string | null;
  /** Null for the work tree. */
  readonly to: string | null;
  readonly changed: readonly ChangedPath[];
  readonly patch: string | null;
  /** Contents that were left out of the patch, or stand as replacements in it. */
  readonly redacted: readonly RedactionNotice[];
};

export type ThreadSummary = {
  readonly thread: string;
  readonly task: string | null;
  readonly head: StateId | null;
  /** How many. */
  readonly states: number;
  /** Of the newest state, or who started it. */
  readonly principal: string | null;
  readonly via: readonly string[];
  readonly capturedAt: Instant | null;
  /** True for the thread of this worktree. */
  readonly current: boolean;
  readonly worktree: string | null;
  /** Null where anybody may write to it. */
  readonly claim: ClaimSummary | null;
  /** Newest states of the same thread that went another way in other clones, and are kept here. */
  readonly diverged: readonly StateId[];
};

export type ThreadListResult = { readonly threads: readonly ThreadSummary[] };

export type ThreadShowResult = ThreadSummary & {
  readonly from: StateId | null;
  readonly base: string | null;
  readonly startedBy: string | null;
  readonly startedAt: Instant | null;
  /** What landing rules of the branch that is checked out here still miss; clauses. */
  readonly missing: readonly string[];
};

export type OplogEntry = {
  readonly id: OperationId;
  readonly replica: string;
  readonly seq: number;
  readonly at: Instant;
  readonly op: OperationKind;
  readonly verdict: 'allow' | 'deny';
  readonly code: string | null;
  readonly stage: Gate | null;
  readonly actor: ActorResult;
  readonly via: readonly string[];
  /** Null where there is none or it was redacted. */
  readonly resource: string | null;
  /** True of a freeze that its author made as break-glass. */
  readonly breakGlass: boolean;
  readonly states: readonly StateId[];
};

export type OplogResult = { readonly operations: readonly OplogEntry[] };

export type VerifyResult = {
  readonly ok: boolean;
  readonly checked: {
    readonly states: number;
    readonly signatures: number;
    readonly chains: number;
    readonly operations: number;
    readonly records: number;
    readonly objects: number;
    readonly tombstones: number;
  };
  readonly findings: readonly Finding[];
};

export type DoctorResult = {
  readonly ok: boolean;
  readonly index: {
    readonly status: 'current' | 'behind' | 'missing' | 'damaged' | 'locked' | 'rebuilt';
    /** How many entries; null where it could not be read. */
    readonly entries: number | null;
  };
  readonly findings: readonly Finding[];
};
