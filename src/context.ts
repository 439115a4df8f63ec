import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ContextOptions, OpenContext } from '#cli/command.ts';
import { HeddleError } from '#domain/error.ts';
import type { HarnessEventName } from '#domain/harness/harness-event.ts';
import type { Harness } from '#domain/harness/integration.ts';
import { formatInstant } from '#domain/time.ts';
import type { BareRepository } from '#git/receiving/bare-repository.ts';
import type { GitRepository } from '#git/repository.ts';
import type { EvidenceParts } from '#ports/evidence/evidence.ts';
import type { HarnessFiles, HarnessHome } from '#ports/harness/harness-ports.ts';
import type { Surroundings } from '#ports/surroundings.ts';
import type { CallerSaid, Machine, Said, Workspace } from '#ports/workspace.ts';
import type { Passphrase, ReplicaIdentity, ReplicaStore, SecretChannel } from '#ports/keys.ts';
import type { PushTurn } from '#ports/receiving/push-turn.ts';
import type { RunCredentials } from '#ports/runs.ts';
import { nowMilliseconds } from '#platform/clock.ts';
import { findDirectories, findRuntimeDirectory } from '#platform/directories.ts';
import { readEnvironment, readRun, type Environment } from '#platform/environment.ts';
import { lazily } from '#platform/lazily.ts';
import { randomBytes } from '#platform/random.ts';

/** Nothing had its name when it was asked for; throws `OUTPUT_EXISTS` else, then and when it is written. */
export interface NewFile {
  /** 0600, complete or not at all; durable on return. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** A repository that is pushed to, with what git runs there. */
export type Server = Workspace &
  Pick<BareRepository, 'incoming' | 'serverHooks'> & { readonly turn: PushTurn };

/** A clone that was made with git. */
export interface ClonedGit {
  /** Absolute. */
  readonly directory: string;
  /** The command as if it was started there. */
  readonly inside: Context;
  /** Takes the whole clone away again. */
  readonly discard: () => void;
}

/** Where a harness is told of heddle, and heddle of a harness. */
export interface HarnessSurroundings {
  readonly home: HarnessHome;
  readonly files: HarnessFiles;
  /** The command line by which a harness calls heddle at an event, for a shell: absolute paths alone. */
  readonly commandOf: (harness: Harness) => (event: HarnessEventName) => string;
  /** The user's home, absolute. */
  readonly userHome: string;
  /** The file that Claude Code reads a session's variables from; null at other events. */
  readonly environmentFile: string | null;
}

/**
 * What a command reaches the world through. Everything is made at its first use, so that a verb pays only for
 * what it needs: the adapters are imported then, and not before. One file on purpose: the whole composition is read in
 * one place.
 */
export interface Context extends OpenContext {
  machine(): Promise<Machine>;
  /** Loads what a decision needs while the rest is opened; what fails is told when it is asked for. */
  expectDecision(): Promise<void>;
  /** The repository around the current directory. Throws `NOT_A_REPOSITORY`, `BARE_REPOSITORY`, … */
  workspace(): Promise<Workspace>;
  /**
   * The bare repository around the current directory, which is pushed to. Throws `NOT_A_REPOSITORY`, `NOT_BARE`, …
   *
   * @param incoming where git keeps what a push brings until it is accepted; null for none.
   */
  server(incoming: string | null): Promise<Server>;
  /** The same as its hooks see it, with the keys and secrets of its own home; the credential is the caller's. */
  serverWithHome(home: string): Promise<Server>;
  /**
   * Where the keys and secrets of a server are kept, absolute, made where it is not there: what was typed, or a directory
   * among the caller's own. Throws `KEY_FILE_MODE`, `IO_FAILED`.
   */
  serverHome(typed: string | null): Promise<string>;
  /** The same; null outside a repository. */
  findWorkspace(): Promise<Workspace | null>;
  /** Clones another repository with git, without anything of heddle; into a directory, or one named for the address. */
  cloneGit(order: {
    readonly address: string;
    readonly directory: string | null;
    readonly branch: string | null;
  }): Promise<ClonedGit>;
  /** Makes a Git repository here where there is none; true where it did. */
  ensureGit(): Promise<boolean>;
  /** An absolute path for one that was typed. */
  resolvePath(path: string): string;
  /**
   * The path from the work tree's root for one that was typed in the current directory, whether or not anything
   * is there. What lies outside comes back as it was typed: it is for the path canonicaliser to refuse.
   */
  pathFromRoot(path: string): Promise<string>;
  /** What making and verifying evidences takes; no repository is needed. */
  evidence(): Promise<EvidenceParts>;
  /** What lies around the records of this repository. Throws as {@link Context.workspace} does. */
  surroundings(): Promise<Surroundings>;
  /** A file, or standard input for `-`; at most `maxBytes`. Throws `NOT_FOUND`, `IO_FAILED`. */
  readInput(path: string, maxBytes: number): Promise<Uint8Array>;
  /** A file that is not there yet. */
  newFile(path: string): Promise<NewFile>;
  /** The harness that was wired to this clone; null for none. One look for a directory where none ever was. */
  wiredHarness(): Promise<Harness | null>;
  /** What wiring a harness takes. Throws as {@link Context.workspace} does. */
  harness(): Promise<HarnessSurroundings>;
  /** SHA-256 in hexadecimal, for formats of other tools. */
  sha256(): Promise<(text: string) => string>;
  /** The whole environment, for a program that is started with some of it. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The run that this process belongs to, as it was told; null for none. */
  readonly run: string | null;
  /** Another context of the same command, which opens everything anew. */
  again(): Context;
  /** A descriptor that was inherited, for a secret. Throws `USAGE` where it is not open, or keeps what it gets. */
  secretChannel(descriptor: number): Promise<SecretChannel>;
}

/** Makes the context of one command. */
export function createContext(options: ContextOptions): Context {
  return new CommandContext(options);
}

class CommandContext implements Context {
  readonly #options: ContextOptions;
  readonly #directory: string | undefined;
  #machine: Promise<Machine> | undefined;
  #workspace: Promise<Workspace> | undefined;
  #git: Promise<GitRepository> | undefined;

  /** @param directory where the command counts as started; the process's own where left out. */
  constructor(options: ContextOptions, directory?: string) {
    this.#options = options;
    this.#directory = directory;
  }

  /** Where the command was started. */
  #here(): string {
    return this.#directory ?? currentDirectory();
  }

  get variables(): Context['variables'] {
    return this.#options.environment;
  }

  get run(): string | null {
    return readRun(this.#options.environment);
  }

  again(): Context {
    return new CommandContext(this.#options);
  }

  machine(): Promise<Machine> {
    this.#machine ??= openMachine(this.#options);
    return this.#machine;
  }

  async expectDecision(): Promise<void> {
    const { tokens } = await this.machine();
    void tokens.loadEngine().catch(() => undefined);
  }

  workspace(): Promise<Workspace> {
    this.#workspace ??= this.#openWorkspace();
    return this.#workspace;
  }

  async findWorkspace(): Promise<Workspace | null> {
    try {
      return await this.workspace();
    } catch (error) {
      if (error instanceof HeddleError && OUTSIDE.includes(error.code)) return null;
      throw error;
    }
  }

  async cloneGit({ address, directory, branch }: Parameters<Context['cloneGit']>[0]): Promise<ClonedGit> {
    const [{ makeClone }, { nameOfClone }] = await Promise.all([
      import('#git/transport/clone.ts'),
      import('#git/transport/address.ts'),
    ]);
    const name = directory ?? nameOfClone(address);
    if (name === undefined) {
      throw new HeddleError('USAGE', 'name the directory: the address names none', { facts: {} });
    }
    const absolute = resolve(this.#here(), name);
    const { discard } = await makeClone(this.#options.environment, {
      from: this.#here(),
      address,
      directory: absolute,
      branch,
    });
    return { directory: absolute, inside: new CommandContext(this.#options, absolute), discard };
  }

  async ensureGit(): Promise<boolean> {
    const { ensureRepository } = await import('#git/create-repository.ts');
    return ensureRepository(this.#here(), this.#options.environment);
  }

  resolvePath(path: string): string {
    return resolve(this.#here(), path);
  }

  async pathFromRoot(path: string): Promise<string> {
    const { places } = await this.workspace();
    const root = `${places.worktree}/`;
    const absolute = resolve(this.#here(), path);
    if (absolute === places.worktree) return '.';
    return absolute.startsWith(root) ? absolute.slice(root.length) : path;
  }

  async readInput(path: string, maxBytes: number): Promise<Uint8Array> {
    const { readInput } = await import('#storage/input.ts');
    return readInput(path === '-' ? null : resolve(this.#here(), path), maxBytes);
  }

  async newFile(path: string): Promise<NewFile> {
    const { assertPathFree, writePrivateFile } = await import('#crypto/private-file.ts');
    const absolute = resolve(this.#here(), path);
    await assertPathFree(absolute);
    return { write: (bytes) => writePrivateFile(absolute, bytes) };
  }

  async secretChannel(descriptor: number): Promise<SecretChannel> {
    const { openSecretChannel } = await import('#storage/secret-channel.ts');
    return openSecretChannel(descriptor);
  }

  async wiredHarness(): Promise<Harness | null> {
    const { data } = findDirectories(this.#options.environment);
    if (!existsSync(join(data, 'harness'))) return null;
    if ((await (await this.workspace()).knownReplica()) === undefined) return null;
    const { home } = await this.harness();
    return (await home.read())?.harness ?? null;
  }

  async harness(): Promise<HarnessSurroundings> {
    return openHarness(await this.workspace(), this.#options.environment);
  }

  async evidence(): Promise<EvidenceParts> {
    const [machine, { nowhereOf, readerOf, sourceOf, encodeObject }, { READ_ONLY }, { NO_CLONE }] =
      await Promise.all([
        this.machine(),
        import('#git/evidence/evidence-objects.ts'),
        import('#git/read-only/read-only.ts'),
        import('#storage/no-clone.ts'),
      ]);
    return {
      nowhere: nowhereOf({ ...machine, ...READ_ONLY, ...NO_CLONE }),
      readerOf,
      sourceOf,
      encodeObject,
    };
  }

  async sha256(): Promise<(text: string) => string> {
    return (await import('#platform/sha256.ts')).sha256;
  }

  async surroundings(): Promise<Surroundings> {
    const { places } = await this.workspace();
    const { environment } = this.#options;
    const [{ openSurroundings }, { findGitProblem }] = await Promise.all([
      import('#storage/surroundings.ts'),
      import('#git/version/git-problem.ts'),
    ]);
    const files = openSurroundings({ ...places, data: findDirectories(environment).data });
    const git = await findGitProblem(places.worktree, environment);
    return { examine: async () => [...(git === undefined ? [] : [git]), ...(await files.examine())] };
  }

  async close(): Promise<void> {
    const git = await this.#git?.catch(() => undefined);
    await git?.close();
  }

  /** By way of git; where there is none, and the verb can do without it, for reading alone. */
  async #openRepository(): Promise<GitRepository> {
    const { environment, withoutGit, asksGitLate } = this.#options;
    const { openGit } = await import('#git/repository.ts');
    try {
      this.#git = openGit(this.#here(), environment, asksGitLate ? 'when-needed' : 'first');
      return await this.#git;
    } catch (error) {
      if (!withoutGit || !(error instanceof HeddleError) || error.code !== 'GIT_MISSING') throw error;
    }
    const { openWithoutGit } = await import('#git/pure/repository.ts');
    return openWithoutGit(this.#here(), environment);
  }

  async #openWorkspace(): Promise<Workspace> {
    const workspace = await this.#openAround(() => this.#openRepository());
    if (workspace.readOnly) return workspace;
    const { recoverIfLeftOver } = await import('#usecases/transaction/recover.ts');
    await recoverIfLeftOver(workspace);
    return workspace;
  }

  async server(incoming: string | null): Promise<Server> {
    const { openBareGit } = await import('#git/receiving/bare-repository.ts');
    const server = await this.#openAround(() => {
      const opening = openBareGit(this.#here(), this.#options.environment, incoming);
      this.#git = opening;
      return opening;
    });
    const { openPushTurn } = await import('#storage/lock/push-turn.ts');
    const { parentProcess } = await import('#platform/process-identity.ts');
    const { clock, random, places } = server;
    return { ...server, turn: openPushTurn(places.commonDir, { clock, random, git: parentProcess() }) };
  }

  async serverWithHome(home: string): Promise<Server> {
    const environment = { ...this.#options.environment, HEDDLE_HOME: home };
    const there = new CommandContext({ ...this.#options, environment }, this.#directory);
    await this.close();
    try {
      const server = await there.server(null);
      const { keys, credentials } = await this.machine();
      return { ...server, keys, credentials };
    } finally {
      this.#git = there.#git;
    }
  }

  async serverHome(typed: string | null): Promise<string> {
    const { makeServerHome } = await import('#crypto/server/server-home.ts');
    const { data } = findDirectories(this.#options.environment);
    const home = typed === null ? join(data, 'server') : resolve(this.#here(), typed);
    await makeServerHome(home);
    return home;
  }

  /** What else there is of a repository, opened beside its git. */
  async #openAround<G extends GitRepository>(opening: () => Promise<G>): Promise<G & Workspace> {
    const machine = await this.machine();
    const [git, storage, { createQuarantineStore }, { createShunMemory }, exceptions, { createClonePins }] =
      await Promise.all([
        opening(),
        import('#storage/open-storage.ts'),
        import('#crypto/quarantine-store.ts'),
        import('#crypto/home-lists/shun-memory.ts'),
        import('#crypto/home-lists/exception-store.ts'),
        import('#crypto/pin/clone-pins.ts'),
      ]);
    const { data } = findDirectories(this.#options.environment);
    const shunMemory = createShunMemory(data, () => knownReplica());
    const pins = createClonePins({ data, commonDir: git.places.commonDir }, machine.hasher);
    const stored = storage.openStorage(git.places, machine, { shunMemory, pins });
    const knownReplica = onceFound(() => findReplica(this.#options, machine, { git, stored }));
    const replica = lazily(
      async () => (await knownReplica()) ?? openReplica(this.#options, machine, { git, stored }),
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
      runCredentials: lazily(() => openRunCredentials(this.#options)),
      processes: lazily(async () => (await import('#platform/programs/child-program.ts')).PROCESSES),
    };
    const secretExceptions = exceptions.openExceptionStore(data, () => knownReplica());
    const local = { quarantine, secretExceptions, localIndex, replica, knownReplica, ...runs };
    return { ...machine, ...stored, ...local, ...git, directory: this.#here() };
  }
}

/** Throws `NOT_A_WORK_TREE` where the directory is gone, and `GIT_UNSUPPORTED` where its name cannot be told. */
function currentDirectory(): string {
  let directory: string | undefined;
  try {
    directory = process.cwd();
  } catch (cause) {
    throw new HeddleError('NOT_A_WORK_TREE', 'the current directory is no longer there', { cause });
  }
  if (existsSync(directory)) return directory;
  const feature = 'directory names that are not UTF-8';
  throw new HeddleError('GIT_UNSUPPORTED', `heddle does not support ${feature}`, { facts: { feature } });
}

/** Where a verb that can do without a repository goes on without one. */
const OUTSIDE: readonly string[] = [
  'NOT_A_REPOSITORY',
  'REPOSITORY_UNTRUSTED',
  'NOT_A_WORK_TREE',
  'BARE_REPOSITORY',
  'GIT_MISSING',
];

async function openMachine(options: ContextOptions): Promise<Machine> {
  const environment = readEnvironment(options.environment);
  const said = callerSaid(options, environment);
  const { data } = findDirectories(options.environment);
  const [{ createHasher }, ed25519, { createTokenService }, stores] = await Promise.all([
    import('#crypto/hasher.ts'),
    import('#crypto/ed25519.ts'),
    import('#tokens/tokens.ts'),
    import('#crypto/open-stores.ts'),
  ]);
  const costlyDigest = lazily(async () =>
    (await import('#crypto/travelling/costly-digest.ts')).openCostlyDigest(),
  );
  return {
    clock: { now: () => formatInstant(nowMilliseconds()) },
    random: randomBytes,
    hasher: createHasher(),
    verifySignature: ed25519.verifySignature,
    signerOf: ed25519.signerOf,
    tokens: createTokenService(ed25519.rawEd25519),
    ...stores.openStores(data),
    passphrase: lazily(() => readPassphrase(environment.passphraseFile)),
    repeatPassphrase: async (typed) => environment.passphraseFile !== null || repeats(typed),
    said,
    secretScanner: lazily(async () => (await import('#scan/secret-scanner.ts')).openSecretScanner()),
    costlyDigest: async (input) => (await costlyDigest())(input),
    progress: { step: () => undefined },
  };
}

async function readPassphrase(file: string | null): ReturnType<Machine['passphrase']> {
  if (file !== null) {
    const { readPassphraseFile } = await import('#crypto/passphrase-file.ts');
    return readPassphraseFile(file);
  }
  const { askSecret } = await import('#platform/ask-secret.ts');
  const value = await askSecret('passphrase of your keys: ');
  return value === undefined ? undefined : { kind: 'secret', value };
}

async function repeats(typed: Passphrase): Promise<boolean> {
  if (typed.kind === 'none') return true;
  const { askSecret } = await import('#platform/ask-secret.ts');
  const again = await askSecret('the same passphrase again: ');
  return again !== undefined && Buffer.compare(again, typed.value) === 0;
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
  return createReplicaStore(findDirectories(options.environment).data, machine.hasher);
}

async function openRunCredentials({ environment }: ContextOptions): Promise<RunCredentials> {
  const { createRunCredentials } = await import('#crypto/hand-over/run-credentials.ts');
  const { state } = findDirectories(environment);
  return createRunCredentials({ runtime: findRuntimeDirectory(environment), state });
}

async function openHarness(
  workspace: Workspace,
  environment: ContextOptions['environment'],
): Promise<HarnessSurroundings> {
  const [{ createHarnessHome }, { HARNESS_FILES }, { findOwnProgram }] = await Promise.all([
    import('#crypto/harness/harness-home.ts'),
    import('#storage/harness-files.ts'),
    import('#platform/programs/own-program.ts'),
  ]);
  const { data } = findDirectories(environment);
  const { replica } = await workspace.replica();
  const { node, script } = findOwnProgram();
  const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const variable = (name: string): string | null => environment[name] || null;
  return {
    home: createHarnessHome(data, { replica, credentials: workspace.credentials }),
    files: HARNESS_FILES,
    commandOf: (harness) => (event) => `${quote(node)} ${quote(script)} harness ${event} --format ${harness}`,
    userHome: variable('HOME') ?? homedir(),
    environmentFile: variable('CLAUDE_ENV_FILE'),
  };
}

/** Looks for a value until it is there, and keeps it then. */
function onceFound<T>(find: () => Promise<T | undefined>): () => Promise<T | undefined> {
  let found: T | undefined;
  return async () => {
    found ??= await find();
    return found;
  };
}

/** Joins what flags and environment say of the caller; a flag goes before a variable. */
function callerSaid(options: ContextOptions, environment: Environment): CallerSaid {
  if (environment.principalConflict.length > 0) {
    throw new HeddleError('USAGE', 'the environment names different principals', {
      facts: { variables: environment.principalConflict },
      preserved: 'nothing was changed',
    });
  }
  const { said } = options;
  return {
    principal: first(said.principal, environment.principal),
    agent: first(said.agent, environment.agent),
    provider: first(said.provider, environment.provider),
    model: first(said.model, environment.model),
    session: first(said.session, environment.session),
    confidence: first(said.confidence, environment.confidence),
    credentialPath: options.credentialPath ?? environment.credentialPath,
    agentDetected: environment.agentDetected,
    operationId: options.operationId ?? environment.operationId,
  };
}

function first(flag: string | null, variable: string | null): Said | null {
  if (flag !== null) return { value: flag, source: 'flag' };
  return variable === null ? null : { value: variable, source: 'environment' };
}
