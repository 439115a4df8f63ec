import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import type { Person, Stage } from '../cli/stage.ts';
import { gitPush } from './publish.ts';

/** The thread in which an agent has work. */
export const TASK = threadRef('task/login');
export const MAIN = 'refs/heads/main';

/** What everybody can do who can run git: ask none of the hooks. */
const NO_HOOKS = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'core.hooksPath',
  GIT_CONFIG_VALUE_0: '/dev/null',
};

/** What was tried: what was said in the clone, and by the server. */
export interface Said {
  readonly clone: readonly string[];
  readonly server: readonly string[];
}

/** A clone with hooks, an agent in it, and a server that judges what it is pushed: to be gone round. */
export class GuardedClone {
  readonly stage: Stage;
  readonly agent: Person;
  readonly server: string;

  constructor(stage: Stage, agent: Person, server: string) {
    this.stage = stage;
    this.agent = agent;
    this.server = server;
  }

  /** As whom forgeries are made. */
  get forger(): { readonly env: Readonly<Record<string, string>>; readonly credential: string } {
    return { env: this.agent.env, credential: this.stage.beside('worker.hcred') };
  }

  /** Git as somebody runs it, with all hooks; what it said. */
  hooked(person: Person, ...argv: readonly string[]): string {
    const { status, stderr } = spawnSync('git', argv, {
      cwd: this.stage.path,
      env: person.env,
      encoding: 'utf8',
    });
    expect(status, `git ${argv.join(' ')}`).not.toBe(0);
    return stderr;
  }

  /** Git without any hook. */
  plain(...argv: readonly string[]): string {
    return this.stage.git('-c', 'core.hooksPath=/dev/null', ...argv).trim();
  }

  /** Pushes with git alone, past the hooks of the clone; what the server said. */
  async raw(...refspecs: readonly string[]): Promise<string> {
    const before = this.stage.git('-C', this.server, 'for-each-ref');
    const { exit, stderr } = await gitPush(this.stage, this.server, refspecs, {
      env: { ...this.agent.env, ...NO_HOOKS },
    });
    expect(exit, stderr).not.toBe(0);
    expect(this.stage.git('-C', this.server, 'for-each-ref')).toBe(before);
    return stderr;
  }

  /** What `verify` says after refs were moved by git alone. */
  async told(...moves: readonly (readonly string[])[]): Promise<string> {
    for (const move of moves) this.plain('update-ref', ...move);
    const run = await this.stage.owner.run(['verify', '--all', '--json']);
    expect(run.exit, run.stderr).not.toBe(0);
    return `verify ${run.stdout}${run.stderr}`;
  }

  /** A commit by nobody that heddle knows of, on the branch and not yet anywhere. */
  rawCommit(): string {
    const tree = this.plain('write-tree');
    return this.plain('commit-tree', '-p', MAIN, '-m', 'raw', tree);
  }

  /** A forged head of the thread: held against `verify`, then pushed. */
  async forged(head: string): Promise<Said> {
    return { server: [await this.raw(`+${head}:${TASK}`)], clone: [await this.told([TASK, head])] };
  }
}
