import { spawn } from 'node:child_process';
import { printed, story, type Printed, type Run } from '../cli/run-heddle.ts';
import type { Person, Stage } from '../cli/stage.ts';

/** One clone, who works in it, and what they were told that they did. */
export interface Clone {
  readonly name: string;
  readonly cwd: string;
  readonly person: Person;
  readonly owns: boolean;
  /** What was answered, by the line that says so. */
  readonly done: Map<string, Acknowledged>;
  /** Files that no branch has: what a branch has, a purge with `--rewrite-git` takes out, and its ids change. */
  readonly files: Set<string>;
  readonly tokens: string[];
  /** A worktree in which it goes on with another clone's thread; null for none yet. */
  beside: string | null;
}

/** Something that heddle said it had done. */
export type Acknowledged =
  | { readonly kind: 'state'; readonly state: string; readonly path: string; readonly content: string }
  | { readonly kind: 'grant' | 'gone-grant'; readonly id: string }
  | { readonly kind: 'landing'; readonly commit: string }
  | { readonly kind: 'tombstone'; readonly id: string }
  | { readonly kind: 'purge'; readonly id: string }
  | { readonly kind: 'other' };

/** Ends that are an answer: done, something is in the way, refused, somebody was first, not allowed. */
const ANSWERS: readonly (number | null)[] = [0, 1, 65, 75, 77];

/** Clones of one repository that share a bare remote, and what was answered in them. */
export class ScheduleWorld {
  readonly clones: Clone[] = [];
  /** All that was done, as commands that can be typed in again. */
  readonly told: string[] = [];
  #unregistered: string | null = null;
  #made = 0;
  readonly stage: Stage;
  readonly url: string;

  constructor(stage: Stage, url: string) {
    this.stage = stage;
    this.url = url;
  }

  /** Numbers what is made, so that nothing is twice the same. */
  count(): number {
    this.#made += 1;
    return this.#made;
  }

  add(name: string, cwd: string, owns: boolean): Clone {
    const person = (owns ? this.stage.owner : this.stage.dev).with({}, cwd);
    const clone: Clone = {
      name,
      cwd,
      person,
      owns,
      done: new Map(),
      files: new Set<string>(),
      tokens: [],
      beside: null,
    };
    this.clones.push(clone);
    return clone;
  }

  /** Everybody pulls and pushes until all have the same, six times at most. */
  async settle(): Promise<void> {
    let found: readonly string[] = [];
    for (let round = 0; round < 6; round += 1) {
      if (round > 0) await this.#repair();
      found = [];
      for (const clone of this.clones)
        if (!foundNothing(await this.exchange(clone))) found = [...found, clone.name];
      const [there, ...others] = [this.stage.beside('remote.git'), ...this.clones.map(({ cwd }) => cwd)];
      const same = this.refsOf(there ?? '').join();
      if (found.length === 0 && others.every((cwd) => this.refsOf(cwd).join() === same)) return;
    }
    if (found.length > 0) throw new Error(`${found.join()} does not pull`);
  }

  /** What the others wait for: owners, who push in a freeze, lift it, and register who has no keys. */
  async #repair(): Promise<void> {
    const [first] = this.clones;
    for (const clone of this.clones.filter(({ owns }) => owns)) {
      await this.heddle(clone, ['unfreeze']);
      if (clone === first && this.#unregistered !== null) await this.register(clone, this.#unregistered);
      await this.exchange(clone);
    }
  }

  /** An owner registers the other one's keys: once a freeze is lifted, where one stands in the way. */
  async register(clone: Clone, keys: string): Promise<void> {
    const added = await this.heddle(clone, ['key', 'add', 'dev@example.com', keys]);
    this.#unregistered = added === undefined ? keys : null;
  }

  /** Everything of a clone is at the remote then, and the other way round: the answer of its pull; undefined where not. */
  async exchange(clone: Clone): Promise<Printed | undefined> {
    await this.merge(clone);
    const pulled = await this.apart(clone);
    const pushed = await this.heddle(clone, PUSH);
    return pushed === undefined ? undefined : pulled;
  }

  /** What a pull says to do with a thread that went two ways: this clone's gets another name. */
  async apart(clone: Clone): Promise<Printed | undefined> {
    const pulled = await this.heddle(clone, ['pull']);
    const threads = (pulled?.['threads'] ?? []) as readonly Printed[];
    const apart = threads.filter(({ outcome }) => outcome === 'diverged').map(({ thread }) => String(thread));
    for (const thread of apart) {
      const made = this.count();
      await this.heddle(clone, ['thread', 'rename', thread, `${thread}-${clone.name}-${made}`]);
    }
    return apart.length === 0 ? pulled : this.heddle(clone, ['pull']);
  }

  /** Refs that travel, and the branch: the others are of one clone. */
  refsOf(cwd: string): readonly string[] {
    const format = '--format=%(refname) %(objectname)';
    const rows = this.stage.git('-C', cwd, 'for-each-ref', format, 'refs/heddle', 'refs/heads/main');
    return rows.split('\n').filter((row) => row !== '' && !LOCAL.test(row));
  }

  /** What people do in Git to follow a branch. */
  async merge(clone: Clone): Promise<void> {
    const argv = ['-C', clone.cwd, 'pull', '-q', '--no-rebase', '--no-edit', 'origin', 'main'];
    this.told.push(`git -C ${clone.name} ${argv.slice(2).join(' ')}`);
    const { exit, said } = await this.gitAt(clone, argv);
    if (exit !== 0) {
      this.told.push(`# ${said.trim()}`);
      await this.gitAt(clone, ['-C', clone.cwd, 'merge', '--abort']);
    }
  }

  /** Runs git without blocking: the server may be in this process. */
  async gitAt(
    clone: Clone,
    argv: readonly string[],
  ): Promise<{ readonly exit: number | null; readonly said: string }> {
    const child = spawn('git', argv, { cwd: clone.cwd, env: this.stage.repository.env });
    const pieces: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
    child.stderr.on('data', (piece: Buffer) => pieces.push(piece));
    return new Promise((resolve) => {
      child.once('close', (exit) => resolve({ exit, said: Buffer.concat(pieces).toString() }));
    });
  }

  acknowledge(clone: Clone, answer: Printed | undefined, what: Acknowledged): void {
    const operation = answer?.['operation'];
    if (typeof operation === 'string') clone.done.set(operation, what);
  }

  /** The answer; undefined where it was refused. */
  async heddle(clone: Clone, argv: readonly string[]): Promise<Printed | undefined> {
    const line = `(cd ${clone.name}; heddle ${argv.join(' ')})`;
    const at = this.told.push(line) - 1;
    const run: Run = await clone.person.run([...argv, '--json']);
    const code = /"code":"(\w+)"/.exec(run.stderr)?.[1];
    this.told[at] = `${line} # ${run.exit}${code === undefined ? '' : ` ${run.stderr.trim()}`}`;
    if (!ANSWERS.includes(run.exit)) throw new Error(`${clone.name}: ${story(run)}`);
    if (run.exit === 1) this.told.push(`# ${run.stdout.trim()}`);
    return run.exit === 0 || run.exit === 1 ? printed(run) : undefined;
  }

  /** All that was acknowledged of a kind, in any clone, and not taken back. */
  acknowledged<Kind extends Acknowledged['kind']>(
    kind: Kind,
  ): readonly Extract<Acknowledged, { kind: Kind }>[] {
    return this.clones.flatMap(({ done }) =>
      [...done.values()].filter((one): one is Extract<Acknowledged, { kind: Kind }> => one.kind === kind),
    );
  }
}

function foundNothing(pulled: Printed | undefined): boolean {
  const findings: unknown = pulled?.['findings'];
  return Array.isArray(findings) && findings.length === 0;
}

const LOCAL = /^refs\/heddle\/(?:remotes|snapshots|dropped|diverged)\//;
/** All threads, and the branch. */
export const PUSH = ['push', '--all', '--branch', 'main'];
