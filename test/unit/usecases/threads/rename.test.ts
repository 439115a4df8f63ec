import { beforeEach, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { readState } from '#usecases/states/read-state.ts';
import { dropThread } from '#usecases/threads/drop/drop-thread.ts';
import { listThreads, showThread } from '#usecases/threads/list-threads.ts';
import { renameThread } from '#usecases/threads/rename/rename-thread.ts';
import { startThread } from '#usecases/threads/start.ts';
import { listUndo } from '#usecases/undo/list-undo.ts';
import { previewUndo } from '#usecases/undo/preview-undo.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { delegate, join, save, started } from '../../../support/memory/scenes.ts';
import { killedAt, picture, stepsOf } from '../../../support/memory/steps.ts';
import { recover } from '#usecases/transaction/recover.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

const RENAME = { thread: 'task', to: 'work' };

async function names(): Promise<readonly string[]> {
  return (await listThreads(workspace)).result.threads.map(({ thread }) => thread);
}

async function expectSound(): Promise<void> {
  expect((await verify(workspace, { all: true })).findings).toEqual([]);
}

/** What there is beside the log. */
async function shown(): Promise<unknown> {
  return [
    [...(await workspace.refs.list('refs/'))],
    await workspace.records.listThreads(),
    await workspace.records.readPosition(workspace.places.gitDir),
  ];
}

describe('renaming a thread', () => {
  it('goes on from its newest state, with its record and its worktrees', async () => {
    const { state: head } = await save(repository, workspace, { a: '1' });
    const { result } = await renameThread(workspace, RENAME);
    const { state } = result;
    expect(result).toMatchObject({ thread: 'work', from: 'task', head });
    expect(await names()).toEqual(['work']);
    const made = await readState(workspace, (await workspace.refs.read(threadRef('work'))) ?? '');
    expect(made).toMatchObject({ id: state, state: { thread: 'work', parents: [head] } });
    expect(made.texts.intent).toBe('renamed from task');
    const position = await workspace.records.readPosition(workspace.places.gitDir);
    expect(position).toEqual({ thread: 'work', state });
    expect(await showThread(workspace, 'work')).toMatchObject({ startedBy: 'owner@example.com' });
    expect(await save(repository, workspace, { a: '2' })).toMatchObject({ thread: 'work', parents: [state] });
    await expectSound();
  });

  it('moves only the record of one that captured nothing, which is still its starter’s', async () => {
    const { result } = await renameThread(workspace, RENAME);
    expect(result).toMatchObject({ state: null, head: null });
    expect(await names()).toEqual(['work']);
    await expectSound();
    const before = await shown();
    await dropThread(workspace, { thread: 'work', force: false });
    await expectSound();
    await undo(workspace, null);
    expect(await shown()).toEqual(before);
    await undo(workspace, null);
    expect(await names()).toEqual(['task']);
    await expectSound();
  });

  it('is refused where the name is taken, or cannot stand beside another', async () => {
    await startThread(workspace, { thread: 'other', task: null, from: null, directory: '/srv/other' });
    const before = await picture(workspace);
    const to = (name: string) => renameThread(workspace, { thread: 'task', to: name });
    await expect(to('other')).rejects.toMatchObject({ code: 'THREAD_EXISTS' });
    await expect(to('Other')).rejects.toMatchObject({ code: 'THREAD_NAME_COLLISION' });
    await expect(to('task/more')).rejects.toMatchObject({ code: 'THREAD_NAME_COLLISION' });
    await expect(to('a b')).rejects.toMatchObject({ code: 'THREAD_NAME_INVALID' });
    await expect(renameThread(workspace, { thread: 'none', to: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await picture(workspace)).toEqual(before);
  });

  it('needs the rights of both places', async () => {
    const dev = await join(repository, DEV, 'developer');
    await save(repository, workspace, { a: '1' });
    await expect(renameThread(dev, RENAME)).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT', denied: ['acme/core@task'] } },
    });
    const agent = await delegate(workspace, 'bot', { resources: ['acme/core@task'], depth: 1 });
    await save(repository, agent, { a: '2' });
    await expect(renameThread(workspace, { thread: 'task', to: 'work' })).resolves.toBeDefined();
    await save(repository, workspace, { a: '3' });
    const bound = await delegate(workspace, 'lead', {
      resources: ['acme/core@work'],
      file: '/credentials/lead.hcred',
    });
    await expect(renameThread(bound, { thread: 'work', to: 'next' })).rejects.toMatchObject({
      recorded: { denial: { operation: 'thread:start', denied: ['acme/core@next'] } },
    });
    await expectSound();
  });

  it('counts its state', async () => {
    await save(repository, workspace, { a: '1' });
    const agent = await delegate(workspace, 'bot', { budget: { states: 2 } });
    await startThread(agent, { thread: 'mine', task: null, from: null, directory: null });
    await save(repository, agent, { a: '2' });
    await renameThread(agent, { thread: 'mine', to: 'ours' });
    await expect(save(repository, agent, { a: '3' })).rejects.toMatchObject({
      recorded: { denial: { code: 'SCOPE_BUDGET' } },
    });
    await expectSound();
  });

  it('killed at any step is done or not', async () => {
    const scene = async (): Promise<MemoryRepository> => {
      const made = await started();
      await save(made, made.workspace, { a: '1' });
      return made;
    };
    const steps = await stepsOf((await scene()).workspace, (inner) => renameThread(inner, RENAME));
    expect(new Set(steps).size).toBeGreaterThan(3);
    for (const step of new Set(steps)) {
      for (const when of ['before', 'after'] as const) {
        const killed = (await scene()).workspace;
        await killedAt(killed, { step, when }, (inner) => renameThread(inner, RENAME));
        await killed.lock.run(() => recover(killed));
        const [only, ...more] = (await listThreads(killed)).result.threads;
        expect(more).toEqual([]);
        const position = await killed.records.readPosition(killed.places.gitDir);
        expect(position, `${step} ${when}`).toEqual({ thread: only?.thread, state: only?.head });
        expect((await verify(killed, { all: true })).findings).toEqual([]);
      }
    }
  });
});

describe('undoing it', () => {
  it('gives the old name back', async () => {
    const { state: head } = await save(repository, workspace, { a: '1' });
    const before = await shown();
    const { result } = await renameThread(workspace, RENAME);
    expect((await listUndo(workspace, 1)).operations).toMatchObject([
      { op: 'thread-rename', status: 'stands' },
    ]);
    expect((await previewUndo(workspace, 'undo', null)).plan?.threads).toMatchObject([
      { thread: 'work', from: result.state, to: null },
      { thread: 'task', from: null, to: head },
    ]);
    expect((await undo(workspace, null)).result.states).toEqual([head]);
    expect(await shown()).toEqual(before);
    await expectSound();
    await expect(redo(workspace, null)).rejects.toThrow(/heddle thread rename/);
  });

  it('is refused where something was done under the new name, or the old one is taken', async () => {
    await save(repository, workspace, { a: '1' });
    await renameThread(workspace, RENAME);
    const renamed = (await workspace.log.check()).operations.at(-1)?.id ?? '';
    await save(repository, workspace, { a: '2' });
    await expect(undo(workspace, renamed)).rejects.toMatchObject({ facts: { byOp: 'capture' } });
    await undo(workspace, null);
    await startThread(workspace, { thread: 'task', task: null, from: null, directory: '/srv/task' });
    await expect(undo(workspace, renamed)).rejects.toMatchObject({ facts: { byOp: 'thread-start' } });
    await undo(workspace, null);
    await undo(workspace, renamed);
    expect(await names()).toEqual(['task']);
    await expectSound();
  });

  it('works where a removal rebuilt what carries the states', async () => {
    const { state: head } = await save(repository, workspace, { a: '1', secret: 'word' });
    await renameThread(workspace, RENAME);
    const renamed = (await workspace.log.check()).operations.at(-1)?.id ?? '';
    await redactPath(workspace, 'secret');
    expect((await undo(workspace, renamed)).result.states).toEqual([head]);
    await expectSound();
  });
});
