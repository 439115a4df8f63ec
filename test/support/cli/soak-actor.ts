import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Chance } from '../model/random.ts';
import { HEDDLE, story, type Run } from './run-heddle.ts';
import type { Person, Stage } from './stage.ts';

/** What heddle said that it saved, and that has to be there to the end. */
export interface Saved {
  readonly state: string;
  readonly path: string;
  readonly content: Buffer;
  readonly operation: string;
}

/** What an actor did, for whoever looks afterwards. */
export interface Diary {
  readonly saved: Saved[];
  /** Operations that were acknowledged. */
  readonly operations: string[];
  readonly runs: Record<string, number>;
  killed: number;
}

/**
 * Ends that are an answer: done, refused for what others did meanwhile, or somebody was first. Beside them a drop may be
 * denied: a thread without states is no agent's own.
 */
const ANSWERS: readonly (number | null)[] = [0, 65, 75];

/** One of many who work in a repository at once: real processes, one after the other, chosen by a seed. */
export class SoakActor {
  readonly diary: Diary = { saved: [], operations: [], runs: {}, killed: 0 };
  readonly #chance: Chance;
  readonly #threads: string[] = [];
  /** Worktrees in which something was captured. */
  readonly #filled = new Set<string>();
  #made = 0;

  readonly #stage: Stage;
  readonly #person: Person;
  readonly #name: string;
  readonly #shared: string;

  constructor(
    stage: Stage,
    { person, name, seed, shared }: { person: Person; name: string; seed: number; shared: string },
  ) {
    this.#stage = stage;
    this.#person = person;
    this.#name = name;
    this.#shared = shared;
    this.#chance = new Chance(seed);
  }

  /** Its threads that have a state, as far as it knows. */
  get threads(): readonly string[] {
    return this.#threads.filter((thread) => this.#filled.has(this.#directory(thread)));
  }

  /** One thing, chosen by the seed. `others` are threads that it may fork from or land. */
  async act(others: readonly string[], lands: boolean): Promise<void> {
    if (this.#threads.length === 0) return this.#start(null);
    const choice = this.#chance.below(20);
    if (lands && choice >= 12 && others.length > 0) {
      return this.#run('land', ['land', this.#chance.of(others), '--onto', 'main'], this.#stage.path);
    }
    if (choice < 8) return this.#capture([]);
    if (choice < 10) return this.#capture(['--amend']);
    if (choice < 13) return this.#onShared();
    if (choice < 16) return this.#start(others.length === 0 ? null : this.#chance.of(others));
    if (choice < 18) return this.#run('undo', ['undo'], this.#directory(this.#chance.of(this.#threads)));
    return this.#drop();
  }

  async #start(from: string | null): Promise<void> {
    this.#made += 1;
    const thread = `task/${this.#name}-${this.#made}`;
    const fork = from === null ? [] : ['--from', from];
    const argv = ['start', thread, ...fork, '--worktree', this.#directory(thread)];
    await this.#run(from === null ? 'start' : 'fork', argv, this.#stage.path);
    if (existsSync(this.#directory(thread))) this.#threads.push(thread);
  }

  async #capture(more: readonly string[]): Promise<void> {
    const directory = this.#directory(this.#chance.of(this.#threads));
    if (existsSync(directory)) await this.#save(directory, ['capture', ...more, '-m', 'soak']);
  }

  /** Takes a turn on the thread that all share, in a shell of its own, which may be killed with the claim. */
  async #onShared(): Promise<void> {
    const claim = ['thread', 'claim', 'task/shared', '--ttl', '1s', '--wait', '20s'];
    await this.#save(this.#shared, ['capture', '-m', 'in turn'], claim);
  }

  async #save(directory: string, argv: readonly string[], claim: readonly string[] = []): Promise<void> {
    this.#made += 1;
    const path = `${this.#name}/${this.#made}.bin`;
    const content = Buffer.from(Array.from({ length: 200 }, () => this.#chance.below(256)));
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
    const answer = await this.#do(claim.length > 0 ? 'claim' : (argv[1] ?? ''), { argv, directory, claim });
    const { state, operation } = answer ?? {};
    if (typeof state === 'string' && typeof operation === 'string') {
      this.diary.saved.push({ state, path, content, operation });
      this.#filled.add(directory);
    }
  }

  async #drop(): Promise<void> {
    const thread = this.#chance.of(this.#threads);
    await this.#run('drop', ['thread', 'drop', thread, '--force'], this.#stage.path);
    if (!existsSync(this.#directory(thread))) this.#forget(this.#directory(thread));
  }

  #forget(directory: string): void {
    const at = this.#threads.findIndex((thread) => this.#directory(thread) === directory);
    if (at >= 0) this.#threads.splice(at, 1);
  }

  #directory(thread: string): string {
    return this.#stage.beside(thread.replace('task/', 'tree-'));
  }

  async #run(what: string, argv: readonly string[], directory: string): Promise<void> {
    if (existsSync(directory)) await this.#do(what, { argv, directory, claim: [] });
  }

  /** Runs it, and kills it at random once in six times; the object that it printed, where it is a whole one. */
  async #do(what: string, work: Work): Promise<Readonly<Record<string, unknown>> | undefined> {
    const kill = this.#chance.once(6) ? 20 + this.#chance.below(700) : null;
    const run = await this.#spawn(work, kill);
    const code = /"code":"(\w+)"/.exec(run.stderr)?.[1];
    const key = `${what} ${run.signal ?? code ?? run.exit}`;
    // The start of its thread was taken back: nothing can be done there any more.
    if (code === 'THREAD_NOT_STARTED') this.#forget(work.directory);
    this.diary.runs[key] = (this.diary.runs[key] ?? 0) + 1;
    if (run.signal !== null) this.diary.killed += 1;
    else if (!ANSWERS.includes(run.exit) && !(run.exit === 77 && what === 'drop'))
      throw new Error(`${this.#name}: ${story(run)}`);
    const line = run.stdout.split('\n').findLast((text) => text.endsWith('}'));
    const answer = line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>);
    if (typeof answer?.['operation'] === 'string') this.diary.operations.push(answer['operation']);
    return answer;
  }

  async #spawn({ argv, directory, claim }: Work, kill: number | null): Promise<Run> {
    const heddle = [process.execPath, HEDDLE];
    const script = '"$0" "$1" thread release task/shared';
    const turn = `${quoted([...heddle, ...claim])} >&2 && ${quoted([...heddle, ...argv, '--json'])}; exit=$?; ${script} >&2; exit $exit`;
    const [program = '', ...words] =
      claim.length === 0 ? [...heddle, ...argv, '--json'] : ['/bin/sh', '-c', turn, ...heddle];
    const child = spawn(program, words, {
      cwd: directory,
      env: this.#person.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (kill !== null) void pause(kill).then(() => child.kill('SIGKILL'));
    return ended(child, argv);
  }
}

interface Work {
  readonly argv: readonly string[];
  readonly directory: string;
  /** What has to be done before, in the same shell. */
  readonly claim: readonly string[];
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(' ');
}

async function ended(child: ChildProcess, argv: readonly string[]): Promise<Run> {
  const heard = ['', ''];
  child.stdout?.on('data', (bytes: Buffer) => (heard[0] += bytes.toString()));
  child.stderr?.on('data', (bytes: Buffer) => (heard[1] += bytes.toString()));
  return new Promise((resolve) => {
    child.once('close', (exit, signal) => {
      const [stdout = '', stderr = ''] = heard;
      resolve({ argv, exit, signal, stdout, stderr });
    });
  });
}
