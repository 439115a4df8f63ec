import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { found, Stage, type Person } from '../../support/cli/stage.ts';

let stage: Stage;
/** The same people in another clone. */
let other: Person;
/** Where the thread goes on there. */
let there: Person;
const read = (directory: string, path: string): string => readFileSync(join(directory, path), 'utf8');
const write = (directory: string, path: string, text: string): void => {
  writeFileSync(join(directory, path), text);
};
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  await stage.dev.ok(['capture', '-m', 'One']);
  const bare = stage.beside('remote.git');
  stage.git('init', '-q', '--bare', bare);
  await stage.owner.ok(['remote', 'add', 'origin', bare]);
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  await stage.owner.ok(['clone', bare, stage.beside('colleague')]);
  other = stage.owner.with({}, stage.beside('colleague'));
  there = stage.owner.with({}, stage.beside('there'));
});
afterAll(() => stage.dispose());

describe('a thread that another clone has', () => {
  it('goes on in a worktree there, and its starter stays who it was', async () => {
    const refused = await other.run(['start', 'task/login', '--worktree']);
    expect(refused.stderr).toContain('heddle start task/login --from task/login --worktree');
    await other.ok(['start', 'task/login', '--from', 'task/login', '--worktree', stage.beside('there')]);
    expect(read(stage.beside('there'), 'src/a.ts')).toBe('one\n');
    const shown = await other.answer('thread-show', ['task/login']);
    expect(shown.startedBy).toBe('dev@example.com');
  });

  it('brings a worktree forward at a pull, where its files are as they were captured', async () => {
    write(stage.beside('there'), 'src/a.ts', 'two\n');
    const { state } = await there.answer('capture', ['-m', 'Two']);
    await there.ok(['push']);
    const pulled = await stage.dev.run(['pull']);
    expect(pulled.stderr).not.toContain('stays where it was');
    expect(read(stage.path, 'src/a.ts')).toBe('two\n');
    expect(await stage.dev.answer('status')).toMatchObject({ thread: 'task/login', state, changed: [] });
    stage.write('src/a.ts', 'three\n');
    await stage.dev.ok(['capture', '-m', 'Three']);
    await stage.dev.ok(['push']);
    expect(await stage.dev.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });

  it('leaves a worktree where it is while anything in it is in no state, and says so', async () => {
    write(stage.beside('there'), 'mine.ts', 'mine\n');
    const pulled = await there.run(['pull']);
    expect(pulled.stderr).toContain(
      'task/login moved on, and this worktree stays where it was: its files changed',
    );
    expect(read(stage.beside('there'), 'src/a.ts')).toBe('two\n');
    expect(read(stage.beside('there'), 'mine.ts')).toBe('mine\n');
  });

  it('that went on here and there is shown with both ends, and none is lost', async () => {
    stage.write('src/a.ts', 'four\n');
    await stage.dev.ok(['capture', '-m', 'Four']);
    await stage.dev.ok(['push']);
    const fourth = stage.beside('fourth');
    await other.ok(['start', 'task/login', '--from', 'task/login', '--worktree', fourth]);
    write(fourth, 'src/a.ts', 'another four\n');
    const here = stage.owner.with({}, fourth);
    await here.ok(['capture', '-m', 'Another four']);
    await other.ok(['pull']);
    const { threads } = await other.answer('thread-list');
    const [theirs] = found(threads.find(({ thread }) => thread === 'task/login')).diverged;
    expect((await other.ok(['thread', 'list'])).stdout).toContain('went another way to hs-');
    expect((await other.ok(['thread', 'show', 'task/login'])).stdout).toContain('went another way to hs-');
    const { attention } = await here.answer('status');
    const { command } = found(attention.find(({ message }) => message.includes('another way')));
    expect(command).toEqual(['heddle', 'start', 'task/login-theirs', '--from', theirs, '--worktree']);
    await here.ok([...found(command).slice(1), stage.beside('fifth')]);
    expect(read(stage.beside('fifth'), 'src/a.ts')).toBe('four\n');
    expect(await other.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });
});

describe('a branch', () => {
  it('takes the threads along that were landed on it, whatever this worktree stands on', async () => {
    stage.write('src/b.ts', 'b\n');
    const { state } = await stage.dev.answer('capture', ['-m', 'B']);
    await stage.owner.ok(['land', 'task/login', '--onto', 'main']);
    await stage.owner.ok(['start', 'task/next']);
    const pushed = await stage.owner.answer('push', ['--branch', 'main']);
    expect(pushed.threads).toEqual([{ thread: 'task/login', state, outcome: 'advanced' }]);
    expect((await stage.owner.answer('push', ['--branch', 'main'])).threads).toEqual([]);
  });
});

describe('a first push', () => {
  it('brings a log that the receiving side believes, where nothing was done since init', async () => {
    const fresh = new Stage();
    try {
      await fresh.owner.ok([
        'init',
        '--principal',
        'owner@example.com',
        '--namespace',
        'acme',
        '--name',
        'core',
        '--no-passphrase',
      ]);
      await fresh.owner.ok(['login']);
      const bare = fresh.beside('server.git');
      fresh.git('init', '-q', '--bare', bare);
      await fresh.owner.ok(['hook', 'install', '--server', '--trust-first'], { cwd: bare });
      await fresh.owner.ok(['remote', 'add', 'origin', bare]);
      const pushed = await fresh.owner.answer('push', ['--branch', 'main']);
      expect(pushed.records).toEqual(['authority', 'oplog']);
    } finally {
      fresh.dispose();
    }
  });
});
