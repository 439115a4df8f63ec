import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { printed } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let other: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  await stage.dev.ok(['capture', '-m', 'One']);
  other = stage.beside('other');
  await stage.dev.ok(['start', 'task/other', '--from', 'task/login', '--worktree', other]);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const DROP = ['thread', 'drop', 'task/other'];

async function work(content: string): Promise<void> {
  stage.write('../other/src/a.ts', content);
}

async function threads(): Promise<readonly string[]> {
  return (await stage.dev.answer('thread-list')).threads.map(({ thread }) => thread);
}

async function expectSound(): Promise<void> {
  expect((await stage.dev.answer('verify', ['--all'])).findings).toEqual([]);
  expect(stage.leftovers()).toEqual([]);
}

describe('thread drop', () => {
  itNeedsARepository(['thread', 'drop', 'task/login']);

  it('takes the thread and its worktree away, and undo brings both back', async () => {
    await work('two\n');
    const { state } = await stage.dev.answer('capture', ['-m', 'Two'], { cwd: other });
    const before = stage.footprint();
    const answer = await stage.dev.answer('thread-drop', ['task/other']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ thread: 'task/other', head: state, removed: [other], left: [] });
    expect(existsSync(other)).toBe(false);
    expect(await threads()).toEqual(['task/login']);
    expect(stage.git('worktree', 'list', '--porcelain')).not.toContain(other);
    const shown = await stage.dev.answer('show', [state]);
    expect(shown.state).toMatchObject({ state, thread: 'task/other' });
    await expectSound();

    expect(await stage.dev.answer('undo')).toMatchObject({ op: 'thread-drop', states: [state] });
    expect(readFileSync(`${other}/src/a.ts`, 'utf8')).toBe('two\n');
    const { refs, threads: records } = stage.footprint();
    expect({ refs, records }).toEqual({ refs: before.refs, records: before.threads });
    const again = await stage.dev.answer('redo');
    expect(again).toMatchObject({ redone: answer.operation, op: 'thread-drop', states: [] });
    expect(existsSync(other)).toBe(false);
    expect(await threads()).toEqual(['task/login']);
    await expectSound();
    await stage.dev.ok(['undo']);
    expect(stage.footprint().refs).toEqual(before.refs);
    await work('three\n');
    await stage.dev.ok(['capture', '-m', 'Three'], { cwd: other });
    await expectSound();
  });

  it('says what it did', async () => {
    const { stdout } = await stage.dev.ok(DROP);
    expect(stdout).toBe(`dropped task/other\n  took ${other} away\n`);
    const here = await stage.dev.ok(['thread', 'drop', 'task/login']);
    expect(here.stdout).toContain(`${stage.path} stays, with its files: it is the main worktree`);
    expect(await threads()).toEqual([]);
    expect(readFileSync(`${stage.path}/src/a.ts`, 'utf8')).toBe('one\n');
    await expectSound();
  });

  it('keeps a worktree that holds what no state has, and captures it with --force', async () => {
    await work('never captured\n');
    const before = stage.footprint();
    await expectRefusal(stage.dev, DROP, { exit: 65, code: 'WORKTREE_DIRTY' });
    const refused = await stage.dev.run(DROP);
    expect(refused.stderr).toContain('--force');
    expect(stage.footprint()).toEqual(before);
    const { head, captured } = await stage.dev.answer('thread-drop', ['task/other', '--force']);
    expect(captured).toEqual([head]);
    expect((await stage.dev.answer('show', [head ?? ''])).patch).toContain('+never captured');
    expect(existsSync(other)).toBe(false);
    await expectSound();
  });

  it('keeps a worktree that is locked, or that a repository of its own lies in', async () => {
    stage.git('worktree', 'lock', other);
    await expectRefusal(stage.dev, [...DROP, '--force'], { exit: 65, code: 'WORKTREE_DIRTY' });
    stage.git('worktree', 'unlock', other);
    stage.git('clone', '-q', '.', '../other/inner');
    const before = stage.footprint();
    await expectRefusal(stage.dev, [...DROP, '--force'], { exit: 65, code: 'WORKTREE_DIRTY' });
    expect(stage.footprint()).toEqual(before);
    expect((await stage.dev.run(DROP)).stderr).toContain('run it in that worktree');
    await stage.dev.ok(DROP, { cwd: other });
    expect(existsSync(`${other}/inner/.git`)).toBe(true);
    await expectSound();
  });

  it('takes one away that only names a submodule, not one in which that is checked out, or was', async () => {
    stage.repository.submodule('sub');
    stage.repository.commit('sub');
    const module = stage.beside('module');
    await stage.dev.ok(['start', 'task/module', '--from', 'HEAD', '--worktree', module]);
    const drop = ['thread', 'drop', 'task/module'];
    await stage.dev.ok(drop);
    expect(existsSync(module)).toBe(false);
    await stage.dev.ok(['undo']);
    stage.git('-C', module, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init');
    expect(existsSync(`${module}/sub/inside`)).toBe(true);
    await expectRefusal(stage.dev, [...drop, '--force'], { exit: 65, code: 'WORKTREE_DIRTY' });
    stage.git('-C', module, 'submodule', '--quiet', 'deinit', '--force', 'sub');
    await expectRefusal(stage.dev, [...drop, '--force'], { exit: 65, code: 'WORKTREE_DIRTY' });
    expect(existsSync(`${module}/sub`)).toBe(true);
    await expectSound();
  });

  it('leaves the worktree that it is run in', async () => {
    const answer = await stage.dev.answer('thread-drop', ['task/other'], { cwd: other });
    expect(answer).toMatchObject({ removed: [], left: [other] });
    expect(readFileSync(`${other}/src/a.ts`, 'utf8')).toBe('one\n');
    await expectRefusal(stage.dev, ['capture'], { exit: 65, code: 'THREAD_NOT_STARTED', cwd: other });
    await stage.dev.ok(['undo']);
    await work('on\n');
    await stage.dev.ok(['capture', '-m', 'On'], { cwd: other });
    await expectSound();
  });

  it('of somebody else’s thread is for maintainers', async () => {
    await stage.owner.ok(['start', 'task/owner', '--worktree', stage.beside('owner')]);
    stage.write('../owner/src/mine.ts', 'mine\n');
    const argv = ['thread', 'drop', 'task/owner', '--force'];
    await expectDenial(stage, stage.dev, { argv, code: 'ROLE_INSUFFICIENT' });
    expect(existsSync(stage.beside('owner', 'src', 'mine.ts'))).toBe(true);
    await stage.owner.ok(argv);
    await expectSound();
  });

  it('tells a stranger the same of a thread that is there and of one that is not', async () => {
    const stranger = await stage.agent('stranger', { allow: 'state:capture', resource: 'acme/core@task/x' });
    const codes = ['task/other', 'task/none'].map(async (thread) => {
      const run = await stranger.run(['thread', 'drop', thread, '--json']);
      return [run.exit, printed(run)['code']];
    });
    const [there, none] = await Promise.all(codes);
    expect(there).toEqual(none);
    expect(there?.[0]).toBe(77);
  });

  it('refuses what is no thread, and a name that none can have', async () => {
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['thread', 'drop', 'task/none'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['thread', 'drop', '..'], { exit: 64, code: 'THREAD_NAME_INVALID' });
    await expectRefusal(stage.dev, ['thread', 'drop'], { exit: 64, code: 'USAGE' });
    expect(stage.footprint()).toEqual(before);
  });

  it('frees the name, and is then not taken back', async () => {
    await stage.dev.ok(DROP);
    const { operations } = await stage.dev.answer('oplog', ['-n', '1']);
    await stage.dev.ok(['start', 'task/other', '--worktree', other]);
    const argv = ['undo', operations[0]?.id ?? ''];
    await expectRefusal(stage.dev, argv, { exit: 65, code: 'UNDO_REFUSED' });
    await expectSound();
  });

  it('can be repeated with the same id', async () => {
    await work('never captured\n');
    const id = ['--op-id', '5f0c1f5e-6d0f-4d8e-9f43-0b7f0a4b7a11'];
    const first = await stage.dev.answer('thread-drop', ['task/other', '--force', ...id]);
    const again = await stage.dev.answer('thread-drop', ['task/other', '--force', ...id]);
    expect(again).toEqual(first);
  });
});

describe('a name that collides', () => {
  it.each([
    ['task/login/deeper', 'task/login-deeper'],
    ['task/Login', 'task/Login-2'],
    ['task', 'task-2'],
  ])('%s is refused with both owners and a name that is free', async (name, free) => {
    const run = await stage.owner.run(['start', name, '--json']);
    expect(printed(run)).toMatchObject({
      code: 'THREAD_NAME_COLLISION',
      message: expect.stringContaining('dev@example.com') as string,
      hint: `take another name, such as ${free}`,
      facts: { startedBy: 'dev@example.com', wantedBy: 'owner@example.com', free },
    });
    await stage.owner.ok(['start', free, '--worktree', stage.beside('free')]);
  });

  it('in Unicode form alone is refused with the form that is meant', async () => {
    await stage.owner.ok(['start', 'task/caf\u00e9', '--worktree', stage.beside('cafe')]);
    const run = await stage.owner.run(['start', 'task/cafe\u0301', '--json']);
    expect(printed(run)).toMatchObject({
      code: 'THREAD_NAME_INVALID',
      facts: { suggestion: 'task/caf\u00e9' },
    });
  });
});
