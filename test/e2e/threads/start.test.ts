import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

describe('start', () => {
  itNeedsARepository(['start', 'task/x']);

  it('opens a thread at the commit that is checked out', async () => {
    const answer = await stage.dev.answer('start', ['task/two', '--task', 'Second']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      thread: 'task/two',
      task: 'Second',
      from: null,
      base: stage.git('rev-parse', 'HEAD'),
      worktree: stage.path,
    });
    expect(await stage.dev.answer('status')).toMatchObject({ thread: 'task/two' });
  });

  it('makes a linked worktree with the files of a state', async () => {
    stage.write('src/a.ts', 'a\n');
    const { state } = await stage.dev.answer('capture');
    const directory = stage.beside('tree');
    const answer = await stage.dev.answer('start', ['task/tree', '--from', state, '--worktree', directory]);
    expect(answer).toMatchObject({ from: state, worktree: directory });
    expect(readFileSync(join(directory, 'src', 'a.ts'), 'utf8')).toBe('a\n');
    const status = await stage.dev.answer('status', [], { cwd: directory });
    expect(status).toMatchObject({ thread: 'task/tree', state, changed: [] });
    const capture = await stage.dev.answer('capture', [], { cwd: directory });
    expect(capture['created']).toBe(false);
  });

  it('gives a worktree names and hooks that no other one changes', async () => {
    stage.git('config', 'user.email', 'all@example.com');
    const ran = stage.beside('ran');
    const hook = stage.path + '/.git/hooks/post-commit';
    writeFileSync(hook, `#!/bin/sh\necho ran >'${ran}'\n`, { mode: 0o755 });
    const [one, two] = [stage.beside('one'), stage.beside('two')];
    await stage.dev.ok(['start', 'task/one', '--worktree', one]);
    await stage.dev.ok(['start', 'task/two', '--worktree', two]);
    const git = (directory: string, ...args: string[]) => stage.repository.gitIn(directory, ...args);
    git(two, 'config', 'user.email', 'two@example.com');
    git(two, 'config', 'core.hooksPath', '/nowhere');
    git(two, 'config', '--worktree', 'user.name', 'Two');
    expect(git(one, 'config', 'user.email')).toBe('all@example.com');
    expect(git(two, 'config', 'user.name')).toBe('Two');
    expect(git(one, 'config', 'user.name')).not.toBe('Two');
    git(one, 'commit', '-q', '--allow-empty', '-m', 'one');
    expect(readFileSync(ran, 'utf8')).toBe('ran\n');
    expect((await stage.dev.answer('status', [], { cwd: one }))['thread']).toBe('task/one');
  });

  it('begins a worktree at a Git revision or at a thread too', async () => {
    stage.write('later', 'later\n');
    stage.repository.commit('later');
    const old = stage.beside('old');
    await stage.dev.ok(['start', 'task/old', '--from', 'HEAD~1', '--worktree', old]);
    expect(existsSync(join(old, 'later'))).toBe(false);
    stage.write('src/a.ts', 'a\n');
    await stage.dev.ok(['capture']);
    const copy = stage.beside('copy');
    await stage.dev.ok(['start', 'task/copy', '--from', 'task/login', '--worktree', copy]);
    expect(existsSync(join(copy, 'src', 'a.ts'))).toBe(true);
  });

  it('makes the worktree beside this one where no place is named, and never in the place of something', async () => {
    const place = `${stage.path}.task-be-side`;
    const answer = await stage.dev.answer('start', ['task/be/side', '--worktree']);
    expect(answer).toMatchObject({ thread: 'task/be/side', worktree: place });
    expect(await stage.dev.answer('status', [], { cwd: place })).toMatchObject({ thread: 'task/be/side' });
    const before = stage.footprint();
    // Another thread whose place would have the same name.
    await expectRefusal(stage.dev, ['start', 'task/be-side', '--worktree'], {
      exit: 73,
      code: 'OUTPUT_EXISTS',
    });
    expect(stage.footprint()).toEqual(before);
  });

  it('is denied outside the role, with one log line', async () => {
    await expectDenial(stage, stage.dev, { argv: ['start', 'release/1'], code: 'ROLE_NONE' });
    const argv = ['start', 'release/1', '--worktree', stage.beside('release')];
    await expectDenial(stage, stage.dev, { argv, code: 'ROLE_NONE' });
    expect(existsSync(stage.beside('release'))).toBe(false);
  });

  it('overwrites nothing', async () => {
    const directory = stage.beside('full');
    mkdirSync(directory);
    writeFileSync(join(directory, 'mine'), 'mine\n');
    const argv = ['start', 'task/full', '--worktree', directory];
    const before = stage.footprint();
    await expectRefusal(stage.dev, argv, { exit: 73, code: 'OUTPUT_EXISTS' });
    expect(stage.footprint()).toEqual(before);
    expect(readFileSync(join(directory, 'mine'), 'utf8')).toBe('mine\n');
  });

  it.each([
    ['task/login', 65, 'THREAD_EXISTS'],
    ['task/login/deeper', 65, 'THREAD_NAME_COLLISION'],
    ['task/Login', 65, 'THREAD_NAME_COLLISION'],
    ['heads/main', 64, 'THREAD_NAME_INVALID'],
    ['task/../x', 64, 'THREAD_NAME_INVALID'],
    ['task/a b', 64, 'THREAD_NAME_INVALID'],
    ['task/x.lock', 64, 'THREAD_NAME_INVALID'],
    ['task/a:b', 64, 'THREAD_NAME_INVALID'],
  ])('refuses the name %s', async (name, exit, code) => {
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['start', name], { exit, code });
    expect(stage.footprint()).toEqual(before);
  });

  it('refuses a beginning that nobody knows', async () => {
    const argv = ['start', 'task/x', '--from', 'no-such-thing', '--worktree', stage.beside('x')];
    await expectRefusal(stage.dev, argv, { exit: 65, code: 'NOT_FOUND' });
    expect(existsSync(stage.beside('x'))).toBe(false);
  });
});
