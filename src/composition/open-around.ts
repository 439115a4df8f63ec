import type { ContextOptions } from '#cli/command.ts';
import { HeddleError } from '#domain/error.ts';
import type { GitRepository } from '#git/repository.ts';
import { findRuntimeDirectory } from '#platform/directories.ts';
import { userDirectories } from './user-directories.ts';
import { lazily } from '#platform/lazily.ts';
import type { ReplicaIdentity, ReplicaStore } from '#ports/keys.ts';
import type { RunCredentials } from '#ports/runs.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';

interface Around {
  readonly options: ContextOptions;
  readonly machine: Machine;
  /** Where the command counts as started. */
  readonly directory: string;
}

/** What else there is of a repository, opened beside its git. */
export async function openAround<G extends GitRepository>(
  opening: () => Promise<G>,
  { options, machine, directory }: Around,
): Promise<G & Workspace> {
  const [git, storage, { createQuarantineStore }, { createShunMemory }, exceptions, { createClonePins }] =
    await Promise.all([
      opening(),
      import('#storage/open-storage.ts'),
      import('#crypto/quarantine-store.ts'),
      import('#crypto/home-lists/shun-memory.ts'),
      import('#crypto/home-lists/exception-store.ts'),
      import('#crypto/pin/clone-pins.ts'),
    ]);
  const { data } = userDirectories(options.environment);
  const shunMemory = createShunMemory(data, () => knownReplica());
  const pins = createClonePins({ data, commonDir: git.places.commonDir }, machine.hasher);
  const stored = storage.openStorage(git.places, machine, { shunMemory, pins });
  const knownReplica = onceFound(() => findReplica(options, machine, { git, stored }));
  const replica = lazily(
    async () => (await knownReplica()) ?? openReplica(options, machine, { git, stored }),
  );
  const quarantine = createQuarantineStore({
    data,
    commonDir: git.places.commonDir,
    random: machine.random,
  });
  const { openLocalIndex } = await import('#storage/index/local-index.ts');
  const localIndex = openLocalIndex({
    ...machine,
    commonDir: git.places.commonDir,
    identity: knownReplica,
  });
  const { openRunNotes } = await import('#storage/run-notes.ts');
  const runs = {
    runNotes: openRunNotes({ commonDir: git.places.commonDir, identity: knownReplica }),
    runCredentials: lazily(() => openRunCredentials(options)),
    processes: lazily(async () => (await import('#platform/programs/child-program.ts')).PROCESSES),
  };
  const toldThreads: Workspace['toldThreads'] = async (...asked) =>
    (await import('#usecases/verify/threads/told-threads.ts')).toldThreads(...asked);
  const secretExceptions = exceptions.openExceptionStore(data, () => knownReplica());
  const local = { quarantine, secretExceptions, toldThreads, localIndex, replica, knownReplica, ...runs };
  return { ...machine, ...stored, ...local, ...git, directory };
}

async function openReplica(
  options: ContextOptions,
  machine: Machine,
  { git, stored }: { readonly git: GitRepository; readonly stored: Pick<Workspace, 'records'> },
): Promise<ReplicaIdentity> {
  const clone = await stored.records.readClone();
  if (clone === undefined) {
    throw new HeddleError('NOT_INITIALISED', 'heddle was not initialised in this repository');
  }
  const store = await replicaStore(options, machine);
  return store.open({ cloneId: clone.cloneId, path: git.places.commonDir });
}

/** The same where this home has one, for what must not make it. */
async function findReplica(
  options: ContextOptions,
  machine: Machine,
  { git, stored }: { readonly git: GitRepository; readonly stored: Pick<Workspace, 'records'> },
): Promise<ReplicaIdentity | undefined> {
  const clone = await stored.records.readClone();
  if (clone === undefined) return undefined;
  const store = await replicaStore(options, machine);
  return store.find({ cloneId: clone.cloneId, path: git.places.commonDir });
}

async function replicaStore(options: ContextOptions, machine: Machine): Promise<ReplicaStore> {
  const { createReplicaStore } = await import('#crypto/replica-store.ts');
  return createReplicaStore(userDirectories(options.environment).data, machine.hasher);
}

async function openRunCredentials({ environment }: ContextOptions): Promise<RunCredentials> {
  const { createRunCredentials } = await import('#crypto/hand-over/run-credentials.ts');
  const { state } = userDirectories(environment);
  return createRunCredentials({ runtime: findRuntimeDirectory(environment), state });
}

/** Looks for a value until it is there, and keeps it then. */
function onceFound<T>(find: () => Promise<T | undefined>): () => Promise<T | undefined> {
  let found: T | undefined;
  return async () => {
    found ??= await find();
    return found;
  };
}
