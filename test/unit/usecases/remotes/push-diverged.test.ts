import { beforeEach, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { pull } from '#usecases/remotes/pull/pull.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { renameThread } from '#usecases/threads/rename/rename-thread.ts';
import { verify } from '#usecases/verify/verify.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import { MemoryRemote } from '../../../support/memory/transport.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const ALL = { remote: 'origin', threads: [], branches: [], all: true };

let origin: MemoryRepository;
let remote: MemoryRemote;
let workspace: Workspace;

/** A capture arrived though its push was lost; it was taken back here, and another one came in its place. */
beforeEach(async () => {
  origin = await started();
  remote = new MemoryRemote();
  workspace = { ...origin.workspace, transport: async () => remote.transportOf(workspace) };
  await save(origin, workspace, { 'a.ts': 'a' });
  await push(workspace, ALL);
  await save(origin, workspace, { 'a.ts': 'b' });
  remote.accident = 'lost after';
  await expect(push(workspace, ALL)).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
  await undo(workspace, null);
  await save(origin, workspace, { 'a.ts': 'c' });
});

describe('a thread that went another way at the remote', () => {
  it('is to be pulled first, then has to get another name, which brings both together', async () => {
    const there = remote.refs.get(threadRef('task'));
    for (const all of [true, false])
      await expect(push(workspace, { ...ALL, all })).rejects.toMatchObject({
        code: 'REMOTE_MOVED',
        facts: { command: ['heddle', 'pull', 'origin'] },
      });
    expect((await pull(workspace, 'origin')).result.threads).toMatchObject([{ outcome: 'diverged' }]);
    await expect(push(workspace, { ...ALL, threads: ['task'], all: false })).rejects.toMatchObject({
      code: 'THREAD_DIVERGED',
      facts: { thread: 'task', advice: expect.stringContaining('heddle thread rename task task-mine') },
    });
    expect(remote.refs.get(threadRef('task'))).toBe(there);
    await renameThread(workspace, { thread: 'task', to: 'task-mine' });
    expect((await pull(workspace, 'origin')).result.threads).toMatchObject([{ outcome: 'new' }]);
    expect((await push(workspace, ALL)).result.threads).toMatchObject([
      { thread: 'task', outcome: 'current' },
      { thread: 'task-mine', outcome: 'new' },
    ]);
    expect(await workspace.refs.list('refs/heddle/diverged/')).toEqual(new Map());
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('keeps nothing else here, where everything is pushed', async () => {
    const there = remote.refs.get(threadRef('task'));
    await pull(workspace, 'origin');
    const grant = { principal: 'owner@example.com', role: 'reader', resource: 'acme/core' } as const;
    await addGrant(workspace, { ...grant, until: null });
    const { result } = await push(workspace, ALL);
    expect(result.threads).toMatchObject([{ thread: 'task', outcome: 'diverged' }]);
    expect(result.records).toContain('authority');
    expect(remote.refs.get(threadRef('task'))).toBe(there);
    expect((await pull(workspace, 'origin')).result.threads).toMatchObject([{ outcome: 'diverged' }]);
    expect((await push(workspace, ALL)).result.operation).toBeNull();
  });
});

it('a thread that only went on at the remote keeps nothing else here, where everything is pushed', async () => {
  await undo(workspace, null);
  const there = remote.refs.get(threadRef('task'));
  const grant = { principal: 'owner@example.com', role: 'reader', resource: 'acme/core' } as const;
  await addGrant(workspace, { ...grant, until: null });
  const { result } = await push(workspace, ALL);
  expect(result).toMatchObject({
    threads: [{ thread: 'task', outcome: 'behind' }],
    records: ['authority', 'oplog'],
  });
  expect(remote.refs.get(threadRef('task'))).toBe(there);
  await expect(push(workspace, { ...ALL, threads: ['task'], all: false })).rejects.toMatchObject({
    code: 'REMOTE_MOVED',
  });
});
