import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentProcess } from '#platform/process-identity.ts';
import { copyTree } from '../../support/run/tree.ts';
import { scan } from '../../support/byte-scanner/scan.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

const SECRET = 'token = "never-again-0123456789"\n';

let stage: Stage;
/** The same owner in another clone. */
let other: Person;
let cwd: string;
const bare = (): string => stage.beside('remote.git');
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'export const a = 1;\n');
  await stage.dev.ok(['capture', '-m', 'First']);
  stage.git('init', '-q', '--bare', bare());
  await stage.owner.ok(['remote', 'add', 'origin', bare()]);
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  cwd = stage.beside('colleague');
  stage.git('clone', '-q', bare(), cwd);
  stage.git('-C', cwd, 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
  other = stage.person('colleague').with({}, cwd);
  await other.ok(['init', '--adopt']);
});
afterAll(() => stage.dispose());

const remoteRefs = (): string => stage.git('-C', bare(), 'for-each-ref', '--format=%(objectname) %(refname)');

describe('push and pull', () => {
  itNeedsARepository(['push']);
  itNeedsARepository(['pull']);

  it('bring a thread, and what it is judged by, to another clone', async () => {
    expect(remoteRefs()).toMatch(
      /refs\/heads\/main\n.*refs\/heddle\/authority\n.*refs\/heddle\/oplog\/\w{52}\n.*refs\/heddle\/threads\/task\/login$/,
    );
    stage.write('src/a.ts', 'export const a = 2;\n');
    const { state } = await stage.dev.answer('capture', ['-m', 'Second']);
    const pushed = await stage.dev.answer('push');
    expect(schemaProblems(pushed)).toEqual([]);
    expect(pushed).toMatchObject({
      remote: 'origin',
      threads: [{ thread: 'task/login', state, outcome: 'advanced' }],
    });

    const pulled = await other.answer('pull');
    expect(schemaProblems(pulled)).toEqual([]);
    expect(pulled).toMatchObject({
      threads: [{ thread: 'task/login', state, outcome: 'advanced' }],
      findings: [],
    });
    expect((await other.ok(['show', 'task/login'])).stdout).toContain(state);
    expect(await other.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
    expect((await other.ok(['pull'])).stdout).toContain('nothing new from origin');
    expect(await stage.dev.answer('push')).toMatchObject({ records: [], operation: null });
  });

  it('refuse whoever may not push, with one line and before anybody is called', async () => {
    const before = remoteRefs();
    await expectDenial(stage, stage.dev, { argv: ['push', '--branch', 'main'], code: 'ROLE_NONE' });
    await expectDenial(stage, stage.dev, {
      argv: ['push', '--thread', 'other/thread'],
      code: 'ROLE_NONE',
    });
    expect(remoteRefs()).toBe(before);
  });

  it('name what is not there, and leave nothing behind', async () => {
    const refused = (argv: readonly string[], exit: number, code: string): Promise<void> =>
      expectRefusal(stage.owner, argv, { exit, code });
    await refused(['push', 'nowhere'], 78, 'REMOTE_UNKNOWN');
    await refused(['push', '--thread', 'no/such'], 65, 'NOT_FOUND');
    await refused(['pull', '../../heads'], 78, 'REMOTE_UNKNOWN');
    await refused(['remote', 'add', 'origin', bare()], 65, 'REMOTE_EXISTS');
    await refused(['remote', 'add', 'evil', 'ext::sh -c touch% pwned'], 65, 'REMOTE_REFUSED');
    await refused(['remote', 'add', 'evil', '--upload-pack=touch pwned'], 64, 'USAGE');
    stage.git('remote', 'add', 'gone', stage.beside('no-such.git'));
    await refused(['pull', 'gone'], 74, 'REMOTE_FAILED');
    stage.git('remote', 'remove', 'gone');
    expect(stage.leftovers()).toEqual([]);
  });

  it('pass on what a hook of the receiving side says, and leave nothing there that it refused', async () => {
    const hook = join(bare(), 'hooks', 'pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "ask an owner first" >&2\nexit 1\n', { mode: 0o755 });
    stage.write('src/refused.ts', 'export {};\n');
    await stage.dev.ok(['capture', '-m', 'Refused']);
    const before = remoteRefs();
    await expectRefusal(stage.dev, ['push'], { exit: 65, code: 'PUSH_REFUSED' });
    expect((await stage.dev.run(['push'])).stderr).toContain('ask an owner first');
    expect(remoteRefs()).toBe(before);
    rmSync(hook);
    await stage.dev.ok(['push']);
  });

  it('bring refs one by one, in order, where the receiving side cannot do all at once', async () => {
    stage.git('-C', bare(), 'config', 'receive.advertiseAtomic', 'false');
    stage.write('src/slow.ts', 'export {};\n');
    const { state } = await stage.dev.answer('capture', ['-m', 'One by one']);
    expect(await stage.dev.answer('push')).toMatchObject({ threads: [{ state, outcome: 'advanced' }] });
    stage.git('-C', bare(), 'config', '--unset', 'receive.advertiseAtomic');
  });

  it('take removed content out of what arrives, and destroy it in the other clone', async () => {
    stage.write('src/key.ts', SECRET);
    await stage.dev.ok(['capture', '-m', 'With a key']);
    await stage.dev.ok(['push']);
    await other.ok(['pull']);
    const { tombstone } = await stage.owner.answer('redact', ['src/key.ts', '--reason', 'a token']);
    await stage.owner.ok(['push', '--all']);
    expect(await other.answer('pull')).toMatchObject({
      tombstones: { added: [tombstone], applied: [tombstone] },
    });
    // What a fetch had brought that was killed before anything of it was judged.
    const place = currentProcess().place.replaceAll(/[^0-9A-Za-z]/g, '');
    const left = stage.beside('work', '.git/heddle/incoming', `${place}-999999999-1-000000`, 'objects');
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'pack'), SECRET);
    await stage.owner.ok(['purge', tombstone ?? '', '--yes']);
    expect(existsSync(left)).toBe(false);
    await stage.owner.ok(['push', '--all']);
    await other.ok(['pull']);
    expect(scan({ directories: [cwd], secrets: { token: Buffer.from(SECRET) } }).findings).toEqual([]);
    expect(await other.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });

  it('refuse a push onto what somebody else pushed meanwhile, and keep both sides of a thread', async () => {
    const copy = stage.beside('copy');
    copyTree(stage.path, copy);
    const there = stage.dev.with({}, copy);
    writeFileSync(join(copy, 'there.txt'), 'there\n');
    const theirs = await there.answer('capture', ['-m', 'There']);
    await there.ok(['push']);
    stage.write('here.txt', 'here\n');
    const mine = await stage.dev.answer('capture', ['-m', 'Here']);
    const before = remoteRefs();
    await expectRefusal(stage.dev, ['push'], { exit: 75, code: 'REMOTE_MOVED' });
    expect(remoteRefs()).toBe(before);

    const pulled = await stage.dev.answer('pull');
    expect(pulled.threads).toEqual([
      { thread: 'task/login', outcome: 'diverged', before: mine.state, state: theirs.state },
    ]);
    expect((await stage.dev.ok(['pull'])).stdout).toContain(`heddle show ${theirs.state?.slice(0, 11)}`);
    expect((await stage.dev.ok(['show', 'task/login'])).stdout).toContain(mine.state);
    expect((await stage.dev.ok(['show', theirs.state ?? ''])).stdout).toContain('There');
    // A push would take it away, and a pull brings nothing more.
    await expectRefusal(stage.dev, ['push'], { exit: 65, code: 'THREAD_DIVERGED' });
    expect((await stage.dev.answer('push', ['--all'])).threads).toMatchObject([{ outcome: 'diverged' }]);
    const { stdout } = await stage.dev.ok(['push', '--all']);
    expect(stdout).toContain('heddle thread rename task/login ');
    // Who may not rename it, as it is another one's, goes on like this.
    expect(stdout).toContain('`heddle start task/login-mine --from task/login --worktree`');
    const cwd = stage.beside('mine');
    await stage.dev.ok(['start', 'task/login-mine', '--from', 'task/login', '--worktree', cwd]);
    writeFileSync(join(cwd, 'mine.txt'), 'mine\n');
    await stage.dev.ok(['capture'], { cwd });
    expect((await stage.dev.answer('push', [], { cwd })).threads).toMatchObject([{ outcome: 'new' }]);
    await stage.dev.ok([
      'start',
      'task/theirs',
      '--from',
      theirs.state ?? '',
      '--worktree',
      stage.beside('theirs'),
    ]);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });
});
