import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chance } from '../model/random.ts';
import { HEDDLE, printed, story, type Printed, type Run } from '../cli/run-heddle.ts';
import type { Person, Stage } from '../cli/stage.ts';
import { runProgram } from '../kill-sweep.ts';

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

type Step = readonly [name: string, act: () => Promise<unknown>];

/** Clones of one repository that share a bare remote, and a schedule of what happens in them. */
export class ScheduleWorld {
  readonly clones: Clone[] = [];
  /** All that was done, as commands that can be typed in again. */
  readonly told: string[] = [];
  #made = 0;
  readonly stage: Stage;
  readonly url: string;
  readonly #chance: Chance;

  constructor(stage: Stage, url: string, chance: Chance) {
    this.stage = stage;
    this.url = url;
    this.#chance = chance;
  }

  /** The stage's repository, and clones of it, by its two people in turn. */
  async begin(count: number): Promise<void> {
    const { stage, url } = this;
    stage.git('remote', 'add', 'origin', url);
    await stage.owner.ok(['push', 'origin', '--all', '--branch', 'main']);
    for (let index = 0; index < count; index += 1) {
      const name = `r${index}`;
      const owns = index % 2 === 0;
      if (index > 0) await (owns ? stage.owner : stage.dev).ok(['clone', url, name], { cwd: stage.root });
      const clone = this.#add(name, index === 0 ? stage.path : stage.beside(name), owns);
      await this.#heddle(clone, ['start', `task/${name}`]);
      await this.#capture(clone);
      // Whoever changes something first is registered: one after the other, so that the chain does not fork here.
      await this.#heddle(clone, PUSH);
    }
  }

  #add(name: string, cwd: string, owns: boolean): Clone {
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

  /** One thing in one clone; it may be refused for a reason that heddle knows. */
  async step(): Promise<void> {
    const clone = this.#chance.of(this.clones);
    const [, act] = this.#chance.of(this.#steps(clone));
    await act();
  }

  /** Everybody pulls and pushes until all have the same, five times at most. */
  async settle(): Promise<void> {
    let found: readonly string[] = [];
    for (let round = 0; round < 5; round += 1) {
      found = [];
      for (const clone of this.clones) {
        const pulled = (await this.#exchange(clone)) ?? (await this.#unfrozen(clone));
        const findings: unknown = pulled?.['findings'];
        if (!Array.isArray(findings) || findings.length > 0) found = [...found, clone.name];
      }
      const [there, ...others] = [this.stage.beside('remote.git'), ...this.clones.map(({ cwd }) => cwd)];
      const same = this.refsOf(there ?? '').join();
      if (found.length === 0 && others.every((cwd) => this.refsOf(cwd).join() === same)) return;
    }
    if (found.length > 0) throw new Error(`${found.join()} does not pull`);
  }

  /** An owner lifts a freeze; the others wait for that. */
  async #unfrozen(clone: Clone): Promise<Printed | undefined> {
    const lifted = clone.owns ? await this.#heddle(clone, ['unfreeze']) : undefined;
    return lifted === undefined ? undefined : this.#exchange(clone);
  }

  /** Everything of a clone is at the remote then, and the other way round: the answer of its pull; undefined where not. */
  async #exchange(clone: Clone): Promise<Printed | undefined> {
    await this.#merge(clone);
    const pulled = await this.#apart(clone);
    const pushed = await this.#heddle(clone, PUSH);
    return pushed === undefined ? undefined : pulled;
  }

  /** What a pull says to do with a thread that went two ways: this clone's gets another name. */
  async #apart(clone: Clone): Promise<Printed | undefined> {
    const pulled = await this.#heddle(clone, ['pull']);
    const threads = (pulled?.['threads'] ?? []) as readonly Printed[];
    const apart = threads.filter(({ outcome }) => outcome === 'diverged').map(({ thread }) => String(thread));
    for (const thread of apart) {
      this.#made += 1;
      await this.#heddle(clone, ['thread', 'rename', thread, `${thread}-${clone.name}-${this.#made}`]);
    }
    return apart.length === 0 ? pulled : this.#heddle(clone, ['pull']);
  }

  /** Refs that travel, and the branch: the others are of one clone. */
  refsOf(cwd: string): readonly string[] {
    const format = '--format=%(refname) %(objectname)';
    const rows = this.stage.git('-C', cwd, 'for-each-ref', format, 'refs/heddle', 'refs/heads/main');
    return rows.split('\n').filter((row) => row !== '' && !LOCAL.test(row));
  }

  #steps(clone: Clone): readonly Step[] {
    const capture: Step = ['capture', () => this.#capture(clone)];
    const pull: Step = ['pull', () => this.#heddle(clone, ['pull'])];
    const push: Step = ['push', () => this.#heddle(clone, PUSH)];
    const killed: Step = ['killed', () => this.#killed(clone, this.#chance.once(3) ? ['pull'] : PUSH)];
    const land: Step = ['land', () => this.#land(clone)];
    const race: Step = ['race', () => Promise.all(this.clones.map((one) => this.#heddle(one, PUSH)))];
    const usual = [capture, capture, capture, push, push, pull, pull, land, killed, killed, race];
    const more: readonly Step[] = [
      ['merge', async () => this.#merge(clone)],
      ['redact', () => this.#redact(clone)],
      ['redact --text', () => this.#redactText(clone)],
      ['undo', () => this.#undo(clone)],
      ['token', () => this.#token(clone)],
      ['revoke', () => this.#revoke(clone)],
      ['beside', () => this.#beside(clone)],
      ['beside', () => this.#beside(clone)],
      ['apart', () => this.#apart(clone)],
      ['rotate', () => this.#rotate(clone)],
    ];
    const owners: readonly Step[] = [
      ['grant', () => this.#grant(clone)],
      ['remove', () => this.#removeGrant(clone)],
      ['purge', () => this.#purge(clone)],
      ['revoke keys', () => this.#revokeKeys(clone)],
      ['freeze', () => this.#heddle(clone, ['freeze'])],
      ['unfreeze', () => this.#heddle(clone, ['unfreeze'])],
      ['unfreeze', () => this.#heddle(clone, ['unfreeze'])],
    ];
    return [...usual, ...more, ...(clone.owns ? owners : [])];
  }

  async #capture(clone: Clone): Promise<void> {
    this.#made += 1;
    const path = `${clone.name}-${this.#chance.below(4)}.txt`;
    const content = `${clone.name} wrote this in step ${this.#made}, ${this.#chance.below(1e9)}\n`;
    this.told.push(`echo '${content.trim()}' >${clone.name}/${path}`);
    writeFileSync(join(clone.cwd, path), content);
    const answer = await this.#heddle(clone, ['capture', '-m', `step ${this.#made} of ${clone.name}`]);
    const { state, created } = answer ?? {};
    if (typeof state !== 'string' || created !== true) return;
    this.#acknowledge(clone, answer, { kind: 'state', state, path, content });
    clone.files.add(path);
  }

  async #land(clone: Clone): Promise<void> {
    const argv = ['land', `task/${clone.name}`, '--onto', 'main', '-m', `what ${clone.name} has`];
    const answer = await this.#heddle(clone, argv);
    if (answer !== undefined) clone.files.clear();
    for (const { commit } of (answer?.['commits'] ?? []) as readonly Printed[])
      if (typeof commit === 'string') this.#acknowledge(clone, answer, { kind: 'landing', commit });
  }

  async #redact(clone: Clone): Promise<void> {
    if (clone.files.size === 0) return;
    const path = this.#chance.of([...clone.files]);
    const answer = await this.#heddle(clone, ['redact', path, '--reason', 'it said too much']);
    const id = answer?.['tombstone'];
    if (typeof id === 'string') this.#acknowledge(clone, answer, { kind: 'tombstone', id });
  }

  async #redactText(clone: Clone): Promise<void> {
    const states = this.acknowledged('state').map(({ state }) => state);
    if (states.length === 0) return;
    const text = ['--text', this.#chance.of(states), '--reason', 'it named a customer'];
    const answer = await this.#heddle(clone, ['redact', ...text]);
    const id = answer?.['tombstone'];
    if (typeof id === 'string') this.#acknowledge(clone, answer, { kind: 'tombstone', id });
  }

  async #purge(clone: Clone): Promise<void> {
    const ids = this.acknowledged('tombstone').map(({ id }) => id);
    if (ids.length === 0) return;
    const id = this.#chance.of(ids);
    const answer = await this.#heddle(clone, ['purge', id, '--yes']);
    if (answer !== undefined) this.#acknowledge(clone, answer, { kind: 'purge', id });
  }

  async #undo(clone: Clone): Promise<void> {
    const answer = await this.#heddle(clone, ['undo']);
    const undone = answer?.['undone'];
    const id = typeof undone === 'string' ? undone : String((undone as Printed | undefined)?.['id']);
    if (answer !== undefined) this.#acknowledge(clone, answer, { kind: 'other' });
    if (clone.done.has(id)) clone.done.set(id, { kind: 'other' });
  }

  async #grant(clone: Clone): Promise<void> {
    this.#made += 1;
    const where = `acme/core@task/${clone.name}:part-${this.#made}`;
    const answer = await this.#heddle(clone, ['grant', 'add', 'dev@example.com', 'reader', where]);
    const id = (answer?.['grant'] as Printed | undefined)?.['id'];
    if (typeof id === 'string') this.#acknowledge(clone, answer, { kind: 'grant', id });
  }

  async #removeGrant(clone: Clone): Promise<void> {
    const ids = this.acknowledged('grant').map(({ id }) => id);
    if (ids.length === 0) return;
    const id = this.#chance.of(ids);
    const answer = await this.#heddle(clone, ['grant', 'remove', id]);
    if (answer === undefined) return;
    this.#acknowledge(clone, answer, { kind: 'gone-grant', id });
    // An undo of this makes another record that says the same.
    for (const { done } of this.clones)
      for (const [line, one] of done)
        if (one.kind === 'grant' && one.id === id) done.set(line, { kind: 'other' });
  }

  async #token(clone: Clone): Promise<void> {
    this.#made += 1;
    const file = this.stage.beside(`agent-${this.#made}.hcred`);
    const where = ['--allow', 'state:capture', '--resource', `acme/core@task/${clone.name}`];
    const argv = ['token', 'attenuate', '--agent', `agent-${this.#made}`, ...where, '--out', file];
    const answer = await this.#heddle(clone, argv);
    if (answer === undefined) return;
    this.#acknowledge(clone, answer, { kind: 'other' });
    clone.tokens.push(file);
  }

  async #revoke(clone: Clone): Promise<void> {
    const file = clone.tokens.pop();
    if (file === undefined) return;
    const answer = await this.#heddle(clone, ['token', 'revoke', '--token-file', file]);
    if (answer !== undefined) this.#acknowledge(clone, answer, { kind: 'other' });
  }

  /** Goes on with a thread that another clone works on, so that both may go two ways. */
  async #beside(clone: Clone): Promise<void> {
    this.#made += 1;
    const thread = `task/${this.clones.find((one) => one !== clone)?.name ?? ''}`;
    if (clone.beside === null) {
      const directory = this.stage.beside(`${clone.name}-beside`);
      const argv = ['start', thread, '--from', thread, '--worktree', directory];
      if ((await this.#heddle(clone, argv)) === undefined) return;
      clone.beside = directory;
    }
    const path = `${clone.name}-beside.txt`;
    const content = `${clone.name} wrote this beside in step ${this.#made}\n`;
    this.told.push(`echo '${content.trim()}' >${clone.name}-beside/${path}`);
    writeFileSync(join(clone.beside, path), content);
    const argv = ['-C', clone.beside, 'capture', '-m', `step ${this.#made} of ${clone.name}`];
    const answer = await this.#heddle(clone, argv);
    const { state, created } = answer ?? {};
    if (typeof state === 'string' && created === true)
      this.#acknowledge(clone, answer, { kind: 'state', state, path, content });
  }

  /**
   * In one clone of each person: keys that are replaced in two at once are nobody's, and people have to talk. What the old
   * ones gave in another clone is told first: it counts for nothing else.
   */
  async #rotate(clone: Clone): Promise<void> {
    if (this.clones.indexOf(clone) > 1) return;
    const others = this.clones.filter((one) => one !== clone && one.owns === clone.owns);
    for (const one of others.length > 0 ? [...others, clone] : [])
      if ((await this.#exchange(one)) === undefined) return;
    const answer = await this.#heddle(clone, ['key', 'rotate']);
    if (answer === undefined) return;
    this.#acknowledge(clone, answer, { kind: 'other' });
    await this.#heddle(clone, ['login']);
  }

  /** An owner ends the other one's keys, having seen what was done with them, and takes up others. */
  async #revokeKeys(clone: Clone): Promise<void> {
    const [first, dev] = this.clones;
    if (dev === undefined || clone !== first) return;
    for (const one of [dev, clone]) if ((await this.#exchange(one)) === undefined) return;
    const revoked = await this.#heddle(clone, ['key', 'revoke', 'dev@example.com']);
    if (revoked === undefined) return;
    this.#acknowledge(clone, revoked, { kind: 'other' });
    const made = await this.#heddle(dev, ['key', 'new', '--replace', '--no-passphrase']);
    await this.#heddle(clone, ['key', 'add', 'dev@example.com', String(made?.['text'])]);
    await this.#heddle(dev, ['login']);
    for (const one of [clone, dev]) await this.#exchange(one);
  }

  /** What people do in Git to follow a branch. */
  async #merge(clone: Clone): Promise<void> {
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

  /** Killed at a step or a git child that the seed names; it may have ended before. */
  async #killed(clone: Clone, argv: readonly string[]): Promise<void> {
    const when = this.#chance.of(['before', 'during', 'after']);
    const at = this.#chance.once(2)
      ? { KILL_GIT: `${1 + this.#chance.below(12)},${when}` }
      : { KILL_AT: String(1 + this.#chance.below(60)), KILL_WHEN: when };
    const said = Object.entries(at).map(([name, value]) => `${name}=${value}`);
    this.told.push(`(cd ${clone.name}; ${said.join(' ')} heddle ${argv.join(' ')})`);
    const env = { ...clone.person.env, ...at, COUNT_UNDER: this.stage.root };
    const { code, signal, stderr } = await runProgram({ argv: [HEDDLE, ...argv], cwd: clone.cwd, env });
    this.told.push(`# ${signal ?? code} ${stderr.trim()}`);
  }

  #acknowledge(clone: Clone, answer: Printed | undefined, what: Acknowledged): void {
    const operation = answer?.['operation'];
    if (typeof operation === 'string') clone.done.set(operation, what);
  }

  /** The answer; undefined where it was refused. */
  async #heddle(clone: Clone, argv: readonly string[]): Promise<Printed | undefined> {
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

const LOCAL = /^refs\/heddle\/(?:remotes|snapshots|dropped|diverged)\//;
const PUSH = ['push', '--all', '--branch', 'main'];
