import { openCostlyDigest } from '#crypto/travelling/costly-digest.ts';
import { createHasher } from '#crypto/hasher.ts';
import { rawEd25519, signerOf, verifySignature } from '#crypto/ed25519.ts';
import { openStores } from '#crypto/open-stores.ts';
import { createQuarantineStore } from '#crypto/quarantine-store.ts';
import { createRunCredentials } from '#crypto/hand-over/run-credentials.ts';
import { createClonePins } from '#crypto/pin/clone-pins.ts';
import { openExceptionStore } from '#crypto/home-lists/exception-store.ts';
import { createShunMemory } from '#crypto/home-lists/shun-memory.ts';
import { createReplicaStore } from '#crypto/replica-store.ts';
import { formatInstant } from '#domain/time.ts';
import { openGit } from '#git/repository.ts';
import { PROCESSES } from '#platform/programs/child-program.ts';
import { randomBytes } from '#platform/random.ts';
import { openSecretScanner } from '#scan/secret-scanner.ts';
import { suspectsSecret } from '#scan/suspect.ts';
import { openLocalIndex } from '#storage/index/local-index.ts';
import { openRunNotes } from '#storage/run-notes.ts';
import { openStorage } from '#storage/open-storage.ts';
import { createTokenService } from '#tokens/tokens.ts';
import { toldThreads } from '#usecases/verify/threads/told-threads.ts';
import type { Said, Workspace } from '#ports/workspace.ts';

export interface OpenOptions {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** A credential file; the principal's session where left out. */
  readonly credential?: string;
  readonly principal?: string;
}

/** A repository opened as the program opens it, for tests that write what the program never would. */
export async function openWorkspace(
  options: OpenOptions,
): Promise<Workspace & { readonly close: () => Promise<void> }> {
  const { path, env } = options;
  const data = `${env['HEDDLE_HOME'] ?? ''}/data`;
  const hasher = createHasher();
  const principal: Said | null =
    options.principal === undefined ? null : { value: options.principal, source: 'flag' };
  const machine = {
    clock: { now: () => formatInstant(Date.now()) },
    random: randomBytes,
    hasher,
    verifySignature,
    signerOf,
    tokens: createTokenService(rawEd25519),
    ...openStores(data),
    passphrase: async () => undefined,
    repeatPassphrase: async () => true,
    said: {
      principal,
      agent: null,
      provider: null,
      model: null,
      session: null,
      confidence: null,
      credentialPath: options.credential ?? null,
      agentDetected: null,
      operationId: null,
    },
    progress: { step: () => undefined },
    suspectsSecret,
    secretScanner: async () => openSecretScanner(),
    costlyDigest: openCostlyDigest(),
  };
  const git = await openGit(path, env);
  const stored = openStorage(git.places, machine, {
    shunMemory: createShunMemory(data, () => replica()),
    pins: createClonePins({ data, commonDir: git.places.commonDir }, hasher),
  });
  const replica: Workspace['replica'] = async () => {
    const clone = await stored.records.readClone();
    if (clone === undefined) throw new Error('the stage has begun');
    return createReplicaStore(data, hasher).open({ cloneId: clone.cloneId, path: git.places.commonDir });
  };
  const { commonDir } = git.places;
  const localIndex = openLocalIndex({ ...machine, commonDir, identity: replica });
  const quarantine = createQuarantineStore({ data, commonDir, random: randomBytes });
  const runs = {
    runNotes: openRunNotes({ commonDir, identity: replica }),
    runCredentials: async () =>
      createRunCredentials({ runtime: null, state: `${env['HEDDLE_HOME'] ?? ''}/state` }),
    processes: async () => PROCESSES,
  };
  const secretExceptions = openExceptionStore(data, replica);
  const local = {
    quarantine,
    secretExceptions,
    toldThreads,
    localIndex,
    replica,
    knownReplica: replica,
    ...runs,
  };
  return { ...machine, ...git, ...stored, ...local, directory: path };
}
