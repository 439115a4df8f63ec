/*
 * What each verb answers: the published JSON (`docs/schemas/<kind>.v1.json`) without its `schema` field.
 * Absent values are null and empty lists `[]`, so every field is always there. Type aliases, not interfaces:
 * only those count as JSON where a result is kept in the operation log. One file on purpose: the whole published
 * surface is read in one place, beside one schema each.
 */
import type { BlameResult, WhoResult } from './results/blame.ts';
import type { RunExplainResult, RunListResult, RunResult, RunShowResult } from './results/run.ts';
import type { ActorField, ActorSources } from './actor/actor.ts';
import type {
  Allowance,
  AskedRule,
  DenialCode,
  FailedCheck,
  Fix,
  Gate,
  HeldRole,
  Via,
} from './decision/decision.ts';
import type { AuthorityId, DirectoryId, OperationId, StateId, TombstoneId } from './id.ts';
import type { ReasonCode } from './removal/tombstone.ts';
import type { PolicyLogResult, PolicySetResult, PolicyShowResult } from './results/policy-results.ts';
import type { OperationKind } from './operation/operation.ts';
import type { RequestOperation, Role } from './authority/role.ts';
import type {
  ApproveResult,
  DenyResult,
  RequestListResult,
  RequestResult,
  RequestShowResult,
} from './results/request-results.ts';
import type { AttestationStatus } from './state/state.ts';
import type { Instant } from './time.ts';
import type { BudgetKind } from './token/budget.ts';
import type { PublicKeyHex } from './token/token.ts';

/** Who acted; {@link ActorField} names each. */
export type ActorResult = {
  readonly [Field in ActorField]: Field extends 'principal' ? string : string | null;
};

/** One differing path, escaped; a rename is a deletion and an addition. */
export type ChangedPath = {
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted' | 'type';
};

/** A file that a checkout would not give back byte for byte. */
export type UnfaithfulPath = { readonly path: string; readonly why: string };

/** A defect: what kind, of which id or path, and one clause. */
export type Finding = { readonly kind: string; readonly subject: string; readonly message: string };

/** A removed content that a reader shows in place of bytes. */
export type RedactionNotice = {
  readonly path: string;
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
  /** What of its files is hidden or destroyed. */
  readonly redacted: readonly RedactionNotice[];
};

/** One bound on what a token may use up; each counts under its own holder. */
export type BudgetResult = {
  readonly budget: BudgetKind;
  readonly holder: PublicKeyHex;
  readonly atMost: number;
  /** Null where no log is there to count in. */
  readonly left: number | null;
};

/** What all blocks of a token together leave. */
export type EffectiveScope = {
  /** Null: not narrowed. */
  readonly operations: readonly RequestOperation[] | null;
  /** One list for each check; each needs one of its own to cover the request. Empty: not narrowed. */
  readonly resources: readonly (readonly string[])[];
  readonly expires: Instant | null;
  /** How many agents may still be added; null: not limited. */
  readonly depthLeft: number | null;
  readonly budgets: readonly BudgetResult[];
};

export type CredentialSummary = EffectiveScope & {
  /** The device's own session, or a file named by flag or environment. */
  readonly kind: 'session' | 'file';
  readonly principal: string;
  readonly via: readonly string[];
};

export type RoleAt = { readonly role: Role; readonly at: string };

export type InitResult = {
  /** Formatted resource of the repository. */
  readonly repository: string;
  readonly genesis: AuthorityId;
  readonly principal: string;
  readonly replica: string;
  /** True where the principal's keys were made now. */
  readonly keyMade: boolean;
  /** True where the Git repository was made now. */
  readonly gitMade: boolean;
  readonly operation: OperationId;
};

export type StatusResult = {
  readonly repository: string;
  /** Absolute. */
  readonly worktree: string;
  readonly thread: string | null;
  readonly state: StateId | null;
  readonly changed: readonly ChangedPath[];
  readonly credential: CredentialSummary | null;
  readonly role: RoleAt | null;
  /** The variable that gave a running agent away. */
  readonly agentDetected: string | null;
  readonly attention: readonly { readonly message: string; readonly command: readonly string[] | null }[];
  /** Open requests that the caller is named to answer. */
  readonly requests: number;
  /** Null: this release installs none. */
  readonly hooks: null;
};

export type LoginResult = {
  readonly principal: string;
  readonly session: string;
  /** Genesis id, or `*`. */
  readonly repo: string;
  readonly holder: PublicKeyHex;
  readonly expires: Instant;
  readonly keyMade: boolean;
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

export type KeyResult = {
  readonly principal: string;
  readonly root: PublicKeyHex;
  readonly record: PublicKeyHex;
};
/** With the `heddle-key:` text that `key add` takes. */
export type KeyNewResult = KeyResult & { readonly text: string; readonly encrypted: boolean };
export type KeyExportResult = KeyResult & { readonly text: string };
export type KeyAddResult = KeyResult & { readonly id: AuthorityId; readonly operation: OperationId };
export type KeyListResult = {
  readonly keys: readonly (KeyResult & {
    /** True where the private keys are in this home. */
    readonly here: boolean;
    /** Null where they are not here. */
    readonly encrypted: boolean | null;
    /** Null outside a repository. */
    readonly registered: boolean | null;
    readonly revoked: boolean;
  })[];
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
  readonly thread: string;
  readonly parents: readonly StateId[];
  readonly changed: readonly ChangedPath[];
  readonly unfaithful: readonly UnfaithfulPath[];
  /** Null where nothing changed. */
  readonly operation: OperationId | null;
};

export type LogResult = { readonly thread: string; readonly states: readonly StateSummary[] };

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
};
export type ThreadListResult = { readonly threads: readonly ThreadSummary[] };
export type ThreadShowResult = ThreadSummary & {
  readonly from: StateId | null;
  readonly base: string | null;
  readonly startedBy: string | null;
  readonly startedAt: Instant | null;
};

export type TokenMintResult = {
  /** Null with `--stdout` and `--fd`. */
  readonly file: string | null;
  /** Where the credential went with `--fd`. */
  readonly descriptor: number | null;
  /** The credential file's text, a secret: only with `--stdout`. */
  readonly credential: string | null;
  readonly principal: string;
  readonly session: string;
  readonly repo: string;
  readonly holder: PublicKeyHex;
  readonly expires: Instant;
  readonly plain: readonly string[];
  readonly operation: OperationId | null;
};

export type TokenAttenuateResult = {
  /** Null with `--stdout` and `--fd`. */
  readonly file: string | null;
  /** Where the credential went with `--fd`. */
  readonly descriptor: number | null;
  /** The credential file's text, a secret: only with `--stdout`. */
  readonly credential: string | null;
  readonly agent: string;
  readonly holder: PublicKeyHex;
  readonly expires: Instant | null;
  readonly plain: readonly string[];
  /** Null outside a repository. */
  readonly operation: OperationId | null;
};

export type TokenBlockResult = {
  readonly index: number;
  readonly kind: 'authority' | 'delegation' | 'attenuation';
  readonly agent: string | null;
  readonly holder: PublicKeyHex | null;
  readonly revocationId: string;
  readonly plain: readonly string[];
  readonly datalog: readonly string[];
};

/** What one of two tokens has more of. Empty lists: not limited, or nobody. */
export type TokenDifferenceResult = {
  readonly what: 'operations' | 'resources' | 'expires' | 'depth' | 'budget' | 'provider' | 'model' | 'actor';
  readonly parent: readonly string[];
  readonly child: readonly string[];
  /** Continues "it …". */
  readonly plain: string;
};

/** A token held against another one, its parent. Grants of the principals are not looked at. */
export type TokenDiff = {
  readonly principal: string;
  readonly session: string;
  /** Agents of the parent, in order of delegation. */
  readonly via: readonly string[];
  /** `descendant`: it was made from the parent, and gains nothing. */
  readonly relation: 'same' | 'descendant' | 'ancestor' | 'unrelated';
  readonly gains: readonly TokenDifferenceResult[];
  readonly loses: readonly TokenDifferenceResult[];
};

export type TokenInspectResult = {
  readonly principal: string;
  readonly session: string;
  readonly repo: string;
  /** Null where no known root key signed it. */
  readonly root: PublicKeyHex | null;
  readonly sealed: boolean;
  readonly blocks: readonly TokenBlockResult[];
  readonly effective: EffectiveScope;
  /** `unchecked` outside a repository. */
  readonly trust: 'trusted' | 'unknown-root' | 'revoked' | 'wrong-repository' | 'unchecked';
  /** Null without `--diff`. */
  readonly diff: TokenDiff | null;
};

/** A token that was made in this clone, or an agent's that worked here. */
export type TokenSummary = {
  /** Whether it may still be used, grants aside. */
  readonly status: 'live' | 'expired' | 'revoked';
  readonly principal: string;
  /** Null for one that its principal minted. */
  readonly agent: string | null;
  /** Agents before it, in order of delegation. */
  readonly via: readonly string[];
  readonly session: string;
  readonly holder: PublicKeyHex;
  /** Of its own block. */
  readonly revocationId: string;
  readonly expires: Instant | null;
  /** Null where it was made elsewhere. */
  readonly madeAt: Instant | null;
  /** Null where it was made elsewhere. */
  readonly operation: OperationId | null;
  /** Of its own block: what it was made from may have others. */
  readonly budgets: readonly BudgetResult[];
  /** States that it signed, in every thread here. */
  readonly states: number;
  /** Operations of this clone that it signed and that were allowed. */
  readonly operations: number;
  readonly denials: number;
  /** Null for one that was never used here. */
  readonly lastSeen: Instant | null;
};
export type TokenListResult = { readonly tokens: readonly TokenSummary[] };

export type TokenVerifyResult = {
  readonly ok: boolean;
  readonly principal: string | null;
  readonly findings: readonly Finding[];
};

export type GrantResult = {
  readonly id: AuthorityId;
  readonly principal: string;
  readonly role: Role;
  readonly resource: string;
  readonly by: string;
  readonly since: Instant;
  readonly until: Instant | null;
  /** Null where none was given or it was redacted. */
  readonly reason: string | null;
};
export type GrantAddResult = { readonly grant: GrantResult; readonly operation: OperationId };
export type GrantRemoveResult = {
  readonly grant: GrantResult;
  /** Of the removal. */
  readonly reason: string | null;
  readonly operation: OperationId;
};

/** Whether it was given at the resource itself or comes from above. */
export type GrantReach = 'direct' | 'inherited';

export type EffectiveRole = {
  readonly principal: string;
  /** Whether it has live keys: without them a grant gives nothing. */
  readonly registered: boolean;
  readonly at: string;
  /** The highest role of all grants that count there; null for none. */
  readonly held: HeldRole | null;
  /** Null where nothing is held. */
  readonly reach: GrantReach | null;
};

export type GrantListResult = {
  /** The resource that was asked about. */
  readonly at: string | null;
  readonly grants: readonly (GrantResult & {
    /** Null where no resource was asked about. */
    readonly reach: GrantReach | null;
  })[];
  /** Null where it was not asked for. */
  readonly effective: readonly EffectiveRole[] | null;
};

export type GrantLogEntry = {
  /** The authority record that says it; the genesis for its owners. */
  readonly record: AuthorityId;
  readonly action: 'add' | 'remove';
  readonly by: string;
  readonly at: Instant;
  /** Of this record. Null where none was given or it was redacted. */
  readonly reason: string | null;
  /** What is given or taken back. */
  readonly grant: GrantResult;
  /** What became of the grant by now. */
  readonly status: 'active' | 'ended' | 'removed';
};
export type GrantLogResult = { readonly entries: readonly GrantLogEntry[] };

/** `heddle/denial/v1`: an error with more. */
export type DenialResult = {
  /** The log line that recorded it; null under `can`. */
  readonly id: OperationId | null;
  readonly code: DenialCode;
  readonly message: string;
  readonly exit: 77;
  readonly stage: Gate;
  readonly operation: RequestOperation;
  readonly resource: string;
  readonly denied: readonly string[];
  readonly principal: string | null;
  readonly via: readonly Via[];
  readonly required: RoleAt | null;
  readonly held: HeldRole | null;
  /** Where something is held instead; null where `held` is not. */
  readonly nearest: HeldRole | null;
  readonly failed: readonly FailedCheck[];
  readonly fixes: readonly Fix[];
  readonly why: string | null;
  /** How the caller asks somebody who can change this; null where they can themselves, or nobody can. */
  readonly request: readonly string[] | null;
  readonly gates: readonly Gate[];
  readonly policy: AuthorityId;
  /** The rule of a policy that refused; null where none did. */
  readonly rule: AskedRule | null;
  readonly preserved: string;
};

export type CanResult = {
  /** Whom `--as` asked for; null where the caller asked for itself. */
  readonly as: string | null;
  readonly allowed: boolean;
  readonly decision: Allowance | null;
  readonly denial: DenialResult | null;
};

export type MatrixCell = {
  readonly resource: string;
  /** `own`: only where the caller's own work is concerned. */
  readonly answer: 'yes' | 'own' | 'no';
  /** Where it was refused; of `own`, for others' work. Null for `yes`. */
  readonly stage: Gate | null;
  readonly code: DenialCode | null;
};

export type CanMatrixResult = {
  /** Whom `--as` asked for; null where the caller asked for itself. */
  readonly as: string | null;
  /** Null where nothing names a principal. */
  readonly principal: string | null;
  readonly via: readonly string[];
  readonly resources: readonly string[];
  readonly rows: readonly {
    readonly operation: RequestOperation;
    /** The role that it needs. */
    readonly role: Role;
    readonly cells: readonly MatrixCell[];
  }[];
  readonly policy: AuthorityId;
};

export type UndoResult = {
  readonly operation: OperationId;
  readonly undone: OperationId;
  /** The kind of what was undone. */
  readonly op: OperationKind;
  /** Heads of the threads it touched, afterwards. */
  readonly states: readonly StateId[];
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
  /** States that held the content, over all threads. */
  readonly states: readonly StateId[];
  /** Each thread and path that changes: what was asked for. */
  readonly places: readonly { readonly thread: string; readonly path: string; readonly states: number }[];
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
  readonly dryRun: boolean;
  readonly operation: OperationId | null;
};

export type TombstoneSummary = {
  readonly tombstone: TombstoneId;
  readonly status: 'redacted' | 'lifted' | 'purging' | 'purged';
  readonly reasonCode: ReasonCode;
  /** Null where it was redacted itself. */
  readonly reason: string | null;
  readonly paths: readonly string[];
  readonly at: Instant;
  readonly rotatedAt: Instant | null;
  readonly actor: ActorResult;
  /** How many contents it covers. */
  readonly covers: number;
  readonly attestation: AttestationStatus;
};
export type TombstoneListResult = {
  readonly tombstones: readonly TombstoneSummary[];
  /** Records of the set that count for nothing, and why. */
  readonly findings: readonly Finding[];
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

export type DoctorResult = {
  readonly ok: boolean;
  readonly index: {
    readonly status: 'current' | 'behind' | 'missing' | 'damaged' | 'locked' | 'rebuilt';
    /** How many entries; null where it could not be read. */
    readonly entries: number | null;
  };
  readonly findings: readonly Finding[];
};

/** Null `id` and `operation`: it was revoked already. */
export type TokenRevokeResult = {
  readonly id: AuthorityId | null;
  /** With everything that was made from it; null where a block is named. */
  readonly session: string | null;
  readonly block: string | null;
  /** Whose token it was; null where this clone never saw it. */
  readonly principal: string | null;
  /** Agents down to the one that lost it. */
  readonly via: readonly string[];
  readonly operation: OperationId | null;
};

/** The keys that are live now; `id` is the record's. */
export type KeyRotateResult = KeyResult & {
  readonly id: AuthorityId;
  /** The root key that they replaced. */
  readonly replaced: PublicKeyHex;
  readonly operation: OperationId;
};

/** The keys that ended; `id` is the record's. */
export type KeyRevokeResult = KeyResult & { readonly id: AuthorityId; readonly operation: OperationId };

/** A record that stops all work; `id` names it. */
export type FreezeResult = {
  readonly id: AuthorityId;
  readonly by: string;
  readonly since: Instant;
  readonly reason: string | null;
  readonly operation: OperationId;
};
export type UnfreezeResult = {
  readonly id: AuthorityId;
  /** What ended. */
  readonly frozen: { readonly by: string; readonly since: Instant };
  readonly operation: OperationId;
};

/** Each kind of answer by the name in its schema. */
export type Results = {
  readonly init: InitResult;
  readonly status: StatusResult;
  readonly login: LoginResult;
  readonly whoami: WhoamiResult;
  readonly 'key-new': KeyNewResult;
  readonly 'key-list': KeyListResult;
  readonly 'key-add': KeyAddResult;
  readonly 'key-export': KeyExportResult;
  readonly start: StartResult;
  readonly capture: CaptureResult;
  readonly log: LogResult;
  readonly show: ShowResult;
  readonly diff: DiffResult;
  readonly blame: BlameResult;
  readonly who: WhoResult;
  readonly 'thread-list': ThreadListResult;
  readonly 'thread-show': ThreadShowResult;
  readonly 'token-mint': TokenMintResult;
  readonly 'token-attenuate': TokenAttenuateResult;
  readonly 'token-inspect': TokenInspectResult;
  readonly 'token-verify': TokenVerifyResult;
  readonly 'token-list': TokenListResult;
  readonly 'grant-add': GrantAddResult;
  readonly 'grant-remove': GrantRemoveResult;
  readonly 'grant-list': GrantListResult;
  readonly 'grant-log': GrantLogResult;
  readonly 'policy-set': PolicySetResult;
  readonly 'policy-show': PolicyShowResult;
  readonly 'policy-log': PolicyLogResult;
  readonly can: CanResult;
  readonly 'can-matrix': CanMatrixResult;
  readonly undo: UndoResult;
  readonly oplog: OplogResult;
  readonly verify: VerifyResult;
  readonly redact: RedactResult;
  readonly purge: PurgeResult;
  readonly 'tombstone-list': TombstoneListResult;
  readonly 'tombstone-show': TombstoneShowResult;
  readonly 'tombstone-verify': TombstoneVerifyResult;
  readonly doctor: DoctorResult;
  readonly 'token-revoke': TokenRevokeResult;
  readonly 'key-revoke': KeyRevokeResult;
  readonly 'key-rotate': KeyRotateResult;
  readonly freeze: FreezeResult;
  readonly unfreeze: UnfreezeResult;
  readonly request: RequestResult;
  readonly 'request-list': RequestListResult;
  readonly 'request-show': RequestShowResult;
  readonly approve: ApproveResult;
  readonly deny: DenyResult;
  readonly run: RunResult;
  readonly 'run-list': RunListResult;
  readonly 'run-show': RunShowResult;
  readonly 'run-explain': RunExplainResult;
};
export type ResultKind = keyof Results;
