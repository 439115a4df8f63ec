import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultKind, Results } from '#domain/results.ts';
import { TestRepository, hermeticEnvironment, type BuildOptions } from '../repositories/repository.ts';
import { rebindReplicas, takePrepared, type Prepared } from './prepared-stage.ts';
import { copyTree, removeTree } from '../run/tree.ts';
import { runWarm } from '../warm/run-warm.ts';
import { printed, runHeddle, story, type Printed, type Run } from './run-heddle.ts';

/** Resource of a stage's repository. */
export const REPOSITORY = 'acme/core';

export interface SpeakOptions {
  /** The stage's work tree where left out. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly preload?: string;
  /** With the preload, but in a process that goes on with it. */
  readonly isKept?: boolean;
  readonly uid?: number;
}

/** Somebody with a home, and perhaps a credential, of their own. */
export class Person {
  readonly env: Readonly<Record<string, string>>;
  readonly #cwd: string;

  constructor(env: Readonly<Record<string, string>>, cwd: string) {
    this.env = env;
    this.#cwd = cwd;
  }

  /** Runs heddle as this person; in a process of its own where only that would tell a difference. */
  run(argv: readonly string[], options: SpeakOptions = {}): Promise<Run> {
    const { cwd = this.#cwd, env = {}, stdin, isKept = false, ...special } = options;
    const whole = { cwd, env: { ...this.env, ...env }, ...(stdin === undefined ? {} : { stdin }) };
    // What runs a program, or writes to a descriptor, has its own.
    const isSpecial = Object.keys(special).length > 0 && !isKept;
    const isAlone = isSpecial || argv.includes('--') || argv.includes('--fd');
    if (isAlone || process.env['HEDDLE_TEST_DEEP'] === '1') return runHeddle(argv, { ...whole, ...special });
    return runWarm(argv, { ...whole, ...special });
  }

  /** Runs it, and fails unless it ends with 0. */
  async ok(argv: readonly string[], options: SpeakOptions = {}): Promise<Run> {
    const run = await this.run(argv, options);
    if (run.exit !== 0) throw new Error(story(run));
    return run;
  }

  /** Runs it with `--json`, and fails unless it ends with `exit`; the object it printed. */
  async json(
    argv: readonly string[],
    options: SpeakOptions & { readonly exit?: number } = {},
  ): Promise<Printed> {
    const { exit = 0, ...rest } = options;
    const end = argv.indexOf('--');
    const run = await this.run(argv.toSpliced(end < 0 ? argv.length : end, 0, '--json'), rest);
    if (run.exit !== exit) throw new Error(`${story(run)} instead of ${exit}`);
    return printed(run);
  }

  /** Runs the verb of an answer with `--json`; the answer, of the kind that was asked for. */
  async answer<Kind extends ResultKind>(
    kind: Kind,
    argv: readonly string[] = [],
    options: SpeakOptions & { readonly exit?: number } = {},
  ): Promise<Results[Kind]> {
    const object = await this.json([...kind.split('-'), ...argv], options);
    if (object['schema'] !== `heddle/${kind}/v1`)
      throw new Error(`${kind} answers ${JSON.stringify(object)}`);
    return object as unknown as Results[Kind];
  }

  /** The same person with more in the environment. */
  with(env: Readonly<Record<string, string>>, cwd = this.#cwd): Person {
    return new Person({ ...this.env, ...env }, cwd);
  }
}

/** What a refused command may not change; see {@link Stage.footprint}. */
export interface Footprint {
  readonly refs: readonly string[];
  /** Lines of all logs. */
  readonly lines: number;
  readonly threads: readonly string[];
  readonly worktrees: string;
}

/** A repository, its people, and what they set up before a test. */
export class Stage {
  readonly repository: TestRepository;
  readonly owner: Person;
  readonly dev: Person;
  readonly #people = new Map<string, Person>();
  readonly #untouched: string;
  #kept: string | undefined;
  #prepared: Prepared | undefined;

  constructor(options: BuildOptions = {}) {
    this.repository = new TestRepository(options);
    this.owner = this.person('owner');
    this.dev = this.person('dev');
    this.#untouched = Object.keys(options).length === 0 ? marksOf(this.root) : '';
  }

  get root(): string {
    return this.repository.root;
  }

  get path(): string {
    return this.repository.path;
  }

  /** Absolute path of something beside the work tree. */
  beside(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  /** Somebody by that name, with a home in the stage; the same one every time. */
  person(name: string): Person {
    const known = this.#people.get(name);
    if (known !== undefined) return known;
    const home = this.beside('people', name);
    mkdirSync(home, { recursive: true });
    const heddleHome = join(home, 'heddle');
    const env = { ...hermeticEnvironment(home), HEDDLE_HOME: heddleHome };
    const person = new Person(env, this.path);
    this.#people.set(name, person);
    return person;
  }

  /** The owner initialises and logs in. */
  async begin(): Promise<this> {
    if (!(await this.#copy('begun', (stage) => stage.#begin()))) await this.#begin();
    return this;
  }

  /** And dev@example.com is developer below `@task`, logged in, and has started `task/login` here. */
  async withDev(): Promise<this> {
    const join = async (stage: Stage): Promise<void> => {
      await stage.#begin();
      await stage.#join();
    };
    if (!(await this.#copy('joined', join))) await join(this);
    // Not prepared: the log's line says where the work tree is.
    await this.dev.ok(['start', 'task/login', '--task', 'Let people log in']);
    return this;
  }

  async #begin(): Promise<void> {
    const init = 'init --no-passphrase --principal owner@example.com --namespace acme --name core';
    await this.owner.ok(init.split(' '));
    await this.owner.ok(['login']);
  }

  async #join(): Promise<void> {
    await this.dev.ok(['key', 'new', '--no-passphrase', '--principal', 'dev@example.com']);
    const { text } = await this.dev.json(['key', 'export']);
    await this.owner.ok(['key', 'add', 'dev@example.com', String(text)]);
    await this.owner.ok(['grant', 'add', 'dev@example.com', 'developer', `${REPOSITORY}@task`]);
    await this.dev.ok(['login']);
  }

  /** Copies what another stage did before, or says that this one is not as it was made, and has to do it itself. */
  async #copy(kind: string, build: (stage: Stage) => Promise<void>): Promise<boolean> {
    if (this.#prepared !== undefined || marksOf(this.root) !== this.#untouched) return false;
    this.#prepared = await takePrepared(kind, async () => {
      const stage = new Stage();
      await build(stage);
      return stage.root;
    });
    copyTree(this.#prepared.path, this.root);
    const homes = [this.owner, this.dev].map(({ env }) => env['HEDDLE_HOME'] ?? '');
    await rebindReplicas(join(this.path, '.git'), homes);
    return true;
  }

  /** Makes dev's credential for an agent; who acts with it. */
  async agent(name: string, options: AgentOptions = {}): Promise<Person> {
    const file = this.beside(`${name}.hcred`);
    const {
      allow = 'state:capture,state:read',
      resource = `${REPOSITORY}@task/login:src`,
      from = this.dev,
    } = options;
    const argv = ['token', 'attenuate', '--agent', name, '--allow', allow, '--resource', resource];
    await from.ok([...argv, '--out', file, ...(options.more ?? [])]);
    return this.dev.with({ HEDDLE_CREDENTIAL: file });
  }

  write(path: string, content: string): void {
    this.repository.write(path, content);
  }

  /** Everything by which a test tells that nothing was changed but perhaps the log. */
  footprint(): Footprint {
    const records = join(this.path, '.git', 'heddle', 'threads');
    return {
      refs: this.git('for-each-ref', '--format=%(refname) %(objectname)').split('\n').filter(Boolean),
      lines: this.logLines().length,
      threads: existsSync(records) ? readdirSync(records).toSorted() : [],
      worktrees: this.git('worktree', 'list', '--porcelain'),
    };
  }

  /** Lines of all logs, in no order. */
  logLines(): readonly string[] {
    return this.logFiles().flatMap((path) => readFileSync(path, 'utf8').split('\n').filter(Boolean));
  }

  /** Absolute paths of log segments, without sidecars. */
  logFiles(): readonly string[] {
    const directory = join(this.path, '.git', 'heddle', 'oplog');
    if (!existsSync(directory)) return [];
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\/\d+\.jsonl$/.test(name))
      .map((name) => join(directory, name));
  }

  /** Locks and temporary files that somebody left; paths below the stage. */
  leftovers(): readonly string[] {
    return readdirSync(this.root, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?:\.lock|\.tmp|~)$|(?:^|\/)(?:tmp[-_.]|lock(?:\.|$)|\.tmp|ref-transaction$)/.test(name),
    );
  }

  git(...argv: readonly string[]): string {
    return this.repository.git(...argv);
  }

  /** Runs git and gives its exit code. */
  gitCode(...argv: readonly string[]): number | null {
    return spawnSync('git', argv, { cwd: this.path, env: this.repository.env }).status;
  }

  /** Remembers everything as it is; {@link Stage.reset} puts it back, at the same paths. */
  keep(): void {
    this.#kept = `${this.root}-kept`;
    copyTree(this.root, this.#kept);
  }

  reset(): void {
    if (this.#kept === undefined) throw new Error('nothing was kept');
    removeTree(this.root);
    copyTree(this.#kept, this.root);
  }

  dispose(): void {
    this.#prepared?.release();
    removeTree(this.root);
    if (this.#kept !== undefined) removeTree(this.#kept);
  }
}

export interface AgentOptions {
  readonly allow?: string;
  readonly resource?: string;
  readonly from?: Person;
  readonly more?: readonly string[];
}

/** By which a stage tells whether anybody did something in it. Names may be any bytes. */
function marksOf(root: string): string {
  const marks: string[] = [];
  const pending = [Buffer.from(root)];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of readdirSync(directory, { encoding: 'buffer', withFileTypes: true })) {
      const path = Buffer.concat([directory, Buffer.from('/'), entry.name]);
      const { size, mtimeNs, ino } = lstatSync(path, { bigint: true });
      marks.push([path.toString('latin1'), size, mtimeNs, ino].join(' '));
      if (entry.isDirectory()) pending.push(path);
    }
  }
  return marks.toSorted().join('\n');
}

/** The element that has to be there. */
export function found<Item>(item: Item | null | undefined): Item {
  if (item === undefined || item === null) throw new Error('nothing was found');
  return item;
}
