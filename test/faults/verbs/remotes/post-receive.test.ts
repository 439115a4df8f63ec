import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HEDDLE } from '../../../support/cli/run-heddle.ts';
import { Stage } from '../../../support/cli/stage.ts';
import { sweep } from '../../../support/kill-sweep.ts';
import { SLOW } from '../sweep-verb.ts';

const SECRET = 'never-again-0123456789\n';
const GONE = '0'.repeat(40);

let stage: Stage;
const bare = (): string => stage.beside('server.git');
beforeEach(async () => {
  stage = await new Stage().begin();
  stage.git('init', '-q', '--bare', '-b', 'main', bare());
  const install = ['hook', 'install', '--server', '--trust-first', '--home', stage.beside('server-home')];
  await stage.owner.ok(install, { cwd: bare() });
  await stage.owner.ok(['remote', 'add', 'origin', bare()]);
  await stage.owner.ok(['start', 'task/own']);
  stage.write('key.txt', SECRET);
  await stage.owner.ok(['capture']);
  await stage.owner.ok(['push', '--branch', 'main']);
});
afterEach(() => stage.dispose());

const refs = (): ReadonlyMap<string, string> =>
  new Map(
    stage
      .git('-C', bare(), 'for-each-ref', '--format=%(refname) %(objectname)')
      .trim()
      .split('\n')
      .map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']),
  );

/** Has git accept a push and run nothing afterwards; what it would have told the hook. */
async function pushAlone(): Promise<string> {
  const hook = join(bare(), 'hooks', 'post-receive');
  const before = refs();
  chmodSync(hook, 0o644);
  await stage.owner.ok(['push']);
  chmodSync(hook, 0o755);
  const moved = [...refs()].filter(([name, next]) => before.get(name) !== next);
  return moved.map(([name, next]) => `${before.get(name) ?? GONE} ${next} ${name}\n`).join('');
}

it(
  'killed after a push, a server destroys what was ordered with the next one',
  { timeout: SLOW },
  async () => {
    const blob = stage.git('hash-object', 'key.txt').trim();
    const there = (): number | null => stage.gitCode('-C', bare(), 'cat-file', '-e', blob);
    const { tombstone } = await stage.owner.answer('redact', ['key.txt', '--reason', 'a token']);
    await stage.owner.ok(['purge', tombstone ?? '', '--yes']);
    const stdin = await pushAlone();
    expect(there()).toBe(0);
    const report = await sweep({
      argv: [HEDDLE, 'hook', 'run', 'post-receive'],
      cwd: bare(),
      env: { ...stage.owner.env, HEDDLE_HOME: stage.beside('server-home') },
      root: stage.root,
      stdin,
      sample: 2,
      check: async ({ what }) => {
        stage.write('b.txt', 'more\n');
        await stage.owner.ok(['capture']);
        await stage.owner.ok(['push']);
        expect(there(), what).not.toBe(0);
        expect(stage.gitCode('-C', bare(), 'fsck', '--strict', '--no-dangling'), what).toBe(0);
        stage.git('checkout', '-q', '--detach');
        stage.write('again.txt', SECRET);
        stage.git('add', '-f', 'again.txt');
        stage.git('commit', '-q', '-m', 'again');
        const refused = stage.gitCode('push', '-q', bare(), 'HEAD:refs/heads/again');
        expect(refused, `${what}: it does not come back`).toBe(1);
      },
    });
    expect(report.counted.code, report.counted.stderr).toBe(0);
    expect(report.counted.stderr).toContain('destroyed on the server');
  },
);
