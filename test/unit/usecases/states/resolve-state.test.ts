import { beforeEach, describe, expect, it } from 'vitest';
import type { Hasher } from '#domain/hash.ts';
import { diff, log, show } from '#usecases/history/read-history.ts';
import { resolveState } from '#usecases/states/resolve-state.ts';
import { listThreads, showThread } from '#usecases/threads/list-threads.ts';
import { startThread } from '#usecases/threads/start.ts';
import type { Workspace } from '#ports/workspace.ts';
import { plainFiles, writeCommit } from '../../../support/memory/files.ts';
import { save, start, started } from '../../../support/memory/scenes.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';
import { SHA256_HASHER } from '../../../support/sha256-hasher.ts';

/** Makes all states' ids begin alike. */
const ALIKE: Hasher = {
  ...SHA256_HASHER,
  hash: (kind, ...parts) =>
    SHA256_HASHER.hash(kind, ...parts).fill(kind === 'state' ? 7 : 0, 0, kind === 'state' ? 10 : 0),
};

let repository: MemoryRepository;
let workspace: Workspace;
let first: string;
let second: string;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  first = (await save(repository, workspace, { a: '1' })).state;
  second = (await save(repository, workspace, { a: '2' })).state;
});

describe('the name of a state', () => {
  it('is its full id, or an unambiguous beginning of it, with or without the prefix', async () => {
    for (const name of [first, first.slice(0, 12), first.slice(3, 12), first.slice(3, 7)]) {
      expect((await resolveState(workspace, name)).id).toBe(first);
    }
  });

  it('is a thread’s name, for its newest state', async () => {
    expect((await resolveState(workspace, 'task')).id).toBe(second);
  });

  it('is the name of a thread that captured nothing, for the state that it was forked from', async () => {
    await startThread(workspace, { thread: 'fork', task: null, from: first, directory: '/srv/fork' });
    expect((await resolveState(workspace, 'fork')).id).toBe(first);
  });

  it.each(['nothing', 'hs-', 'hs-0', 'HS-0000', '', '../task', 'hs-zzzzzzzz', '-x', 'i'.repeat(10)])(
    'is not %j',
    async (name) => {
      await expect(resolveState(workspace, name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    },
  );

  it('is not a beginning that is too short', async () => {
    const short = resolveState(workspace, first.slice(3, 6));
    await expect(short).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is not a beginning that two states have', async () => {
    const fresh = createMemoryRepository();
    const alike = await started({ ...fresh, workspace: { ...fresh.workspace, hasher: ALIKE } });
    const ids: string[] = [];
    for (const content of ['1', '2']) ids.push((await save(alike, alike.workspace, { a: content })).state);
    const beginning = ids[0]?.slice(0, 15) ?? '';
    expect(ids[1]).toMatch(beginning);
    await expect(resolveState(alike.workspace, beginning)).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      facts: { name: beginning },
    });
    expect((await resolveState(alike.workspace, ids[0] ?? '')).id).toBe(ids[0]);
  });
});

describe('history', () => {
  it('of a thread is newest first, as far as it is asked for', async () => {
    const states = async (limit: number | null, thread: string | null = null): Promise<readonly string[]> =>
      (await log(workspace, { thread, limit })).states.map(({ state }) => state);
    expect(await states(null)).toEqual([second, first]);
    expect(await states(1)).toEqual([second]);
    expect(await states(0)).toEqual([]);
    expect(await states(null, 'task')).toEqual([second, first]);
    expect(await states(null, first.slice(0, 14))).toEqual([first]);
    await expect(states(null, 'nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('of a thread that captured nothing is that of where it was forked', async () => {
    await start(workspace, 'fork');
    expect((await log(workspace, { thread: null, limit: null })).states).toHaveLength(2);
    expect((await log(workspace, { thread: 'fork', limit: null })).states).toHaveLength(2);
  });

  it('shows what a state changed, of the first one against the commit that it began from', async () => {
    expect(await show(workspace, { name: null })).toMatchObject({
      state: { state: second, attestation: 'verified', via: [] },
      changed: [{ path: 'a', change: 'modified' }],
    });
    expect(await show(workspace, { name: first })).toMatchObject({
      changed: [{ path: 'a', change: 'added' }],
    });
  });

  it('compares states, threads, Git revisions and the work tree', async () => {
    const commit = await writeCommit(workspace.writer, plainFiles({ a: '2', c: '3' }));
    repository.revisions.set('main', commit);
    repository.files.set('b', { mode: '100644', content: 'new' });
    const changed = async (from: string | null, to: string | null): Promise<readonly string[]> =>
      (await diff(workspace, { from, to, stat: false })).changed.map(
        ({ path, change }) => `${change} ${path}`,
      );
    expect(await changed(null, null)).toEqual(['added b']);
    expect(await changed(first, null)).toEqual(['modified a', 'added b']);
    expect(await changed(first, 'task')).toEqual(['modified a']);
    expect(await changed('task', 'main')).toEqual(['added c']);
    await expect(changed('nothing', null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('threads', () => {
  it('are listed with their states, where they are, and who began them', async () => {
    await startThread(workspace, { thread: 'b/fork', task: 'try', from: first, directory: '/srv/fork' });
    const { threads } = (await listThreads(workspace)).result;
    expect(threads).toMatchObject([
      { thread: 'b/fork', task: 'try', head: null, states: 0, current: false, worktree: '/srv/fork' },
      { thread: 'task', head: second, states: 2, current: true, worktree: '/srv/core' },
    ]);
    expect(await showThread(workspace, 'b/fork')).toMatchObject({
      from: first,
      startedBy: 'owner@example.com',
    });
    await expect(start(workspace, 'B/other')).rejects.toMatchObject({
      code: 'THREAD_NAME_COLLISION',
      facts: { existing: 'b/fork', free: 'b/other' },
    });
    await expect(showThread(workspace, 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('count their own states, not those of the thread they were forked from', async () => {
    await start(workspace, 'fork');
    await save(repository, workspace, { a: '3' });
    expect(await showThread(workspace, 'fork')).toMatchObject({ states: 1, from: second });
  });

  it.each([
    ['task', 'THREAD_EXISTS'],
    ['Task', 'THREAD_NAME_COLLISION'],
    ['task/below', 'THREAD_NAME_COLLISION'],
    ['heads/main', 'THREAD_NAME_INVALID'],
    ['a..b', 'THREAD_NAME_INVALID'],
  ])('do not start as %s', async (thread, code) => {
    await expect(start(workspace, thread)).rejects.toMatchObject({ code });
  });

  it('start here only from where this work tree came from', async () => {
    const from = { thread: 'fork', task: null, directory: null };
    await expect(startThread(workspace, { ...from, from: first })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(startThread(workspace, { ...from, from: 'nothing' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(startThread(workspace, { ...from, from: 'task' })).resolves.toMatchObject({
      result: { from: second },
    });
  });

  it('start elsewhere with the files of the state or commit that they begin from', async () => {
    const commit = await writeCommit(workspace.writer, plainFiles({ z: '9' }));
    repository.revisions.set('v1', commit);
    const options = { task: null, directory: '/srv/v1' };
    await startThread(workspace, { ...options, thread: 'v1', from: 'v1' });
    expect(repository.worktrees.linked.get('/srv/v1')).toBe(await workspace.revisions.commitTree(commit));
    const again = startThread(workspace, { ...options, thread: 'v2', from: first });
    await expect(again).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    expect((await listThreads(workspace)).result.threads.map(({ thread }) => thread)).toEqual(['task', 'v1']);
  });
});
