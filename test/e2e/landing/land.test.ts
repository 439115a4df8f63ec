import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Results } from '#domain/results.ts';
import { printed } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { found, Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

const BASE = 'one\ntwo\nthree\nfour\nfive\nsix\n';

let stage: Stage;
let agent: Person;
let api: string;
/** `task/login` stands in the main worktree, where main is checked out; `task/api` in one of its own. */
beforeAll(async () => {
  stage = new Stage();
  stage.write('src/app.txt', BASE);
  stage.repository.commit('base');
  await stage.withDev();
  const more = ['--provider', 'example', '--model', 'model-1'];
  agent = await stage.agent('writer', { resource: 'acme/core@task', more });
  api = stage.beside('api');
  await stage.dev.ok(['start', 'task/api', '--task', 'An interface', '--worktree', api]);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

function writeApi(path: string, content: string): void {
  writeFileSync(join(api, path), content);
}

async function captureApi(path: string, content: string, intent = 'work'): Promise<string> {
  writeApi(path, content);
  const { state } = await agent.answer('capture', ['-m', intent], { cwd: api });
  return state;
}

/** Main worktree without a thread, as most people have it. */
async function leaveLogin(): Promise<void> {
  await stage.dev.ok(['undo', await startOf('task/login')]);
}

async function startOf(thread: string): Promise<string> {
  const { operations } = await stage.dev.answer('oplog');
  return found(operations.find(({ op, resource }) => op === 'thread-start' && resource?.endsWith(thread))).id;
}

function read(path: string): string {
  return readFileSync(stage.repository.absolute(path), 'utf8');
}

async function expectSound(): Promise<void> {
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  expect(stage.leftovers()).toEqual([]);
  expect(stage.gitCode('fsck', '--strict', '--no-dangling')).toBe(0);
}

describe('land', () => {
  itNeedsARepository(['land', 'task/api']);

  it('lands from a worktree without a branch on the one of the main worktree, and on none where that has none', async () => {
    await leaveLogin();
    await captureApi('src/new.txt', 'new\n');
    const here = { cwd: api };
    const { branch } = await stage.owner.answer('land', ['task/api', '--dry-run'], here);
    expect(branch).toBe('main');
    stage.git('checkout', '-q', '--detach');
    await expectRefusal(stage.owner, ['land', 'task/api'], { exit: 64, code: 'USAGE', ...here });
  });

  it('makes one commit of a thread, with the agents in its trailers, and the worktree follows', async () => {
    await leaveLogin();
    await captureApi('src/api.ts', 'first\n', 'begin');
    const state = await captureApi('src/api.ts', 'second\n', 'go on');
    const before = stage.git('rev-parse', 'main');
    const answer = await stage.owner.answer('land', ['task/api']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      thread: 'task/api',
      branch: 'main',
      landed: true,
      from: before,
      to: stage.git('rev-parse', 'main'),
      changed: [{ path: 'src/api.ts', change: 'added' }],
      worktrees: [{ directory: stage.path, left: false }],
    });
    expect(answer.states).toHaveLength(2);
    expect(stage.git('log', '-1', '--format=%P %an <%ae> %cn')).toBe(
      `${before} dev@example.com <dev@example.com> owner@example.com`,
    );
    expect(stage.git('log', '-1', '--format=%B').trim()).toBe(
      `An interface\n\n- begin\n- go on\n\nHeddle-State: ${state}\nHeddle-Thread: task/api\nAssisted-by: writer:model-1`,
    );
    expect(read('src/api.ts')).toBe('second\n');
    expect(stage.git('status', '--porcelain')).toBe('');
    await expectSound();
  });

  it('says in words what it did, and then that there is nothing left', async () => {
    await leaveLogin();
    await captureApi('src/api.ts', 'first\n', 'begin');
    const { stdout } = await stage.owner.ok(['land', 'task/api']);
    expect(stdout).toMatch(/^landed task\/api on main: 1 state, now at [0-9a-f]{12}\ncommit /);
    const before = stage.footprint();
    const again = await stage.owner.answer('land', ['task/api']);
    expect(again).toMatchObject({ landed: false, to: null, commits: [], operation: null });
    expect((await stage.owner.ok(['land', 'task/api'])).stdout).toBe(
      'task/api has nothing that main lacks\n',
    );
    expect(stage.footprint()).toEqual(before);
  });

  it('makes no commit with --no-squash of what changes nothing, as the state of another name', async () => {
    await leaveLogin();
    const begun = await captureApi('src/api.ts', 'first\n', 'begin');
    const { state: renamed } = await stage.dev.answer('thread-rename', ['task/api', 'task/two']);
    await captureApi('src/api.ts', 'second\n', 'go on');
    const { state: head } = await stage.dev.answer('thread-rename', ['task/two', 'task/three']);
    const { commits } = await stage.owner.answer('land', ['task/three', '--no-squash', '--dry-run']);
    const answer = await stage.owner.answer('land', ['task/three', '--no-squash']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.omitted).toEqual([renamed, head]);
    expect(answer.states).toHaveLength(4);
    expect(answer.commits.map(({ state }) => state)).toEqual([begun, head]);
    expect(commits).toEqual(answer.commits.map((made) => ({ ...made, commit: null })));
    expect(stage.git('log', '-3', '--format=%s')).toBe('go on\nbegin\nbase');
    expect((await stage.owner.answer('land', ['task/three', '--no-squash'])).landed).toBe(false);
    const { lines } = await stage.owner.answer('blame', ['src/api.ts', '--at', 'main']);
    expect(lines.map(({ actor }) => actor?.agent)).toEqual(['writer']);
    await expectSound();
  });

  it('makes a commit of each state with --no-squash, and of an own message one with it', async () => {
    await leaveLogin();
    await captureApi('src/api.ts', 'first\n', 'begin');
    await captureApi('src/api.ts', 'second\n', 'go on\n\nHeddle-State: forged');
    const answer = await stage.owner.answer('land', [
      'task/api',
      '--no-squash',
      '--trailers',
      'co-authored-by',
    ]);
    expect(answer.commits.map(({ state }) => state)).toEqual(answer.states);
    expect(stage.git('log', '-2', '--format=%s')).toBe('go on\nbegin');
    expect(stage.git('log', '-1', '--format=%(trailers:only,key=Heddle-State,valueonly)').trim()).toBe(
      answer.states[1],
    );
    expect(stage.git('log', '-1', '--format=%B')).toContain(
      'Co-authored-by: writer:model-1 <dev@example.com>',
    );
    expect(stage.git('show', 'main~1:src/api.ts')).toBe('first');
    await captureApi('src/api.ts', 'third\n', 'more');
    await stage.owner.ok(['land', 'task/api', '-m', 'Third time', '--trailers', 'none']);
    expect(stage.git('log', '-1', '--format=%s|%(trailers:only,key=Assisted-by)')).toBe('Third time|');
    await expectSound();
  });

  it('merges as git does, with what came to the branch meanwhile, and again after the first landing', async () => {
    await leaveLogin();
    await captureApi('src/app.txt', BASE.replace('six', 'SIX'));
    stage.git('mv', 'src/app.txt', 'src/renamed.txt');
    stage.write('src/renamed.txt', BASE.replace('one', 'ONE'));
    stage.repository.commit('rename');
    await stage.owner.ok(['land', 'task/api']);
    expect(read('src/renamed.txt')).toBe(BASE.replace('one', 'ONE').replace('six', 'SIX'));
    expect(existsSync(stage.repository.absolute('src/app.txt'))).toBe(false);
    await captureApi('src/app.txt', BASE.replace('six', 'SIX').replace('five', 'FIVE'));
    await stage.owner.ok(['land', 'task/api']);
    expect(read('src/renamed.txt')).toBe('ONE\ntwo\nthree\nfour\nFIVE\nSIX\n');
    expect(stage.git('status', '--porcelain')).toBe('');
    await expectSound();
  });

  it('lands the thread that stands where the branch is checked out, and leaves its files', async () => {
    stage.write('src/app.txt', BASE.replace('two', 'TWO'));
    const { state } = await stage.dev.answer('capture', ['-m', 'shout']);
    const answer = await stage.owner.answer('land', ['task/login']);
    expect(answer.worktrees).toEqual([{ directory: stage.path, left: false }]);
    expect(stage.git('status', '--porcelain')).toBe('');
    expect(await stage.dev.answer('status')).toMatchObject({ thread: 'task/login', state, changed: [] });
    // What is all in the branch stands in nobody's way.
    await captureApi('src/api.ts', 'api\n');
    const next = await stage.owner.answer('land', ['task/api']);
    const listed = (await stage.owner.json(['undo', '--list'])) as unknown as Results['undo-list'];
    expect(listed.operations.slice(0, 2)).toMatchObject([
      { op: 'land', status: 'stands', by: null },
      { op: 'land', status: 'blocked', by: next.operation },
    ]);
    expect(next.worktrees).toEqual([{ directory: stage.path, left: true }]);
    expect(await stage.dev.answer('status')).toMatchObject({ thread: null });
    expect(stage.git('status', '--porcelain')).toBe('');
    await expectSound();
  });

  it('ends the thread there where others’ work comes into its files', async () => {
    stage.write('src/app.txt', BASE.replace('two', 'TWO'));
    await stage.dev.ok(['capture', '-m', 'shout']);
    stage.git('checkout', '-q', '--detach');
    await captureApi('src/api.ts', 'api\n');
    await stage.owner.ok(['land', 'task/api', '--onto', 'main']);
    stage.git('symbolic-ref', 'HEAD', 'refs/heads/main');
    stage.git('read-tree', 'main~1');
    // As somebody has it who never looked at git: index and files of before.
    stage.git('update-ref', 'refs/heads/other', 'main');
    stage.git('symbolic-ref', 'HEAD', 'refs/heads/other');
    stage.git('read-tree', 'other');
    stage.write('src/api.ts', 'api\n');
    await expectRefusal(stage.owner, ['land', 'task/login'], { exit: 65, code: 'WORKTREE_DIRTY' });
    await stage.dev.ok(['capture', '-m', 'take it']);
    await stage.owner.ok(['land', 'task/login']);
    expect(stage.git('status', '--porcelain')).toBe('');
    expect(stage.git('show', 'other:src/app.txt')).toBe(BASE.replace('two', 'TWO').trimEnd());
    await expectSound();
  });

  it('lands on a branch that nobody has checked out, and on one without a commit', async () => {
    stage.git('branch', 'release', 'main');
    await captureApi('src/api.ts', 'api\n');
    expect((await stage.owner.answer('land', ['task/api', '--onto', 'release'])).worktrees).toEqual([]);
    expect(stage.git('show', 'release:src/api.ts')).toBe('api');
    expect(existsSync(stage.repository.absolute('src/api.ts'))).toBe(false);
    await expectSound();
    const empty = new Stage({ commit: false });
    try {
      await empty.begin();
      await empty.owner.ok(['start', 'first']);
      empty.write('a.txt', 'a\n');
      await empty.owner.ok(['capture', '-m', 'first']);
      const branch = empty.git('symbolic-ref', '--short', 'HEAD');
      expect(await empty.owner.answer('land', ['first'])).toMatchObject({ branch, from: null, landed: true });
      expect(empty.git('status', '--porcelain')).toBe('');
      await empty.owner.ok(['undo']);
      expect(empty.git('for-each-ref', 'refs/heads')).toBe('');
      expect((await empty.owner.answer('verify', ['--all'])).findings).toEqual([]);
    } finally {
      empty.dispose();
    }
  });

  it('is blamed exactly: lines of a landed commit are the states’', async () => {
    await leaveLogin();
    await captureApi('src/api.ts', 'first\n', 'begin');
    const state = await captureApi('src/api.ts', 'first\nsecond\n', 'go on');
    const { states } = await stage.owner.answer('land', ['task/api']);
    const { lines } = await stage.dev.answer('blame', ['src/api.ts', '--at', 'main']);
    expect(lines.map(({ state: of, actor, how }) => [of, actor?.agent, how])).toEqual([
      [states[0], 'writer', 'exact'],
      [state, 'writer', 'exact'],
    ]);
  });
});

describe('a landing is refused, and nothing was changed', () => {
  it('without the role, with one log line', async () => {
    await captureApi('src/api.ts', 'api\n');
    stage.git('branch', 'release', 'main');
    const argv = ['land', 'task/api', '--onto', 'release'];
    const blind = await expectDenial(stage, stage.dev, { argv, code: 'ROLE_NONE' });
    const none = await expectDenial(stage, stage.dev, { argv: argv.with(1, 'task/none'), code: 'ROLE_NONE' });
    for (const { stderr } of [blind, none]) expect(stderr).toContain('"resource":"acme/core@heads/release"');
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core']);
    const run = await expectDenial(stage, stage.dev, { argv, code: 'ROLE_INSUFFICIENT' });
    expect(run.stderr).toContain('"denied":["acme/core@heads/release:src/api.ts"]');
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core@heads/release:docs']);
    await expectDenial(stage, stage.dev, {
      argv: ['land', 'task/api', '--onto', 'release'],
      code: 'ROLE_INSUFFICIENT',
    });
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core@heads/release:src']);
    await stage.dev.ok(['land', 'task/api', '--onto', 'release']);
    await expectSound();
  });

  it('where a policy of the branch asks more', async () => {
    await leaveLogin();
    await captureApi('src/api.ts', 'api\n');
    const allow = 'thread:land,state:read';
    const lander = await stage.agent('lander', { from: stage.owner, allow, resource: 'acme/core' });
    await stage.owner.ok(['policy', 'set', 'acme/core@heads/main', '--max-depth', '0']);
    await expectDenial(stage, lander, { argv: ['land', 'task/api'], code: 'POLICY_DEPTH' });
    stage.git('branch', 'release', 'main');
    await lander.ok(['land', 'task/api', '--onto', 'release']);
    await expectSound();
  });

  it('with a conflict where the repository names a program to merge with, which never runs', async () => {
    await leaveLogin();
    stage.write('.gitattributes', '*.txt merge=trap\n');
    stage.git('config', 'merge.trap.driver', `touch '${stage.beside('canary')}'`);
    await captureApi('src/app.txt', BASE.replace('two', 'theirs'));
    stage.write('src/app.txt', BASE.replace('five', 'ours'));
    stage.repository.commit('ours');
    await expectRefusal(stage.owner, ['land', 'task/api'], { exit: 65, code: 'LAND_CONFLICT' });
    expect(existsSync(stage.beside('canary'))).toBe(false);
  });

  it('with a conflict, and names the files', async () => {
    await leaveLogin();
    await captureApi('src/app.txt', BASE.replace('two', 'theirs'));
    stage.write('src/app.txt', BASE.replace('two', 'ours'));
    stage.repository.commit('ours');
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['land', 'task/api'], { exit: 65, code: 'LAND_CONFLICT' });
    const rehearsed = await stage.owner.answer('land', ['task/api', '--dry-run'], { exit: 1 });
    expect(rehearsed.problems).toMatchObject([{ code: 'LAND_CONFLICT', paths: ['src/app.txt'] }]);
    expect(stage.footprint()).toEqual(before);
    expect(read('src/app.txt')).toBe(BASE.replace('two', 'ours'));
    expect(stage.leftovers()).toEqual([]);
  });

  it('with work of the thread that was not captured, or that went on elsewhere', async () => {
    await leaveLogin();
    await captureApi('src/api.ts', 'api\n');
    for (const path of ['src/api.ts', 'new.txt']) {
      writeApi(path, 'more\n');
      await expectRefusal(stage.owner, ['land', 'task/api'], { exit: 65, code: 'WORKTREE_DIRTY' });
      const { problems } = await stage.owner.answer('land', ['task/api', '--dry-run'], { exit: 1 });
      expect(problems).toMatchObject([{ code: 'WORKTREE_DIRTY', paths: expect.arrayContaining([path]) }]);
      await stage.dev.ok(['capture'], { cwd: api });
    }
  });

  it('where the branch is checked out and files were changed, staged, or are in the way', async () => {
    await leaveLogin();
    await captureApi('src/api.ts', 'api\n');
    const refused = async (path: string): Promise<void> => {
      const before = stage.footprint();
      await expectRefusal(stage.owner, ['land', 'task/api'], { exit: 65, code: 'WORKTREE_DIRTY' });
      const { problems } = await stage.owner.answer('land', ['task/api', '--dry-run'], { exit: 1 });
      expect(problems).toMatchObject([{ code: 'WORKTREE_DIRTY', paths: [path] }]);
      expect(stage.footprint()).toEqual(before);
    };
    stage.write('src/api.ts', 'mine\n');
    await refused('src/api.ts');
    expect(read('src/api.ts')).toBe('mine\n');
    stage.git('clean', '-fdq');
    stage.write('src/app.txt', 'mine\n');
    await refused('src/app.txt');
    stage.git('add', '.');
    // Neither index nor file is the branch's, and it is named once.
    await refused('src/app.txt');
    stage.write('src/app.txt', BASE);
    await refused('src/app.txt');
    expect(stage.git('show', ':src/app.txt')).toBe('mine');
  });

  it('where somebody is in the middle of something, or another thread stands', async () => {
    await captureApi('src/api.ts', 'api\n');
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['land', 'task/api'], { exit: 65, code: 'LAND_REFUSED' });
    expect(stage.footprint()).toEqual(before);
    await leaveLogin();
    stage.write('.git/MERGE_HEAD', `${stage.git('rev-parse', 'HEAD')}\n`);
    await expectRefusal(stage.owner, ['land', 'task/api'], { exit: 65, code: 'LAND_REFUSED' });
    const { problems } = await stage.owner.answer('land', ['task/api', '--dry-run'], { exit: 1 });
    expect(problems[0]?.message).toContain('a merge');
  });

  it('with redacted content, which stands nowhere in the branch then', async () => {
    await leaveLogin();
    await captureApi('src/api.ts', 'api\n');
    await captureApi('secret.txt', 'hunter2hunter2\n');
    await stage.owner.ok(['redact', 'secret.txt', '--state', 'task/api', '--reason', 'leak']);
    await expectRefusal(stage.owner, ['land', 'task/api'], { exit: 65, code: 'LAND_REFUSED' });
    const fixOf = async (path: string, ...more: readonly string[]): Promise<readonly string[]> => {
      const argv = ['task/api', '--dry-run', ...more];
      const { problems } = await stage.owner.answer('land', argv, { exit: 1 });
      expect(problems).toMatchObject([{ code: 'LAND_REFUSED', paths: [path] }]);
      return found(problems[0]?.fix).slice(1);
    };
    const fix = await fixOf('secret.txt');
    expect(fix).toEqual(['--', join(api, 'secret.txt')]);
    rmSync(join(api, 'secret.txt'));
    await stage.dev.ok(['capture', '-m', 'Without it'], { cwd: api });
    const whole = await fixOf('secret.txt', '--no-squash');
    expect(whole).toEqual(['land', 'task/api', '--onto', 'main']);
    await stage.owner.ok(whole);
    expect(stage.git('ls-tree', '-r', '--name-only', 'main').split('\n')).not.toContain('secret.txt');
    await captureApi('parts.txt', 'a\nhunter4hunter4\n');
    await stage.owner.ok(['redact', 'parts.txt', '--lines', '2', '--state', 'task/api', '--reason', 'leak']);
    expect(await fixOf('parts.txt')).toEqual(['-C', api, 'capture']);
    await captureApi('parts.txt', 'a\nb\n');
    await captureApi('src/app.txt', 'hunter3hunter3\n');
    await stage.owner.ok(['redact', 'src/app.txt', '--state', 'task/api', '--reason', 'leak']);
    const back = await fixOf('src/app.txt');
    expect(back).toEqual(['-C', api, 'restore', 'src/app.txt', '--from', 'main']);
    await stage.dev.ok(back);
    expect(readFileSync(join(api, 'src/app.txt'), 'utf8')).toBe(BASE);
  });

  it('for what there is not', async () => {
    for (const argv of [
      ['land', 'task/none'],
      ['land', 'task/login'],
      ['land', 'task/api', '--onto', 'none'],
    ]) {
      await expectRefusal(stage.owner, argv, { exit: 65, code: 'NOT_FOUND' });
    }
    for (const onto of ['-x', 'a..b', 'a b', '']) {
      await expectRefusal(stage.owner, ['land', 'task/api', `--onto=${onto}`], { exit: 64, code: 'USAGE' });
    }
    await expectRefusal(stage.owner, ['land'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.owner, ['land', 'x', '--no-squash', '-m', 'y'], { exit: 64, code: 'USAGE' });
    await captureApi('src/api.ts', 'api\n');
    stage.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
    await expectRefusal(stage.owner, ['land', 'task/api', '--onto', 'alias'], {
      exit: 65,
      code: 'LAND_REFUSED',
    });
  });
});

describe('a dry run of a landing', () => {
  it('shows commit, files and what would be denied, and changes nothing', async () => {
    await captureApi('src/api.ts', 'api\n', 'begin');
    stage.git('branch', 'release', 'main');
    const before = stage.footprint();
    const run = await stage.dev.ok(['land', 'task/api', '--onto', 'release', '--dry-run']);
    expect(run.stdout).toContain('would land task/api on release: 1 state\n');
    expect(run.stdout).toContain('A src/api.ts');
    expect(run.stderr).toContain('you would be denied: ROLE_NONE');
    const answer = await stage.owner.answer('land', ['task/api', '--onto', 'release', '--dry-run']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ landed: false, dryRun: true, to: null, problems: [], operation: null });
    expect(answer.commits[0]?.message).toContain('Assisted-by: writer:model-1');
    expect(stage.footprint()).toEqual(before);
  });
});

describe('undo of a landing', () => {
  it('takes the branch back, with the worktree that follows', async () => {
    await leaveLogin();
    await captureApi('src/api.ts', 'api\n');
    const before = stage.git('rev-parse', 'main');
    const { operation, to } = await stage.owner.answer('land', ['task/api']);
    expect(await stage.owner.answer('undo')).toMatchObject({ undone: operation, op: 'land' });
    expect(stage.git('rev-parse', 'main')).toBe(before);
    expect(existsSync(stage.repository.absolute('src/api.ts'))).toBe(false);
    expect(stage.git('status', '--porcelain')).toBe('');
    await expectSound();
    const again = await stage.owner.answer('redo');
    expect(schemaProblems(again)).toEqual([]);
    expect(again).toMatchObject({ redone: operation, op: 'land', states: [] });
    expect(stage.git('rev-parse', 'main').trim()).toBe(to);
    expect(read('src/api.ts')).toBe('api\n');
    expect(stage.git('status', '--porcelain')).toBe('');
    await expectSound();
    const undone = await stage.owner.answer('undo');
    expect(undone).toMatchObject({ undone: operation, op: 'land' });
    expect(stage.git('rev-parse', 'main')).toBe(before);
    const second = await stage.owner.answer('land', ['task/api']);
    expect(second.landed).toBe(true);
    const footprint = stage.footprint();
    const refused = printed(await stage.owner.run(['redo', undone.operation, '--json']));
    expect(refused).toMatchObject({ code: 'UNDO_REFUSED' });
    expect(refused['facts']).toMatchObject({
      operation: undone.operation,
      by: second.operation,
      byOp: 'land',
    });
    expect(stage.footprint()).toEqual(footprint);
    await expectSound();
  });

  it('leaves a thread’s own files where they are', async () => {
    stage.write('src/app.txt', 'mine\n');
    await stage.dev.ok(['capture', '-m', 'mine']);
    await stage.owner.ok(['land', 'task/login']);
    await stage.owner.ok(['undo']);
    expect(read('src/app.txt')).toBe('mine\n');
    expect(stage.git('status', '--porcelain')).toBe(' M src/app.txt');
    expect((await stage.dev.answer('status')).changed).toEqual([]);
    await stage.owner.ok(['redo']);
    expect(stage.git('status', '--porcelain')).toBe('');
    expect((await stage.dev.answer('status')).changed).toEqual([]);
    await expectSound();
  });

  it('is refused where the branch has moved on, or files were changed since', async () => {
    await leaveLogin();
    await captureApi('src/api.ts', 'api\n');
    const { operation } = await stage.owner.answer('land', ['task/api']);
    stage.write('src/api.ts', 'mine\n');
    await expectRefusal(stage.owner, ['undo'], { exit: 65, code: 'WORKTREE_DIRTY' });
    stage.repository.commit('on top');
    await expectRefusal(stage.owner, ['undo', String(operation)], { exit: 65, code: 'UNDO_REFUSED' });
    expect(read('src/api.ts')).toBe('mine\n');
  });
});
