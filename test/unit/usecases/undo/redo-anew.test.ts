import { beforeEach, describe, expect, it } from 'vitest';
import type { OperationTexts } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { restore } from '#usecases/restore/restore.ts';
import { dropThread } from '#usecases/threads/drop/drop-thread.ts';
import { listThreadRecords, readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import { startThread } from '#usecases/threads/start.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { publish } from '#usecases/transaction/publish.ts';
import { listUndo } from '#usecases/undo/list-undo.ts';
import { previewUndo } from '#usecases/undo/preview-undo.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { writeFiles } from '../../../support/memory/files.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { delegate, join, save, start, started } from '../../../support/memory/scenes.ts';
import { picture } from '../../../support/memory/steps.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const LINKED = '/srv/other';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

async function newest(op: string): Promise<string> {
  const { operations } = await workspace.log.check();
  return operations.findLast(({ line }) => line.op === op)?.id ?? '';
}

async function problems(): Promise<string> {
  return (await verify(workspace, { all: true })).findings.map(({ message }) => message).join();
}

/** What there is beside the log. */
async function shown(): Promise<unknown> {
  return [
    await workspace.refs.list('refs/heddle/threads'),
    await workspace.refs.list('refs/heddle/dropped'),
    await listThreadRecords(workspace),
    await workspace.records.readPosition(workspace.places.gitDir),
    structuredClone([...repository.files]),
    structuredClone([...repository.worktrees.linked.keys()]),
  ];
}

/** Taken back and done again twice, it is each time as it was; the list and the preview tell of it. */
async function expectThereAndBack(op: string, before: unknown): Promise<void> {
  const done = await newest(op);
  const after = await shown();
  for (const name of [null, done]) {
    expect((await undo(workspace, name)).result).toMatchObject({ undone: done, op });
    expect(await shown()).toEqual(before);
    expect((await listUndo(workspace, 1)).operations).toMatchObject([{ id: done, op, status: 'undone' }]);
    const seen = await picture(workspace);
    const preview = await previewUndo(workspace, 'redo', null);
    expect(preview).toMatchObject({
      does: 'redo',
      target: { id: done },
      denied: null,
      plan: { record: false },
    });
    expect(await picture(workspace)).toEqual(seen);
    expect((await redo(workspace, name)).result).toMatchObject({ redone: done, op, states: [] });
    expect(await shown()).toEqual(after);
    expect((await listUndo(workspace, 1)).operations).toMatchObject([{ id: done, op, status: 'stands' }]);
  }
  expect(await problems()).toBe('');
}

async function expectRefused(why: string, facts: object = {}): Promise<void> {
  const before = await picture(workspace);
  await expect(redo(workspace, null)).rejects.toThrow(why);
  await expect(redo(workspace, null)).rejects.toMatchObject({ code: 'UNDO_REFUSED', facts });
  expect(await picture(workspace)).toEqual(before);
}

/** A line that says it does again what the newest undo took back, written past the verb. */
async function forgeRedo(
  done: string,
  forge: (was: OperationTexts, states: readonly string[]) => Partial<OperationTexts>,
  by = workspace,
): Promise<void> {
  const { operations } = await workspace.log.check();
  const target = operations.find(({ id }) => id === done);
  if (target === undefined || target.texts === 'redacted') throw new Error('there is no such line');
  const { authority, caller, replica, now } = await readGround(by);
  const { states } = target.line;
  await publish(
    by,
    { repo: authority.view.genesis, caller, replica, now },
    {
      op: 'redo',
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: authority.view.head,
      states,
      texts: {
        ...target.texts,
        args: { verb: { operation: null } },
        inverse: null,
        result: { undo: await newest('undo'), redone: done, op: target.line.op, states: [] },
        ...forge(target.texts, states),
      },
      verify: [],
      batch: null,
    },
  );
}

describe('a dropped thread, dropped again', () => {
  it('is gone as it was, with its worktree, and comes back with it', async () => {
    await startThread(workspace, { thread: 'other', task: null, from: null, directory: LINKED });
    const before = await shown();
    await dropThread(workspace, { thread: 'other', force: false });
    await expectThereAndBack('thread-drop', before);
  });

  it('leaves the worktree in which somebody stands, and keeps its states', async () => {
    await save(repository, workspace, { a: '1' });
    const before = await shown();
    await dropThread(workspace, { thread: 'task', force: false });
    await expectThereAndBack('thread-drop', before);
  });

  it('is refused where it has moved on since, and both operations are named', async () => {
    await save(repository, workspace, { a: '1' });
    await dropThread(workspace, { thread: 'task', force: false });
    await undo(workspace, null);
    const operation = await newest('undo');
    await save(repository, workspace, { a: '2' });
    const by = await newest('capture');
    await expectRefused('task has moved on since', { operation, op: 'undo', by, byOp: 'capture' });
  });

  it('is refused where it was dropped since, and where a worktree holds what no state has', async () => {
    await startThread(workspace, { thread: 'other', task: null, from: null, directory: LINKED });
    await dropThread(workspace, { thread: 'other', force: false });
    await undo(workspace, null);
    const operation = await newest('undo');
    const files = new Map([['b', { mode: '100644', content: 'mine' } as const]]);
    const clean = repository.worktrees.linked.get(LINKED) ?? null;
    repository.worktrees.linked.set(LINKED, await writeFiles(workspace.writer, files));
    await expect(redo(workspace, null)).rejects.toMatchObject({ code: 'WORKTREE_DIRTY' });
    expect(repository.worktrees.linked.has(LINKED)).toBe(true);
    repository.worktrees.linked.set(LINKED, clean);
    await dropThread(workspace, { thread: 'other', force: false });
    const by = await newest('thread-drop');
    await expectRefused('other has moved on since', { operation, by });
  });

  it('keeps its start from being taken back, and so does another thread that has its name since', async () => {
    const dev = await join(repository, DEV, 'developer');
    await start(workspace, 'one');
    const began = await newest('thread-start');
    await dropThread(workspace, { thread: 'one', force: false });
    const by = await newest('thread-drop');
    await expect(undo(workspace, began)).rejects.toMatchObject({ facts: { operation: began, by } });
    await start(dev, 'one');
    await expect(undo(workspace, began)).rejects.toMatchObject({ facts: { operation: began, by } });
    expect((await readThreadRecord(workspace, 'one'))?.by).toBe(DEV);
    expect(await problems()).toBe('');
  });

  it('is refused where another worktree stands on it by now', async () => {
    await save(repository, workspace, { a: '1' });
    const stood = await workspace.records.readPosition(workspace.places.gitDir);
    await start(workspace, 'next');
    await dropThread(workspace, { thread: 'task', force: false });
    await undo(workspace, null);
    await workspace.records.writePosition(workspace.places.gitDir, stood);
    await expectRefused('`heddle thread drop`');
  });

  it('asks for what a drop asks for', async () => {
    await save(repository, workspace, { a: '1' });
    await dropThread(workspace, { thread: 'task', force: false });
    await undo(workspace, null);
    const narrow = await delegate(workspace, 'narrow', { operations: ['undo'] });
    const denial = { code: 'SCOPE_OPERATION', operation: 'thread:drop' };
    await expect(redo(narrow, await newest('undo'))).rejects.toMatchObject({ recorded: { denial } });
    expect(await workspace.refs.read('refs/heddle/threads/task')).toBeDefined();
  });

  it('needs no more than a developer’s role where thread, drop and undo are one’s own', async () => {
    const dev = await join(repository, DEV, 'developer');
    await start(dev, 'two');
    await save(repository, dev, { a: '1' });
    await dropThread(dev, { thread: 'two', force: false });
    await undo(workspace, await newest('thread-drop'));
    const undone = await newest('undo');
    await expect(redo(dev, undone)).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT', operation: 'undo' } },
    });
    await dropThread(dev, { thread: 'two', force: false });
    await undo(dev, null);
    await redo(dev, null);
    expect(await problems()).toBe('');
  });

  it('keeps what was redacted meanwhile redacted', async () => {
    await save(repository, workspace, { key: 'secret' });
    await dropThread(workspace, { thread: 'task', force: false });
    await undo(workspace, null);
    const undone = await newest('undo');
    await redactPath(workspace, 'key');
    const head = await workspace.refs.read('refs/heddle/threads/task');
    await redo(workspace, undone);
    expect([...(await workspace.refs.list('refs/heddle/dropped')).values()]).toEqual([head]);
    expect(await problems()).toBe('');
  });
});

describe('restored files, restored again', () => {
  beforeEach(async () => {
    await save(repository, workspace, { a: '1', b: '1' });
    repository.files.set('a', { mode: '100644', content: '2' });
    repository.files.delete('b');
    repository.files.set('c', { mode: '100644', content: 'mine' });
  });

  it('are as they were, and undo brings them back to what they had been', async () => {
    const before = await shown();
    await restore(workspace, { paths: ['a', 'b'], from: null });
    await expectThereAndBack('restore', before);
    expect(repository.files.get('c')?.content).toBe('mine');
  });

  it('are left alone where somebody changed them since', async () => {
    await restore(workspace, { paths: ['a', 'b'], from: null });
    await undo(workspace, null);
    repository.files.set('a', { mode: '100644', content: '3' });
    await expectRefused('a was changed since', { operation: await newest('undo'), op: 'undo' });
    expect(repository.files.get('a')?.content).toBe('3');
  });

  it('are left alone where the snapshot is gone', async () => {
    await restore(workspace, { paths: ['a'], from: null });
    const [snapshot = ''] = (await workspace.refs.list('refs/heddle/snapshots')).values();
    await undo(workspace, null);
    repository.tamper(snapshot, null);
    await expectRefused('its snapshot or its worktree is gone');
  });

  it('are asked about at every path', async () => {
    await restore(workspace, { paths: ['a'], from: null });
    await undo(workspace, null);
    const undone = await newest('undo');
    const agent = await delegate(workspace, 'bot', {
      operations: ['undo', 'state:read'],
      resources: ['acme/core@task:docs'],
    });
    await expect(redo(agent, undone)).rejects.toMatchObject({
      recorded: { denial: { code: 'SCOPE_RESOURCE' } },
    });
    const blind = await delegate(workspace, 'blind', {
      operations: ['undo'],
      file: '/credentials/blind.hcred',
    });
    const { denied, needs, plan } = await previewUndo(blind, 'redo', undone);
    expect({ denied, plan }).toEqual({ denied: 'SCOPE_OPERATION', plan: null });
    expect(needs).toEqual({ operation: 'state:read', resources: ['acme/core@task:a'] });
    expect(repository.files.get('a')?.content).toBe('2');
  });
});

describe('verify', () => {
  it.each([
    ['another file', { effects: [] }],
    ['a thread, too', { refs: [{ name: 'refs/heddle/threads/x', old: null, new: null }] }],
  ])('finds a restoring done again that does other than the first: %s', async (_, texts) => {
    await save(repository, workspace, { a: '1' });
    repository.files.set('a', { mode: '100644', content: '2' });
    await restore(workspace, { paths: ['a'], from: null });
    const done = await newest('restore');
    await undo(workspace, null);
    await forgeRedo(done, () => ({ refs: [], ...texts }));
    expect(await problems()).toContain('it does not do again what was undone');
  });

  it('finds a drop done again of another thread, or one that keeps nothing', async () => {
    await save(repository, workspace, { a: '1' });
    await dropThread(workspace, { thread: 'task', force: false });
    const done = await newest('thread-drop');
    await undo(workspace, null);
    await forgeRedo(done, ({ refs }) => ({ refs: refs.slice(0, 1) }));
    expect(await problems()).toContain('it does not keep what it drops');
  });

  it('finds a drop done again by somebody who was not allowed it', async () => {
    await save(repository, workspace, { a: '1' });
    const dev = await join(repository, DEV, 'developer');
    await dropThread(workspace, { thread: 'task', force: false });
    const done = await newest('thread-drop');
    await undo(workspace, null);
    await forgeRedo(done, () => ({}), dev);
    expect(await problems()).toContain('ROLE_INSUFFICIENT');
  });
});
