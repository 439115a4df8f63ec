import type { EvaluateToken } from '#domain/decision/decision.ts';
import { parseHex, utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest } from '#domain/id.ts';
import { parseInstant, type Instant } from '#domain/time.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { GitRemote } from '#ports/repository.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import { noGit } from '#git/read-only/no-git.ts';
import { openSecretScanner } from '#scan/secret-scanner.ts';
import { suspectsSecret } from '#scan/suspect.ts';
import type { TokenService } from '#ports/tokens.ts';
import type { CallerSaid, Workspace } from '#ports/workspace.ts';
import { OWNER, presented, STUB_ENGINE } from '../decisions.ts';
import { SHA256_HASHER } from '../sha256-hasher.ts';
import { TOKENS } from '../tokens.ts';
import { rememberedEd25519, signerOf, verifySignature } from '../tokens/remembered-ed25519.ts';
import { createMemoryLanding } from './landing.ts';
import { createMemoryCredentials, createMemoryKeys, type MemoryCredentials } from './keys.ts';
import { createMemoryHomeCache, type MemoryHomeCache } from './home-cache.ts';
import { createMemoryIndex, type MemoryIndex } from './local-index.ts';
import { createMemoryLocalRecords } from './local-records.ts';
import { createMemoryObjects, type MemoryObjects } from './objects.ts';
import { createMemoryPins } from './clone-pins.ts';
import { createMemoryLog } from './operation-log.ts';
import { createMemoryRefs } from './refs.ts';
import { createMemoryEraser, type MemoryEraser } from './removal/eraser.ts';
import { createMemoryRewriteNotes, createMemoryRewriter } from './removal/rewriter.ts';
import { createMemoryQuarantine, type MemoryQuarantine } from './removal/quarantine.ts';
import { createMemoryExceptions } from './removal/secret-exceptions.ts';
import { createMemoryShunList, type MemoryShunList } from './removal/shun-list.ts';
import { NO_SECRETS } from './removal/no-secrets.ts';
import { createMemoryContents } from './removal/worktree-contents.ts';
import {
  createMemoryProcesses,
  createMemoryRunCredentials,
  createMemoryRunNotes,
  type MemoryProcesses,
} from './runs.ts';
import { toldThreads } from '#usecases/verify/threads/told-threads.ts';
import { createMemoryLock } from './repository-lock.ts';
import {
  createMemoryAside,
  createMemoryRevisions,
  createMemoryWorktree,
  createMemoryWorktrees,
  PLACES,
  type MemoryWorktree,
  type MemoryWorktrees,
} from './worktrees.ts';

/** A caller that said nothing of itself. */
export const SAID_NOTHING: CallerSaid = {
  principal: null,
  agent: null,
  provider: null,
  model: null,
  session: null,
  confidence: null,
  credentialPath: null,
  agentDetected: null,
  operationId: null,
};

/** A repository without a disk, and hands on what stands behind its ports. */
export interface MemoryRepository {
  readonly workspace: Workspace;
  /** Every object; clones may share it. */
  readonly store: MemoryObjects;
  readonly files: MemoryWorktree['files'];
  readonly worktree: MemoryWorktree;
  readonly worktrees: MemoryWorktrees;
  readonly credentials: MemoryCredentials;
  readonly quarantine: MemoryQuarantine;
  readonly eraser: MemoryEraser;
  readonly shun: MemoryShunList;
  readonly localIndex: MemoryIndex;
  readonly authorityCache: MemoryHomeCache;
  readonly signatureCache: MemoryHomeCache;
  readonly verdictCache: MemoryHomeCache;
  readonly lineCache: MemoryHomeCache;
  readonly stateCache: MemoryHomeCache;
  readonly processes: MemoryProcesses;
  readonly runCredentials: ReturnType<typeof createMemoryRunCredentials>;
  readonly tamper: MemoryObjects['tamper'];
  /** Names of Git revisions. */
  readonly revisions: Map<string, ObjectId>;
  /** Other repositories that this one knows by name. */
  remotes: readonly GitRemote[];
  /** What the clock says. */
  now: Instant;
}

/** An empty Git repository in which nothing was initialised. The caller is the owner, without a passphrase. */
export function createMemoryRepository(store = createMemoryObjects()): MemoryRepository {
  const { objects, writer, comparer, tamper } = store;
  const revisions = new Map<string, ObjectId>();
  const worktree = createMemoryWorktree(store);
  const worktrees = createMemoryWorktrees(store, () => repository.workspace);
  const credentials = createMemoryCredentials();
  const quarantine = createMemoryQuarantine();
  const eraser = createMemoryEraser();
  const shun = createMemoryShunList();
  const localIndex = createMemoryIndex();
  const [authorityCache, signatureCache] = [createMemoryHomeCache(), createMemoryHomeCache()];
  const [verdictCache, lineCache] = [createMemoryHomeCache(), createMemoryHomeCache()];
  const stateCache = createMemoryHomeCache();
  const processes = createMemoryProcesses();
  const runCredentials = createMemoryRunCredentials();
  const replica = createReplica();
  const repository: MemoryRepository = {
    store,
    files: worktree.files,
    worktree,
    worktrees,
    credentials,
    quarantine,
    eraser,
    shun,
    localIndex,
    authorityCache,
    signatureCache,
    verdictCache,
    lineCache,
    stateCache,
    processes,
    runCredentials,
    tamper,
    revisions,
    remotes: [],
    now: parseInstant('2026-11-21T12:00:00.000Z'),
    workspace: {
      clock: { now: () => repository.now },
      random: countingRandom(),
      hasher: SHA256_HASHER,
      verifySignature,
      signerOf,
      tokens: STUBBED_TOKENS,
      keys: createMemoryKeys(),
      credentials,
      passphrase: async () => ({ kind: 'none' }),
      repeatPassphrase: async () => true,
      said: { ...SAID_NOTHING, principal: { value: OWNER, source: 'flag' } },
      progress: { step: () => undefined },
      suspectsSecret,
      secretScanner: async () => openSecretScanner(),
      // Not costly here.
      costlyDigest: async ({ content, salt }) => SHA256_HASHER.hash('travelling', salt, content),
      places: PLACES,
      directory: PLACES.worktree,
      objects,
      writer,
      comparer,
      // Lines are followed by git alone: its tests are on real repositories.
      lineTracers: { open: () => Promise.reject(noGit()) },
      worktree,
      worktrees,
      worktreeAt: async () => undefined,
      aside: async () => createMemoryAside(store, worktree, repository.workspace),
      hooks: () => Promise.reject(noGit()),
      landing: async () => createMemoryLanding(repository.workspace),
      transport: () => Promise.reject(noGit()),
      refs: createMemoryRefs(),
      revisions: createMemoryRevisions(objects, revisions),
      remotes: async () => repository.remotes,
      log: createMemoryLog(SHA256_HASHER),
      lock: createMemoryLock(),
      records: createMemoryLocalRecords(),
      toldThreads,
      pins: createMemoryPins(),
      localIndex,
      authorityCache,
      signatureCache,
      verdictCache,
      lineCache,
      stateCache,
      quarantine,
      shun,
      secretExceptions: createMemoryExceptions(),
      contents: createMemoryContents(worktree.files),
      secrets: NO_SECRETS,
      rewriter: createMemoryRewriter(),
      rewriteNotes: createMemoryRewriteNotes(),
      eraser,
      runNotes: createMemoryRunNotes(),
      runCredentials: async () => runCredentials,
      processes: async () => processes,
      replica: async () => replica,
      knownReplica: async () => replica,
    },
  };
  return repository;
}

/** The same repository for somebody who says other things of themselves. */
export function saying(workspace: Workspace, said: Partial<CallerSaid>): Workspace {
  return { ...workspace, said: { ...workspace.said, ...said } };
}

/** The same clone for somebody with a home of their own. */
export function asPrincipal(workspace: Workspace, principal: string): Workspace {
  const home = { keys: createMemoryKeys(), credentials: createMemoryCredentials() };
  return saying({ ...workspace, ...home }, { principal: { value: principal, source: 'flag' } });
}

/** The real tokens, judged without the Biscuit engine. */
export const STUBBED_TOKENS: TokenService = { ...TOKENS, loadEngine: async () => evaluateStub };

const evaluateStub: EvaluateToken = (token, root, facts) => {
  const credential = TOKENS.read(token, [root]);
  if (credential.kind !== 'chain') return { kind: 'limit', why: credential.why };
  return STUB_ENGINE(presented(credential.chain).bytes, root, facts);
};

/** A clone's own identity, another one each time. */
export function createReplica(): ReplicaIdentity {
  const key = rememberedEd25519.generateKey();
  const bytes = parseHex(key.publicKey) ?? new Uint8Array();
  const secret = SHA256_HASHER.hash('replica', key.secret);
  return {
    replica: formatDigest(SHA256_HASHER.hash('replica', bytes)),
    signer: signerOf(key),
    keyed: (kind, content) => formatDigest(SHA256_HASHER.hash(kind, secret, content)),
  };
}

/** Bytes that look random, never come twice, and are the same in every run. */
export function countingRandom(): (length: number) => Uint8Array {
  let calls = 0;
  return (length) => {
    calls += 1;
    return SHA256_HASHER.hash('request', utf8(String(calls))).slice(0, length);
  };
}
