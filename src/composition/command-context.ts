import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ContextOptions } from '#cli/command.ts';
import type { ClonedGit, Context, HarnessSurroundings, NewFile, Server } from '#context.ts';
import { HeddleError } from '#domain/error.ts';
import type { EvidenceParts } from '#ports/boundary/evidence.ts';
import type { Harness } from '#domain/harness/integration.ts';
import type { GitRepository } from '#git/repository.ts';
import { userDirectories } from './user-directories.ts';
import { readRun } from '#platform/environment.ts';
import type { SecretChannel } from '#ports/keys.ts';
import type { Surroundings } from '#ports/surroundings.ts';
import type { Machine, Workspace } from '#ports/workspace.ts';
import { currentDirectory, isOutside } from './current-directory.ts';
import { openAround } from './open-around.ts';
import { openMachine } from './open-machine.ts';
import { otherTurn } from './other-turn.ts';

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
      if (isOutside(error)) return null;
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
    const { data } = userDirectories(this.#options.environment);
    if (!existsSync(join(data, 'harness'))) return null;
    if ((await (await this.workspace()).knownReplica()) === undefined) return null;
    const { home } = await this.harness();
    return (await home.read())?.harness ?? null;
  }

  async harness(): Promise<HarnessSurroundings> {
    const { openHarness } = await import('./open-harness.ts');
    return openHarness(await this.workspace(), this.#options.environment);
  }

  async evidence(): Promise<EvidenceParts> {
    const [machine, { nowhereOf, readerOf, sourceOf, encodeObject }, { READ_ONLY }, { NO_CLONE }] =
      await Promise.all([
        this.machine(),
        import('#git/read-only/evidence-objects.ts'),
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
    const files = openSurroundings({ ...places, data: userDirectories(environment).data });
    const git = await findGitProblem(places.worktree, environment);
    return { examine: async () => [...(git === undefined ? [] : [git]), ...(await files.examine())] };
  }

  async close(): Promise<void> {
    const git = await this.#git?.catch(() => undefined);
    await git?.close();
  }

  async #around() {
    return { options: this.#options, machine: await this.machine(), directory: this.#here() };
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
    const around = await this.#around();
    await otherTurn();
    const workspace = await openAround(() => this.#openRepository(), around);
    await otherTurn();
    if (workspace.readOnly) return workspace;
    const { recoverIfLeftOver } = await import('#usecases/transaction/recover.ts');
    await recoverIfLeftOver(workspace);
    await otherTurn();
    return workspace;
  }

  async server(incoming: string | null): Promise<Server> {
    const { openBareGit } = await import('#git/server/bare-repository.ts');
    const server = await openAround(
      () => {
        const opening = openBareGit(this.#here(), this.#options.environment, incoming);
        this.#git = opening;
        return opening;
      },
      await this.#around(),
    );
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
    const { makeServerHome } = await import('#crypto/boundary/server-home.ts');
    const { data } = userDirectories(this.#options.environment);
    const home = typed === null ? join(data, 'server') : resolve(this.#here(), typed);
    await makeServerHome(home);
    return home;
  }
}
