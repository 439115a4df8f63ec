import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HEDDLE, type Printed } from '../cli/run-heddle.ts';
import { runProgram } from '../kill-sweep.ts';
import type { Chance } from '../model/random.ts';
import { PUSH, type Clone, type ScheduleWorld } from './schedule-world.ts';

type Step = readonly [name: string, act: () => Promise<unknown>];

/** What people do in the clones of a world, drawn one after the other. */
export class Schedule {
  readonly #world: ScheduleWorld;
  readonly #chance: Chance;

  constructor(world: ScheduleWorld, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
  }

  /** The stage's repository, and clones of it, by its two people in turn. */
  async begin(count: number): Promise<void> {
    const { stage, url } = this.#world;
    stage.git('remote', 'add', 'origin', url);
    await stage.owner.ok(['push', 'origin', '--all', '--branch', 'main']);
    for (let index = 0; index < count; index += 1) {
      const name = `r${index}`;
      const owns = index % 2 === 0;
      if (index > 0) await (owns ? stage.owner : stage.dev).ok(['clone', url, name], { cwd: stage.root });
      const clone = this.#world.add(name, index === 0 ? stage.path : stage.beside(name), owns);
      await this.#world.heddle(clone, ['start', `task/${name}`]);
      await this.#capture(clone);
      // Whoever changes something first is registered: one after the other, so that the chain does not fork here.
      await this.#world.heddle(clone, PUSH);
    }
  }

  /** One thing in one clone; it may be refused for a reason that heddle knows. */
  async step(): Promise<void> {
    const clone = this.#chance.of(this.#world.clones);
    const [, act] = this.#chance.of(this.#steps(clone));
    await act();
  }

  /** What may happen in a clone; what happens often stands there more than once. */
  #steps(clone: Clone): readonly Step[] {
    const capture: Step = ['capture', () => this.#capture(clone)];
    const pull: Step = ['pull', () => this.#world.heddle(clone, ['pull'])];
    const push: Step = ['push', () => this.#world.heddle(clone, PUSH)];
    const killed: Step = ['killed', () => this.#killed(clone, this.#chance.once(3) ? ['pull'] : PUSH)];
    const land: Step = ['land', () => this.#land(clone)];
    const race: Step = [
      'race',
      () => Promise.all(this.#world.clones.map((one) => this.#world.heddle(one, PUSH))),
    ];
    const usual = [capture, capture, capture, push, push, pull, pull, land, killed, killed, race];
    const more: readonly Step[] = [
      ['merge', async () => this.#world.merge(clone)],
      ['redact', () => this.#redact(clone)],
      ['redact --text', () => this.#redactText(clone)],
      ['undo', () => this.#undo(clone)],
      ['token', () => this.#token(clone)],
      ['revoke', () => this.#revoke(clone)],
      ['beside', () => this.#beside(clone)],
      ['beside', () => this.#beside(clone)],
      ['apart', () => this.#world.apart(clone)],
      ['rotate', () => this.#rotate(clone)],
    ];
    const owners: readonly Step[] = [
      ['grant', () => this.#grant(clone)],
      ['remove', () => this.#removeGrant(clone)],
      ['purge', () => this.#purge(clone)],
      ['revoke keys', () => this.#revokeKeys(clone)],
      ['freeze', () => this.#world.heddle(clone, ['freeze'])],
      ['unfreeze', () => this.#world.heddle(clone, ['unfreeze'])],
      ['unfreeze', () => this.#world.heddle(clone, ['unfreeze'])],
    ];
    return [...usual, ...more, ...(clone.owns ? owners : [])];
  }

  async #capture(clone: Clone): Promise<void> {
    const made = this.#world.count();
    const path = `${clone.name}-${this.#chance.below(4)}.txt`;
    const content = `${clone.name} wrote this in step ${made}, ${this.#chance.below(1e9)}\n`;
    this.#world.told.push(`echo '${content.trim()}' >${clone.name}/${path}`);
    writeFileSync(join(clone.cwd, path), content);
    const answer = await this.#world.heddle(clone, ['capture', '-m', `step ${made} of ${clone.name}`]);
    const { state, created } = answer ?? {};
    if (typeof state !== 'string' || created !== true) return;
    this.#world.acknowledge(clone, answer, { kind: 'state', state, path, content });
    clone.files.add(path);
  }

  async #land(clone: Clone): Promise<void> {
    const argv = ['land', `task/${clone.name}`, '--onto', 'main', '-m', `what ${clone.name} has`];
    const answer = await this.#world.heddle(clone, argv);
    if (answer !== undefined) clone.files.clear();
    for (const { commit } of (answer?.['commits'] ?? []) as readonly Printed[])
      if (typeof commit === 'string') this.#world.acknowledge(clone, answer, { kind: 'landing', commit });
  }

  async #redact(clone: Clone): Promise<void> {
    if (clone.files.size === 0) return;
    const path = this.#chance.of([...clone.files]);
    const answer = await this.#world.heddle(clone, ['redact', path, '--reason', 'it said too much']);
    const id = answer?.['tombstone'];
    if (typeof id === 'string') this.#world.acknowledge(clone, answer, { kind: 'tombstone', id });
  }

  async #redactText(clone: Clone): Promise<void> {
    const states = this.#world.acknowledged('state').map(({ state }) => state);
    if (states.length === 0) return;
    const text = ['--text', this.#chance.of(states), '--reason', 'it named a customer'];
    const answer = await this.#world.heddle(clone, ['redact', ...text]);
    const id = answer?.['tombstone'];
    if (typeof id === 'string') this.#world.acknowledge(clone, answer, { kind: 'tombstone', id });
  }

  async #purge(clone: Clone): Promise<void> {
    const ids = this.#world.acknowledged('tombstone').map(({ id }) => id);
    if (ids.length === 0) return;
    const id = this.#chance.of(ids);
    const answer = await this.#world.heddle(clone, ['purge', id, '--yes']);
    if (answer !== undefined) this.#world.acknowledge(clone, answer, { kind: 'purge', id });
  }

  async #undo(clone: Clone): Promise<void> {
    const answer = await this.#world.heddle(clone, ['undo']);
    const undone = answer?.['undone'];
    const id = typeof undone === 'string' ? undone : String((undone as Printed | undefined)?.['id']);
    if (answer !== undefined) this.#world.acknowledge(clone, answer, { kind: 'other' });
    if (clone.done.has(id)) clone.done.set(id, { kind: 'other' });
  }

  async #grant(clone: Clone): Promise<void> {
    const made = this.#world.count();
    const where = `acme/core@task/${clone.name}:part-${made}`;
    const answer = await this.#world.heddle(clone, ['grant', 'add', 'dev@example.com', 'reader', where]);
    const id = (answer?.['grant'] as Printed | undefined)?.['id'];
    if (typeof id === 'string') this.#world.acknowledge(clone, answer, { kind: 'grant', id });
  }

  async #removeGrant(clone: Clone): Promise<void> {
    const ids = this.#world.acknowledged('grant').map(({ id }) => id);
    if (ids.length === 0) return;
    const id = this.#chance.of(ids);
    const answer = await this.#world.heddle(clone, ['grant', 'remove', id]);
    if (answer === undefined) return;
    this.#world.acknowledge(clone, answer, { kind: 'gone-grant', id });
    // An undo of this makes another record that says the same.
    for (const { done } of this.#world.clones)
      for (const [line, one] of done)
        if (one.kind === 'grant' && one.id === id) done.set(line, { kind: 'other' });
  }

  async #token(clone: Clone): Promise<void> {
    const made = this.#world.count();
    const file = this.#world.stage.beside(`agent-${made}.hcred`);
    const where = ['--allow', 'state:capture', '--resource', `acme/core@task/${clone.name}`];
    const argv = ['token', 'attenuate', '--agent', `agent-${made}`, ...where, '--out', file];
    const answer = await this.#world.heddle(clone, argv);
    if (answer === undefined) return;
    this.#world.acknowledge(clone, answer, { kind: 'other' });
    clone.tokens.push(file);
  }

  async #revoke(clone: Clone): Promise<void> {
    const file = clone.tokens.pop();
    if (file === undefined) return;
    const answer = await this.#world.heddle(clone, ['token', 'revoke', '--token-file', file]);
    if (answer !== undefined) this.#world.acknowledge(clone, answer, { kind: 'other' });
  }

  /** Goes on with a thread that another clone works on, so that both may go two ways. */
  async #beside(clone: Clone): Promise<void> {
    const made = this.#world.count();
    const thread = `task/${this.#world.clones.find((one) => one !== clone)?.name ?? ''}`;
    if (clone.beside === null) {
      const directory = this.#world.stage.beside(`${clone.name}-beside`);
      const argv = ['start', thread, '--from', thread, '--worktree', directory];
      if ((await this.#world.heddle(clone, argv)) === undefined) return;
      clone.beside = directory;
    }
    const path = `${clone.name}-beside.txt`;
    const content = `${clone.name} wrote this beside in step ${made}\n`;
    this.#world.told.push(`echo '${content.trim()}' >${clone.name}-beside/${path}`);
    writeFileSync(join(clone.beside, path), content);
    const argv = ['-C', clone.beside, 'capture', '-m', `step ${made} of ${clone.name}`];
    const answer = await this.#world.heddle(clone, argv);
    const { state, created } = answer ?? {};
    if (typeof state === 'string' && created === true)
      this.#world.acknowledge(clone, answer, { kind: 'state', state, path, content });
  }

  /**
   * In one clone of each person: keys that are replaced in two at once are nobody's, and people have to talk. What the old
   * ones gave in another clone is told first: it counts for nothing else.
   */
  async #rotate(clone: Clone): Promise<void> {
    if (this.#world.clones.indexOf(clone) > 1) return;
    const others = this.#world.clones.filter((one) => one !== clone && one.owns === clone.owns);
    for (const one of others.length > 0 ? [...others, clone] : [])
      if ((await this.#world.exchange(one)) === undefined) return;
    const answer = await this.#world.heddle(clone, ['key', 'rotate']);
    if (answer === undefined) return;
    this.#world.acknowledge(clone, answer, { kind: 'other' });
    await this.#world.heddle(clone, ['login']);
  }

  /** An owner ends the other one's keys, having seen what was done with them, and takes up others. */
  async #revokeKeys(clone: Clone): Promise<void> {
    const [first, dev] = this.#world.clones;
    if (dev === undefined || clone !== first) return;
    for (const one of [dev, clone]) if ((await this.#world.exchange(one)) === undefined) return;
    const revoked = await this.#world.heddle(clone, ['key', 'revoke', 'dev@example.com']);
    if (revoked === undefined) return;
    this.#world.acknowledge(clone, revoked, { kind: 'other' });
    const made = await this.#world.heddle(dev, ['key', 'new', '--replace', '--no-passphrase']);
    await this.#world.register(clone, String(made?.['text']));
    await this.#world.heddle(dev, ['login']);
    for (const one of [clone, dev]) await this.#world.exchange(one);
  }

  /** Killed at a step or a git child that the seed names; it may have ended before. */
  async #killed(clone: Clone, argv: readonly string[]): Promise<void> {
    const when = this.#chance.of(['before', 'during', 'after']);
    const at = this.#chance.once(2)
      ? { KILL_GIT: `${1 + this.#chance.below(12)},${when}` }
      : { KILL_AT: String(1 + this.#chance.below(60)), KILL_WHEN: when };
    const said = Object.entries(at).map(([name, value]) => `${name}=${value}`);
    this.#world.told.push(`(cd ${clone.name}; ${said.join(' ')} heddle ${argv.join(' ')})`);
    const env = { ...clone.person.env, ...at, COUNT_UNDER: this.#world.stage.root };
    const { code, signal, stderr } = await runProgram({ argv: [HEDDLE, ...argv], cwd: clone.cwd, env });
    this.#world.told.push(`# ${signal ?? code} ${stderr.trim()}`);
  }
}
