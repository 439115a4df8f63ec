import { accessSync, constants, existsSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CLIENT_HOOKS, type ClientHook } from '#domain/hooks/hook-name.ts';
import { HeddleError } from '#domain/error.ts';
import { parentProcess } from '#platform/process-identity.ts';
import { findOwnProgram } from '#platform/programs/own-program.ts';
import type {
  HookChange,
  HookFile,
  HookManager,
  HookPlace,
  Hooks,
  HooksPathSetting,
  HookTrial,
  StandingPass,
} from '#ports/boundary/hooks.ts';
import type { ObjectId, ObjectReader, TreeChange } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { guardFiles, removeIfThere } from '#git/private-file.ts';
import type { GitRunner } from '#git/run.ts';
import { readCommitMessage, writeCommitMessage } from './commit-message.ts';
import { currentRefs } from './current-refs.ts';
import { canKeep, findHook, putHook, takeHook } from './hook-files.ts';
import { readHookRecord, writeHookRecord, type HookRecord } from './hook-record.ts';
import { hooksDirectory, isShared, readHooksPaths } from './hooks-path.ts';
import { managerOf } from './other-writers.ts';
import { readHead, stagedChanges } from './staged.ts';
import { PASS_NAME, quote } from './shell-text.ts';
import { STANDING_NAME, writeStandingPass } from './standing-pass.ts';
import { hookStub, RECORD_NAME, type StubProgram } from './stub.ts';
import { tryHooks } from './trial.ts';
import { bringsNew, outgoingCommits, outgoingObjects } from './travelling.ts';

/** What the hooks of a clone stand on. */
export interface HookGround {
  readonly runner: GitRunner;
  readonly places: RepositoryPlaces;
  /** Reads plain objects without git, where there are such. */
  readonly objects: ObjectReader | undefined;
  readonly program: StubProgram;
  readonly parentPid: number;
}

/** The hooks of a clone as files, where its git looks for them. */
export class GitHooks implements Hooks {
  readonly #ground: HookGround;

  constructor(ground: HookGround) {
    this.#ground = ground;
  }

  installed(): boolean {
    return existsSync(join(this.#ground.places.commonDir, RECORD_NAME));
  }

  async inspect(): Promise<HookPlace> {
    const { places } = this.#ground;
    const settings = await this.#settings();
    const setting = settings.at(-1) ?? null;
    const directory = hooksDirectory(places, setting);
    const record = readHookRecord(places.commonDir);
    const program = record === undefined ? null : this.#programOf(record);
    const found = CLIENT_HOOKS.map((hook) => this.#look(directory, hook, record));
    return {
      directory,
      setting,
      settings,
      installed:
        record?.directories.includes(directory) === true ? directory : (record?.directories.at(-1) ?? null),
      program,
      hooks: found,
      managers: this.#managers(directory),
    };
  }

  async inspectAt({ directory, gitDir }: Parameters<Hooks['inspectAt']>[0]): ReturnType<Hooks['inspectAt']> {
    if (!existsSync(directory)) return undefined;
    const runner = this.#ground.runner.withGitDir(gitDir);
    const places = { ...this.#ground.places, worktree: directory, gitDir };
    return new GitHooks({ ...this.#ground, runner, places }).inspect();
  }

  async wanted(): Promise<readonly ClientHook[]> {
    const { directory, setting, settings, managers } = await this.inspect();
    const lasting = settings.findLast(({ scope }) => scope !== 'environment') ?? null;
    if (setting?.scope === 'environment' || isShared(this.#ground.places, directory)) {
      throw shared(directory, setting ?? lasting);
    }
    const managed = new Set(managers.flatMap(({ hooks }) => hooks));
    return CLIENT_HOOKS.filter((hook) => !managed.has(hook) && this.#isWanted(directory, hook));
  }

  async install(): Promise<HookChange> {
    const { places, program } = this.#ground;
    const wanted = await this.wanted();
    const { directory } = await this.inspect();
    const recorded = readHookRecord(places.commonDir);
    const others = (recorded?.directories ?? []).filter((one) => one !== directory);
    // Enrolled first: a hook without its record leaves at once, and would let pass.
    const record = { directories: [...others, directory], ...program };
    if (JSON.stringify(recorded) !== JSON.stringify(record)) writeHookRecord(places.commonDir, record);
    for (const hook of wanted) this.#put(directory, hook);
    for (const other of others) {
      for (const hook of CLIENT_HOOKS) {
        const isOurs = findHook(join(other, hook)).kind === 'ours';
        if (isOurs && this.#isWanted(other, hook)) this.#put(other, hook);
      }
    }
    return { place: await this.inspect(), changed: wanted };
  }

  async uninstall(): Promise<HookChange> {
    const { commonDir } = this.#ground.places;
    const directories = readHookRecord(commonDir)?.directories ?? [(await this.inspect()).directory];
    const taken = new Set(directories.flatMap((directory) => this.#takeAll(directory)));
    // Last: until here, each hook that is left still refuses.
    for (const name of [PASS_NAME, STANDING_NAME, RECORD_NAME]) removeIfThere(join(commonDir, name));
    return { place: await this.inspect(), changed: [...taken] };
  }

  async tryEffect(): Promise<HookTrial> {
    const { directory } = await this.inspect();
    return tryHooks(this.#ground, directory);
  }

  staged(indexFile: string | null): Promise<readonly TreeChange[]> {
    return stagedChanges(this.#ground, indexFile);
  }

  head(): ReturnType<Hooks['head']> {
    return readHead(this.#ground);
  }

  currentRefs(names: readonly string[]): ReturnType<Hooks['currentRefs']> {
    const { runner, places } = this.#ground;
    return currentRefs({ runner, commonDir: places.commonDir }, names);
  }

  bringsNew(tips: readonly ObjectId[]): Promise<boolean> {
    return bringsNew(this.#ground.runner, tips);
  }

  outgoing(tips: readonly ObjectId[], remote: string): Promise<readonly ObjectId[]> {
    return outgoingObjects(this.#ground.runner, tips, remote);
  }

  outgoingCommits(tip: ObjectId, remote: string): ReturnType<Hooks['outgoingCommits']> {
    return outgoingCommits(this.#ground.runner, tip, remote);
  }

  readMessage(file: string): string | undefined {
    return readCommitMessage(this.#ground.places.gitDir, file);
  }

  writeMessage(file: string, text: string): void {
    writeCommitMessage(this.#ground.places.gitDir, file, text);
  }

  notePass(ref: string | null, old: ObjectId | null): void {
    const line = `${this.#ground.parentPid} ${old ?? '0'.repeat(40)} ${ref ?? 'HEAD'}\n`;
    const path = join(this.#ground.places.commonDir, PASS_NAME);
    const temporary = `${path}.${this.#ground.parentPid}`;
    guardFiles(path, () => {
      // It counts for one moment alone: nothing of it need last.
      writeFileSync(temporary, line, { mode: 0o600 });
      renameSync(temporary, path);
    });
  }

  noteStanding(pass: StandingPass): void {
    writeStandingPass(this.#ground.places.commonDir, pass, this.#ground.runner.inherited);
  }

  #settings(): Promise<readonly HooksPathSetting[]> {
    return readHooksPaths(this.#ground.runner);
  }

  #look(directory: string, hook: ClientHook, record: HookRecord | undefined): HookFile {
    const { kind, text, digest, kept } = findHook(join(directory, hook));
    if (kind !== 'ours') return { hook, status: kind, chained: false, digest };
    const asWritten = record !== undefined && text === this.#stubFor(directory, hook, record);
    return { hook, status: asWritten ? 'installed' : 'changed', chained: kept, digest };
  }

  #isWanted(directory: string, hook: ClientHook): boolean {
    const path = join(directory, hook);
    const found = findHook(path);
    if (found.kind === 'ours') return found.text !== this.#stubFor(directory, hook, this.#ground.program);
    return found.kind === 'missing' || canKeep(path, found);
  }

  #put(directory: string, hook: ClientHook): void {
    const path = join(directory, hook);
    putHook(path, this.#stubFor(directory, hook, this.#ground.program), findHook(path));
  }

  #takeAll(directory: string): readonly ClientHook[] {
    return CLIENT_HOOKS.filter((hook) => {
      const path = join(directory, hook);
      const found = findHook(path);
      if (found.kind !== 'ours' && !(found.kind === 'missing' && found.kept)) return false;
      takeHook(path, found);
      return true;
    });
  }

  #stubFor(directory: string, hook: ClientHook, program: StubProgram): string {
    const { commonDir } = this.#ground.places;
    // Relative, so that a clone that is moved takes its hooks along.
    const isUsual = relative(commonDir, directory) === 'hooks';
    return hookStub(hook, { program, commonDir: isUsual ? '"${0%/*}/.."' : quote(commonDir) });
  }

  #managers(directory: string): readonly HookManager[] {
    const { worktree } = this.#ground.places;
    return CLIENT_HOOKS.flatMap((hook) => {
      const path = join(directory, hook);
      return findHook(path).kind === 'foreign' ? (managerOf(worktree, { hook, path }) ?? []) : [];
    });
  }

  #programOf({ node, script }: StubProgram): HookPlace['program'] {
    const there = [node, script].every((path) => readable(path));
    return { path: script, there };
  }
}

/** The hooks of a clone, which start this heddle; the process that started it is the git that a hook was run by. */
export function openHooks(ground: Omit<HookGround, 'program' | 'parentPid'>): Hooks {
  return new GitHooks({ ...ground, program: findOwnProgram(), parentPid: parentProcess() });
}

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function shared(directory: string, setting: HooksPathSetting | null): HeddleError {
  const own = 'take the setting of this worktree away: `git config --worktree --unset-all core.hooksPath`';
  return new HeddleError('HOOKS_PATH_SHARED', 'git looks for hooks where other repositories do, too', {
    facts: {
      directory,
      scope: setting?.scope ?? null,
      ...(setting?.scope === 'worktree' ? { advice: own } : {}),
    },
    preserved: 'no hook was written',
  });
}
