import type { Hasher } from '#domain/hash.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type {
  CredentialStore,
  HolderKey,
  Passphrase,
  PrincipalKeyStore,
  ReplicaIdentity,
  Signer,
  VerifySignature,
} from './keys.ts';
import type { LineTracers } from './line-origins.ts';
import type { ClonePins, HomeCache } from './home-cache.ts';
import type { Hooks } from './boundary/hooks.ts';
import type { LocalIndex } from './local-index.ts';
import type { LocalRecords, OperationLog, RepositoryLock } from './log.ts';
import type { ObjectReader, ObjectWriter, TreeComparer } from './objects.ts';
import type { Clock, Progress, RandomBytes } from './platform.ts';
import type { RefStore } from './refs.ts';
import type { Transport } from './boundary/transport.ts';
import type { GitRemote, Landing, RepositoryPlaces, Revisions, Worktree } from './repository.ts';
import type { Aside, Worktrees } from './worktree/worktrees.ts';
import type { Eraser, QuarantineStore, SecretFinder, ShunList, WorktreeContents } from './removal.ts';
import type { Processes } from './processes.ts';
import type { CostlyDigest } from './removal/costly-digest.ts';
import type { HistoryRewriter, RewriteNotes } from './removal/rewriting.ts';
import type { RunCredentials, RunNotes } from './runs.ts';
import type { SecretExceptions } from './secrets/secret-exceptions.ts';
import type { SecretScanner, SuspectsSecret } from './secrets/secret-scan.ts';
import type { TokenService } from './tokens.ts';

/** What is there without a repository: keys, tokens, time. */
export interface Machine {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly hasher: Hasher;
  readonly verifySignature: VerifySignature;
  readonly signerOf: (holder: HolderKey) => Signer;
  readonly tokens: TokenService;
  readonly keys: PrincipalKeyStore;
  readonly credentials: CredentialStore;
  /** From `HEDDLE_PASSPHRASE_FILE` or a terminal; undefined where neither is there. Asked at most once. */
  readonly passphrase: () => Promise<Passphrase | undefined>;
  /**
   * Has a passphrase for new keys typed again where it was typed; false where another was typed then. What a slip of the
   * finger encrypts nobody opens again.
   */
  readonly repeatPassphrase: (typed: Passphrase) => Promise<boolean>;
  readonly said: CallerSaid;
  readonly suspectsSecret: SuspectsSecret;
  /** Loaded at the first call: only where something is suspected. */
  readonly secretScanner: () => Promise<SecretScanner>;
  /** Loaded at the first call: only where a policy has a list travel. */
  readonly costlyDigest: CostlyDigest;
  /** Hears how far long work is; silent unless a verb puts somebody there. */
  readonly progress: Progress;
}

/** One value that the caller gave, and where. */
export interface Said {
  readonly value: string;
  readonly source: 'flag' | 'environment';
}

/** What the caller said of itself, beside the credential. */
export interface CallerSaid {
  readonly principal: Said | null;
  readonly agent: Said | null;
  readonly provider: Said | null;
  readonly model: Said | null;
  readonly session: Said | null;
  readonly confidence: Said | null;
  /** Path of a credential file, or null for the device's session. */
  readonly credentialPath: string | null;
  /** Name of the variable that shows an agent at work, or null. */
  readonly agentDetected: string | null;
  /** `--op-id` or `HEDDLE_OPERATION_ID`, a UUID, or null. */
  readonly operationId: string | null;
}

/** A Git repository and the worktree the caller stands in. */
export interface Workspace extends Machine {
  readonly places: RepositoryPlaces;
  /** Where the caller stands, absolute. */
  readonly directory: string;
  readonly objects: ObjectReader;
  readonly writer: ObjectWriter;
  readonly refs: RefStore;
  readonly comparer: TreeComparer;
  readonly lineTracers: LineTracers;
  readonly revisions: Revisions;
  /** As they are configured, by name. Nobody is called. */
  readonly remotes: () => Promise<readonly GitRemote[]>;
  /** What reaches them. Loaded at the first call. */
  readonly transport: () => Promise<Transport>;
  readonly worktree: Worktree;
  /** Looks at work trees; whoever opened it closes it. `usecases/content/set-aside.ts` does both. */
  readonly aside: () => Promise<Aside>;
  readonly worktrees: Worktrees;
  /** Another work tree of this clone, by its Git directory; undefined where none leads back to it. */
  readonly worktreeAt: (gitDir: string) => Promise<Worktree | undefined>;
  /** Loaded at the first call. */
  readonly hooks: () => Promise<Hooks>;
  /** Loaded at the first call. */
  readonly landing: () => Promise<Landing>;
  readonly log: OperationLog;
  readonly lock: RepositoryLock;
  readonly records: LocalRecords;
  /**
   * What the log says of threads by lines that hold; null where it took a record away, absent where it says nothing.
   * Reads and judges much: for what this home does not know by itself. Loaded at the first call.
   */
  readonly toldThreads: (
    workspace: Workspace,
    threads: ReadonlySet<string>,
  ) => Promise<ReadonlyMap<string, ThreadRecord | null>>;
  /** What this home knew of the clone. */
  readonly pins: ClonePins;
  readonly localIndex: LocalIndex;
  readonly authorityCache: HomeCache;
  /** Of states, for reading what was read before. */
  readonly signatureCache: HomeCache;
  /** Of the engine, for decisions that were made before. */
  readonly verdictCache: HomeCache;
  /** Of lines, for files that were asked about before. */
  readonly lineCache: HomeCache;
  /** Of states, for those whose lines were told before. */
  readonly stateCache: HomeCache;
  readonly quarantine: QuarantineStore;
  readonly shun: ShunList;
  readonly secretExceptions: SecretExceptions;
  readonly contents: WorktreeContents;
  readonly eraser: Eraser;
  readonly secrets: SecretFinder;
  readonly rewriter: HistoryRewriter;
  readonly rewriteNotes: RewriteNotes;
  readonly runNotes: RunNotes;
  /** Loaded at the first call, as are the processes: few verbs run anything. */
  readonly runCredentials: () => Promise<RunCredentials>;
  readonly processes: () => Promise<Processes>;
  /** This clone's replica identity, made at the first call. */
  readonly replica: () => Promise<ReplicaIdentity>;
  /** The same where this home has one: for reading, which makes nothing. */
  readonly knownReplica: () => Promise<ReplicaIdentity | undefined>;
}
