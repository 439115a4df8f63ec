import { accessSync, constants, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CLIENT_HOOKS, type ClientHook } from '#domain/hooks/hook-name.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
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
} from '#ports/hooks/hooks.ts';
import type { ObjectId, ObjectReader, TreeChange } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { guardFiles, readSmallFile, removeIfThere, replaceFile } from '#git/private-file.ts';
import type { GitRunner } from '#git/run.ts';
import { readCommitMessage, writeCommitMessage } from './commit-message.ts';
import { currentRefs } from './current-refs.ts';
import { canKeep, findHook, putHook, takeHook } from './hook-files.ts';
import { hooksDirectory, isShared, readHooksPaths } from './hooks-path.ts';
import { managerOf } from './other-writers.ts';
import { readHead, stagedChanges } from './staged.ts';
import { hookStub, PASS_NAME, quote, RECORD_NAME, type StubProgram } from './stub.ts';
import { tryHooks } from './trial.ts';
import { bringsNew, outgoingCommits, outgoingObjects } from './travelling.ts';

/*
 * <git common dir>/heddle/hooks.json, canonical JSON:
 *   {"directory","node","script","type":"hooks","v":1}
 * It is there while this clone's hooks count: without it each of them leaves at once.
 */
interface HookRecord extends StubProgram {
  readonly directory: string;
}

/** What the hooks of a clone stand on. */
export interface HookGround {
  readonly runner: GitRunner;
  readonly places: RepositoryPlaces;
  /** Reads plain objects without git, where there are such. */
  readonly objects: ObjectReader | undefined;
  readonly program: StubProgram;
  readonly parentPid: number;
}

const LARGEST_RECORD = 65_536;
const WHAT = 'record of hooks';

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
    const record = this.#readRecord();
    const program = record === undefined ? null : this.#programOf(record);
    const found = CLIENT_HOOKS.map((hook) => this.#look(directory, hook, record));
    return {
      directory,
      setting,
      settings,
      installed: record?.directory ?? null,
      program,
      hooks: found,
      managers: this.#managers(directory),
    };
  }

  async install(): Promise<HookChange> {
    const { places, program } = this.#ground;
    const before = await this.inspect();
    const { directory } = before;
    const lasting = before.settings.findLast(({ scope }) => scope !== 'environment') ?? null;
    if (before.setting?.scope === 'environment' || isShared(places, directory)) {
      throw shared(directory, before.setting ?? lasting);
    }
    // Enrolled first: a hook without its record leaves at once, and would let pass.
    const record = { directory, ...program };
    const recorded = this.#readRecord();
    if (JSON.stringify(recorded) !== JSON.stringify(record)) this.#writeRecord(record);
    const managed = new Set(before.managers.flatMap(({ hooks }) => hooks));
    const changed: ClientHook[] = [];
    for (const hook of CLIENT_HOOKS) {
      if (!managed.has(hook) && this.#put(directory, hook)) changed.push(hook);
    }
    if (recorded !== undefined && recorded.directory !== directory) this.#takeAll(recorded.directory);
    return { place: await this.inspect(), changed };
  }

  async uninstall(): Promise<HookChange> {
    const record = this.#readRecord();
    const directory = record?.directory ?? (await this.inspect()).directory;
    const changed = this.#takeAll(directory);
    // Last: until here, each hook that is left still refuses.
    for (const name of [PASS_NAME, RECORD_NAME]) removeIfThere(join(this.#ground.places.commonDir, name));
    return { place: await this.inspect(), changed };
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

  #settings(): Promise<readonly HooksPathSetting[]> {
    return readHooksPaths(this.#ground.runner);
  }

  #look(directory: string, hook: ClientHook, record: HookRecord | undefined): HookFile {
    const { kind, text, digest, kept } = findHook(join(directory, hook));
    if (kind !== 'ours') return { hook, status: kind, chained: false, digest };
    const asWritten = record !== undefined && text === this.#stubFor(directory, hook, record);
    return { hook, status: asWritten ? 'installed' : 'changed', chained: kept, digest };
  }

  /** True where something had to be written. */
  #put(directory: string, hook: ClientHook): boolean {
    const path = join(directory, hook);
    const found = findHook(path);
    const text = this.#stubFor(directory, hook, this.#ground.program);
    if (found.kind === 'ours' && found.text === text) return false;
    if (found.kind === 'foreign' && !canKeep(path, found)) return false;
    putHook(path, text, found);
    return true;
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

  #readRecord(): HookRecord | undefined {
    const bytes = readSmallFile(join(this.#ground.places.commonDir, RECORD_NAME), LARGEST_RECORD);
    if (bytes === undefined) return undefined;
    const reader = new JsonReader(decodeCanonical(bytes, WHAT, LARGEST_RECORD), WHAT);
    reader.version('hooks', 1);
    const record = {
      directory: reader.string('directory'),
      node: reader.string('node'),
      script: reader.string('script'),
    };
    reader.end();
    return record;
  }

  #writeRecord(record: HookRecord): void {
    const { commonDir } = this.#ground.places;
    mkdirSync(join(commonDir, 'heddle'), { recursive: true, mode: 0o700 });
    replaceFile(join(commonDir, RECORD_NAME), encodeCanonical({ type: 'hooks', v: 1, ...record }));
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
  return new HeddleError('HOOKS_PATH_SHARED', 'git looks for hooks where other repositories do, too', {
    facts: { directory, scope: setting?.scope ?? null },
    preserved: 'no hook was written',
  });
}
