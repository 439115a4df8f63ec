import { beforeEach, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { readState } from '#usecases/states/read-state.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { listThreads } from '#usecases/threads/list-threads.ts';
import { splitThread, type SplitOptions } from '#usecases/threads/split/split-thread.ts';
import { startThread } from '#usecases/threads/start.ts';
import { listUndo } from '#usecases/undo/list-undo.ts';
import { previewUndo } from '#usecases/undo/preview-undo.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import { verify } from '#usecases/verify/verify.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { DEV } from '../../../support/decisions.ts';
import { plainFiles, writeCommit } from '../../../support/memory/files.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { delegate, initialised, join, save, start, started } from '../../../support/memory/scenes.ts';
import { killedAt, picture, stepsOf } from '../../../support/memory/steps.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

function split(paths: readonly string[], options: Partial<SplitOptions> = {}, by = workspace) {
  const plain = { thread: 'task', into: 'part', keep: false, directory: null, dryRun: false };
  return splitThread(by, { ...plain, ...options, paths });
}

async function headState(thread: string) {
  return readState(workspace, (await workspace.refs.read(threadRef(thread))) ?? '');
}

async function filesOf(thread: string): Promise<readonly string[]> {
  const { files } = await carrierTrees(workspace, (await headState(thread)).carrier);
  return (await workspace.objects.listFiles(files)).map(({ path }) => new TextDecoder().decode(path));
}

async function expectSound(): Promise<void> {
  expect((await verify(workspace, { all: true })).findings).toEqual([]);
}

async function newest(op: string): Promise<string> {
  return (await workspace.log.check()).operations.findLast(({ line }) => line.op === op)?.id ?? '';
}

/** What there is beside the log and its snapshots. */
async function shown(of = repository): Promise<unknown> {
  const { refs, records, places } = of.workspace;
  return [
    [...(await refs.list('refs/heddle/threads/'))],
    await records.listThreads(),
    await records.readPosition(places.gitDir),
    [...of.files.keys()].toSorted(),
  ];
}

describe('splitting a thread', () => {
  it('makes a thread of a part, which the other one loses, in its files too', async () => {
    await save(repository, workspace, { 'src/a': '1', 'docs/a': '1' });
    const { state: head } = await save(repository, workspace, { 'src/a': '2', 'docs/b': '2' });
    const { result } = await split(['docs']);
    expect(result).toMatchObject({ thread: 'part', from: 'task', head, dryRun: false });
    expect(result.changed.map(({ path }) => path)).toEqual(['docs/a', 'docs/b']);
    expect(await filesOf('part')).toEqual(['docs/a', 'docs/b']);
    expect(await filesOf('task')).toEqual(['src/a']);
    const [made, left] = [await headState('part'), await headState('task')];
    expect([made.id, left.id]).toEqual([result.state, result.left]);
    expect(made.state.parents[1]).toBe(head);
    expect(left.state.parents).toEqual(made.state.parents.toReversed());
    expect([...repository.files.keys()]).toEqual(['src/a']);
    const position = await workspace.records.readPosition(workspace.places.gitDir);
    expect(position).toEqual({ thread: 'task', state: left.id });
    await expectSound();
    expect(await save(repository, workspace, { 'src/a': '3' })).toMatchObject({ parents: [left.id] });
    await expectSound();
  });

  it('begins where the thread began: at a Git commit, with its files', async () => {
    repository = await initialised();
    ({ workspace } = repository);
    const files = plainFiles({ 'src/a': 'one', README: 'two' });
    repository.worktree.head = await writeCommit(workspace.writer, files);
    for (const [path, file] of files) repository.files.set(path, file);
    await start(workspace, 'task');
    await save(repository, workspace, { 'src/a': 'changed', README: 'changed' });
    await split(['README']);
    expect(repository.files.get('README')?.content).toBe('two');
    expect(repository.files.get('src/a')?.content).toBe('changed');
    expect(await filesOf('part')).toEqual(['README', 'src/a']);
    await expectSound();
  });

  it('begins where the thread was forked from another one', async () => {
    const { state: root } = await save(repository, workspace, { a: '1', b: '1' });
    await start(workspace, 'fork');
    await save(repository, workspace, { a: '2', b: '2' });
    const { result } = await split(['a'], { thread: 'fork' });
    expect((await headState('part')).state.parents).toEqual([root, result.head]);
    expect(repository.files.get('a')?.content).toBe('1');
    await expectSound();
  });

  it('leaves the thread as it is where that is said', async () => {
    const { state } = await save(repository, workspace, { a: '1', b: '1' });
    const { result } = await split(['a'], { keep: true });
    expect(result).toMatchObject({ left: null, head: state });
    expect((await headState('task')).id).toBe(state);
    expect([...repository.files.keys()]).toEqual(['a', 'b']);
    await expectSound();
    expect((await undo(workspace, null)).result.op).toBe('thread-split');
    expect((await listThreads(workspace)).result.threads.map(({ thread }) => thread)).toEqual(['task']);
    await expectSound();
  });

  it('only says what it would do', async () => {
    await save(repository, workspace, { a: '1', b: '1' });
    const before = await picture(workspace);
    const { result, operation } = await split(['a'], { dryRun: true });
    expect(result).toMatchObject({ state: null, left: null, dryRun: true, changed: [{ path: 'a' }] });
    expect(operation).toBeNull();
    expect(await picture(workspace)).toEqual(before);
  });

  it('is refused where there is no such part, no free name, or work in it that no state has', async () => {
    await expect(split(['a'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await save(repository, workspace, { a: '1', b: '1' });
    const before = await picture(workspace);
    await expect(split(['c'])).rejects.toMatchObject({ code: 'NOT_FOUND', facts: { path: 'c' } });
    await expect(split(['../a'])).rejects.toMatchObject({ code: 'PATH_INVALID' });
    await expect(split(['a'], { into: 'task' })).rejects.toMatchObject({ code: 'THREAD_EXISTS' });
    await expect(split(['a'], { thread: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    repository.files.set('a', { mode: '100644', content: 'not captured' });
    await expect(split(['a'])).rejects.toMatchObject({ code: 'WORKTREE_DIRTY', facts: { paths: ['a'] } });
    await expect(split(['a'], { dryRun: true })).rejects.toMatchObject({ code: 'WORKTREE_DIRTY' });
    expect(await picture(workspace)).toEqual(before);
    await split(['b']);
    expect(repository.files.get('a')?.content).toBe('not captured');
  });

  it('needs the rights of both threads, and counts every state', async () => {
    await save(repository, workspace, { a: '1', b: '1' });
    const bound = await delegate(workspace, 'bot', { resources: ['acme/core@task'] });
    await expect(split(['a'], {}, bound)).rejects.toMatchObject({
      recorded: { denial: { operation: 'thread:start', denied: ['acme/core@part'] } },
    });
    const narrow = await delegate(workspace, 'pen', { resources: ['acme/core@part', 'acme/core@task:b'] });
    await expect(split(['a'], {}, narrow)).rejects.toMatchObject({ recorded: {} });
    const counted = await delegate(workspace, 'few', { budget: { states: 2 } });
    await expect(split(['a'], {}, counted)).rejects.toMatchObject({
      recorded: { denial: { code: 'SCOPE_BUDGET' } },
    });
    const enough = await delegate(workspace, 'many', { budget: { states: 3, files: 1, lines: 9 } });
    await split(['a'], {}, enough);
    await expectSound();
    const stranger = await join(repository, DEV, null);
    await expect(split(['b'], { into: 'next' }, stranger)).rejects.toMatchObject({ recorded: {} });
  });

  it('killed at any step is done or not', async () => {
    const scene = async (): Promise<MemoryRepository> => {
      const made = await started();
      await save(made, made.workspace, { a: '1', b: '1' });
      return made;
    };
    const options = {
      thread: 'task',
      into: 'part',
      keep: false,
      directory: null,
      dryRun: false,
      paths: ['a'],
    };
    const steps = await stepsOf((await scene()).workspace, (inner) => splitThread(inner, options));
    expect(new Set(steps).size).toBeGreaterThan(3);
    for (const step of new Set(steps)) {
      for (const when of ['before', 'after'] as const) {
        const killed = await scene();
        await killedAt(killed.workspace, { step, when }, (inner) => splitThread(inner, options));
        await killed.workspace.lock.run(() => recover(killed.workspace));
        const done = (await killed.workspace.refs.read(threadRef('part'))) !== undefined;
        expect([...killed.files.keys()], `${step} ${when}`).toEqual(done ? ['b'] : ['a', 'b']);
        expect((await verify(killed.workspace, { all: true })).findings).toEqual([]);
      }
    }
  });
});

describe('undoing it', () => {
  it('takes the new thread away and gives the part back, files too', async () => {
    const { state: head } = await save(repository, workspace, { a: '1', b: '1' });
    const before = await shown();
    await split(['a']);
    expect((await listUndo(workspace, 1)).operations).toMatchObject([
      { op: 'thread-split', status: 'stands' },
    ]);
    expect((await previewUndo(workspace, 'undo', null)).plan?.threads).toMatchObject([
      { thread: 'part', to: null },
      { thread: 'task', to: head },
    ]);
    expect((await undo(workspace, null)).result.states).toEqual([head]);
    expect(await shown()).toEqual(before);
    await expectSound();
    await expect(redo(workspace, null)).rejects.toThrow(/heddle thread split/);
  });

  it('is refused where something was done on either thread, or in the files', async () => {
    await save(repository, workspace, { a: '1', b: '1' });
    await split(['a']);
    const done = await newest('thread-split');
    await save(repository, workspace, { b: '2' });
    await expect(undo(workspace, done)).rejects.toMatchObject({ facts: { byOp: 'capture' } });
    await undo(workspace, null);
    repository.files.set('a', { mode: '100644', content: 'mine' });
    await expect(undo(workspace, done)).rejects.toThrow(/a was changed since/);
    repository.files.delete('a');
    await startThread(workspace, { thread: 'next', task: null, from: 'part', directory: '/srv/next' });
    await expect(undo(workspace, done)).rejects.toMatchObject({ facts: { byOp: 'thread-start' } });
    await undo(workspace, null);
    await undo(workspace, done);
    expect(repository.files.get('a')?.content).toBe('1');
    await expectSound();
  });

  it('works where a removal rebuilt what carries the states', async () => {
    const { state: head } = await save(repository, workspace, { a: '1', secret: 'word' });
    await split(['a']);
    const done = await newest('thread-split');
    await redactPath(workspace, 'secret');
    await expectSound();
    expect((await undo(workspace, done)).result.states).toEqual([head]);
    await expectSound();
  });
});
