import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { threadRef } from '#domain/refs.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { readState } from '#usecases/states/read-state.ts';
import { startThread } from '#usecases/threads/start.ts';
import { verify } from '#usecases/verify/verify.ts';
import { plainFiles, writeCommit } from '../../../support/memory/files.ts';
import { delegate, initialised, save, start, started } from '../../../support/memory/scenes.ts';
import { createMemoryRepository, saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

/** A repository with one commit, whose files are in the work tree, and a thread that began there. */
async function onCommit(): Promise<MemoryRepository & { readonly commit: string }> {
  const repository = await initialised();
  const files = plainFiles({ 'src/a.ts': 'one', 'src/b.ts': 'two', README: 'three' });
  const commit = await writeCommit(repository.workspace.writer, files);
  repository.worktree.head = commit;
  for (const [path, file] of files) repository.files.set(path, file);
  await start(repository.workspace, 'task');
  return { ...repository, commit };
}

async function headOf(repository: MemoryRepository, thread = 'task') {
  return readState(repository.workspace, (await repository.workspace.refs.read(threadRef(thread))) ?? '');
}

async function newestPaths({ workspace }: MemoryRepository): Promise<readonly string[]> {
  const texts = (await workspace.log.check()).operations.at(-1)?.texts;
  return texts === undefined || texts === 'redacted' ? [] : texts.paths;
}

describe('the first capture of a thread', () => {
  it('begins at the Git commit, and touches only what differs from it', async () => {
    const repository = await onCommit();
    const result = await save(repository, repository.workspace, { 'src/a.ts': 'changed' });
    expect(result).toMatchObject({
      created: true,
      parents: [],
      changed: [{ path: 'src/a.ts', change: 'modified' }],
    });
    const head = await headOf(repository);
    expect(head.gitParents).toEqual([repository.commit]);
    expect(head.texts.base).toBe(repository.commit);
    expect(await newestPaths(repository)).toEqual(['src/a.ts']);
    expect((await verify(repository.workspace, { all: true })).findings).toEqual([]);
  });

  it('is made also where nothing differs from the commit', async () => {
    const repository = await onCommit();
    expect(await save(repository, repository.workspace, {})).toMatchObject({ created: true, changed: [] });
    expect((await verify(repository.workspace, { all: true })).findings).toEqual([]);
  });

  it('asks for the whole thread where it touches nothing', async () => {
    const repository = await onCommit();
    const agent = await delegate(repository.workspace, 'bot', { resources: ['acme/core@task:src'] });
    await expect(save(repository, agent, {})).rejects.toMatchObject({
      recorded: { denial: { code: 'SCOPE_RESOURCE', denied: ['acme/core@task'] } },
    });
  });

  it('touches everything in a repository without a commit', async () => {
    const repository = await started();
    const result = await save(repository, repository.workspace, { b: '2', 'a/c': '1' });
    expect(result.changed).toEqual([
      { path: 'a/c', change: 'added' },
      { path: 'b', change: 'added' },
    ]);
    expect((await headOf(repository)).gitParents).toEqual([]);
  });

  it('of a thread that began at a state has that state as its parent', async () => {
    const repository = await started();
    const { state } = await save(repository, repository.workspace, { a: '1' });
    await start(repository.workspace, 'forked');
    const result = await save(repository, repository.workspace, { a: '2' });
    expect(result).toMatchObject({ thread: 'forked', parents: [state] });
    expect((await headOf(repository, 'forked')).texts.base).toBeNull();
    expect((await headOf(repository)).id).toBe(state);
    expect((await verify(repository.workspace, { all: true })).findings).toEqual([]);
  });
});

describe('a capture', () => {
  it('finds nothing to do where nothing changed since the last', async () => {
    const repository = await started();
    const { state } = await save(repository, repository.workspace, { a: '1' });
    const again = await save(repository, repository.workspace, {});
    expect(again).toEqual({
      state,
      created: false,
      replaces: null,
      thread: 'task',
      parents: [],
      changed: [],
      unfaithful: [],
    });
  });

  it('says what was added, modified, deleted, and became something else', async () => {
    const repository = await started();
    await save(repository, repository.workspace, { gone: '1', kept: '2', link: '3', same: '4' });
    repository.files.delete('gone');
    repository.files.set('link', { mode: '120000', content: '3' });
    repository.files.set('same', { mode: '100755', content: '4' });
    const result = await save(repository, repository.workspace, { 'new@:%': '5', kept: '2!' });
    expect(result.changed).toEqual([
      { path: 'gone', change: 'deleted' },
      { path: 'kept', change: 'modified' },
      { path: 'link', change: 'type' },
      { path: 'new%40%3A%25', change: 'added' },
      { path: 'same', change: 'modified' },
    ]);
    expect((await verify(repository.workspace, { all: true })).findings).toEqual([]);
  });

  it('asks for every path it touches, deleted ones too', async () => {
    const repository = await started();
    await save(repository, repository.workspace, { 'docs/a': '1', 'src/a': '1', 'src/b': '1' });
    const agent = await delegate(repository.workspace, 'bot', { resources: ['acme/core@task:src'] });
    repository.files.delete('docs/a');
    await expect(save(repository, agent, { 'src/a': '2', top: '3' })).rejects.toMatchObject({
      recorded: { denial: { denied: ['acme/core@task:docs/a', 'acme/core@task:top'] } },
    });
  });

  it('asks for both places of a file that became a directory', async () => {
    const repository = await started();
    await save(repository, repository.workspace, { 'src/a': '1' });
    const agent = await delegate(repository.workspace, 'bot', { resources: ['acme/core@task:src/a/b'] });
    repository.files.delete('src/a');
    await expect(save(repository, agent, { 'src/a/b': '1' })).rejects.toMatchObject({
      recorded: { denial: { denied: ['acme/core@task:src/a'] } },
    });
  });

  it('is refused where the thread moved on, and is never given another parent', async () => {
    const repository = await started();
    const { workspace } = repository;
    const { state } = await save(repository, workspace, { a: '1' });
    const position = await workspace.records.readPosition(workspace.places.gitDir);
    const { state: newer } = await save(repository, workspace, { a: '2' });
    await workspace.records.writePosition(workspace.places.gitDir, position);
    await expect(save(repository, workspace, { a: '3' })).rejects.toMatchObject({
      code: 'THREAD_DIVERGED',
      facts: { thread: 'task', head: newer, state },
    });
  });

  it('is refused in a worktree from before the thread’s first state', async () => {
    const repository = await started();
    const { workspace } = repository;
    const position = await workspace.records.readPosition(workspace.places.gitDir);
    await save(repository, workspace, { a: '1' });
    await workspace.records.writePosition(workspace.places.gitDir, position);
    await expect(save(repository, workspace, { a: '2' })).rejects.toMatchObject({
      code: 'THREAD_DIVERGED',
      facts: { state: null },
    });
  });

  it('is refused where no thread was started, and where heddle was not initialised', async () => {
    const repository = await initialised();
    const started = save(repository, repository.workspace, {});
    await expect(started).rejects.toMatchObject({ code: 'THREAD_NOT_STARTED' });
    const fresh = createMemoryRepository();
    await expect(save(fresh, fresh.workspace, {})).rejects.toMatchObject({ code: 'NOT_INITIALISED' });
  });

  it('is refused where the state that its files came from is gone', async () => {
    const repository = await started();
    const { workspace } = repository;
    await save(repository, workspace, { a: '1' });
    await start(workspace, 'forked');
    const old = (await workspace.refs.read(threadRef('task'))) ?? null;
    await (await workspace.refs.prepare([{ name: threadRef('task'), old, new: null }], [])).commit();
    await expect(save(repository, workspace, { a: '2' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps intent, task and attribution in the state', async () => {
    const repository = await initialised();
    const { workspace } = repository;
    await startThread(workspace, { thread: 'task', task: 'log in', from: null, directory: null });
    const agent = await delegate(workspace, 'bot', { provider: 'acme', model: 'm-1' });
    repository.files.set('a', { mode: '100644', content: '1' });
    const caller = saying(agent, {
      confidence: { value: '.8', source: 'flag' },
      session: { value: 'run 7', source: 'environment' },
    });
    await capture(caller, { intent: 'add a', maxFileBytes: LARGEST_FILE });
    const { state, texts } = await headOf(repository);
    expect(texts).toMatchObject({ intent: 'add a', task: 'log in', evidence: [] });
    expect(state.actor).toMatchObject({
      agent: 'bot',
      provider: 'acme',
      session: 'run 7',
      confidence: '0.80',
    });
    expect(state.sources).toMatchObject({ agent: 'credential', session: 'environment', confidence: 'flag' });
  });

  it('names the files that a checkout would not give back', async () => {
    const repository = await started();
    repository.worktree.unfaithfulFiles = [
      { path: utf8('a'), why: 'line ends' },
      { path: utf8('untouched'), why: 'line ends' },
    ];
    const result = await save(repository, repository.workspace, { a: '1' });
    expect(result.unfaithful).toEqual([{ path: 'a', why: 'line ends' }]);
  });
});
