import { appendFileSync, readFileSync } from 'node:fs';
import type { BlameResult } from '#domain/results/blame-results.ts';
import { threadRef } from '#domain/refs.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';

/** Everybody whose lines a test tells apart: lines begin with the letter of whoever wrote them. */
export const AGENTS = { A: 'writer', B: 'tester' } as const;
export type Letter = keyof typeof AGENTS;

/** What the file is before any agent came: `h` for lines of people. */
export const BASE = numbered('h base', 6);

/** Lines that say whose they are. */
export function numbered(what: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${what} line number ${index + 1}\n`).join('');
}

/**
 * A repository with a thread of dev's, in which two agents capture. Everything that comes to branches does so by plain
 * git, and no hook is there.
 */
export class BlameScene {
  readonly stage: Stage;
  readonly #agents = new Map<Letter, Person>();

  constructor() {
    this.stage = new Stage();
  }

  async begin(): Promise<this> {
    this.stage.write('src/app.txt', BASE);
    this.stage.write('src/other.txt', numbered('h other', 4));
    this.stage.repository.commit('base');
    // States are captured now; what is committed from them was not committed before.
    this.stage.repository.useRealDates();
    await this.stage.withDev();
    for (const letter of ['A', 'B'] as const) {
      const more = ['--provider', 'example-provider', '--model', `model-${letter.toLowerCase()}`];
      this.#agents.set(letter, await this.stage.agent(AGENTS[letter], { more }));
    }
    this.stage.keep();
    return this;
  }

  read(path = 'src/app.txt'): string {
    return readFileSync(this.stage.repository.absolute(path), 'utf8');
  }

  write(content: string, path = 'src/app.txt'): void {
    this.stage.write(path, content);
  }

  append(content: string, path = 'src/app.txt'): void {
    appendFileSync(this.stage.repository.absolute(path), content);
  }

  /** Puts text behind the first line that begins so. */
  insertAfter(beginning: string, content: string, path = 'src/app.txt'): void {
    this.write(this.read(path).replace(new RegExp(`^(${beginning}.*\n)`, 'm'), `$1${content}`), path);
  }

  replace(from: string | RegExp, to: string, path = 'src/app.txt'): void {
    this.write(this.read(path).replace(from, to), path);
  }

  /** Captures as an agent. */
  async capture(letter: Letter, options: readonly string[] = []): Promise<void> {
    const agent = this.#agents.get(letter);
    if (agent === undefined) throw new Error('begin first');
    await agent.ok(['capture', '-m', `work of ${letter}`, ...options]);
  }

  /** Puts in the place of the newest state what anybody can write: the same, and no signature. */
  takeSignature(): void {
    const ref = threadRef('task/login');
    const write = (content: string, ...how: readonly string[]): string =>
      this.stage.repository.gitBytes(this.stage.path, how, Buffer.from(content)).toString().trim();
    const carrier = this.git('rev-parse', ref).trim();
    const rows = this.git('ls-tree', carrier).trim().split('\n');
    const tree = write(`${rows.filter((row) => !row.endsWith('\tattestation.json')).join('\n')}\n`, 'mktree');
    const commit = this.stage.repository.gitBytes(this.stage.path, ['cat-file', 'commit', carrier]);
    const content = commit.toString().replace(/^tree .*/, `tree ${tree}`);
    this.git('update-ref', ref, write(content, 'hash-object', '-t', 'commit', '-w', '--stdin'));
  }

  /** Both agents work on the file, one after the other, and a person commits each. */
  async twoCommits(): Promise<void> {
    this.insertAfter('h base line number 2', numbered('A first', 4));
    await this.capture('A');
    this.commit('one');
    this.insertAfter('A first line number 2', numbered('B inner', 3));
    this.append(numbered('B last', 2));
    await this.capture('B');
    this.commit('two');
  }

  commit(message: string): void {
    this.git('add', '-A');
    this.git('commit', '-q', '-m', message);
  }

  git(...args: readonly string[]): string {
    return this.stage.git(...args);
  }

  /** Runs an interactive rebase whose list of steps a sed program edits. */
  rebase(program: string, ...args: readonly string[]): void {
    this.git(
      '-c',
      `sequence.editor=sed -i -e '${program}'`,
      '-c',
      'core.editor=true',
      'rebase',
      '-q',
      '-i',
      ...args,
    );
  }

  blame(path = 'src/app.txt', options: readonly string[] = []): Promise<BlameResult> {
    return this.stage.dev.answer('blame', [path, ...options]);
  }
}

/** How a blame goes against what each line says of itself. */
export interface Tally {
  readonly lines: number;
  readonly right: number;
  readonly inferred: number;
  /** Lines that are wrong: what they are attributed to, and their text. */
  readonly wrong: readonly string[];
}

/** Compares: a line's first letter is who wrote it. Lines of nothing but space or one bracket count for nobody. */
export function tally({ lines, states }: BlameResult): Tally {
  const agentOf = new Map(states.map(({ state, actor }) => [state, actor.agent]));
  const telling = lines.filter(({ text }) => /^\s*[hAB] /.test(text));
  const wrong = telling.flatMap(({ state, text, line }) => {
    const agent = state === null ? null : agentOf.get(state);
    const letter = agent === AGENTS.A ? 'A' : agent === AGENTS.B ? 'B' : 'h';
    return text.trim().startsWith(letter) ? [] : [`${line} ${letter}: ${text}`];
  });
  const inferred = telling.filter(({ how }) => how === 'inferred').length;
  return { lines: telling.length, right: telling.length - wrong.length, inferred, wrong };
}
