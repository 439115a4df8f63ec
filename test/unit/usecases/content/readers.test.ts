import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { LARGEST_SINGLE_LIST } from '#domain/manifest/entry.ts';
import { TOMBSTONES_REF, threadRef } from '#domain/refs.ts';
import { hashObject } from '#git/objects/hash.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { diff, log, show } from '#usecases/history/read-history.ts';
import { undo } from '#usecases/undo/undo.ts';
import { rawBytes } from '#usecases/manifest/change-tree.ts';
import { startThread } from '#usecases/threads/start.ts';
import { plainFiles, writeCommit } from '../../../support/memory/files.ts';
import { purgeTombstone, redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { initialised, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

const SECRET = 'the secret\n';

async function logged(thread: string | null = null): Promise<readonly (readonly string[])[]> {
  const { states } = await log(workspace, { thread, limit: null });
  return states.map(({ redacted }) => redacted.map(({ path }) => path ?? ''));
}

/** Watches which patches git is asked for; the files of both sides. */
function watchPatches(): { readonly seen: ObjectId[]; readonly watched: Workspace } {
  const seen: ObjectId[] = [];
  const { comparer, objects } = workspace;
  const patch: Workspace['comparer']['patch'] = async (from, to, options) => {
    for (const tree of [from, to]) {
      const files = tree === null ? [] : await objects.listFiles(tree);
      seen.push(...files.map(({ id }) => id));
    }
    return comparer.patch(from, to, options);
  };
  return { seen, watched: { ...workspace, comparer: { ...comparer, patch } } };
}

describe('log', () => {
  it('says of each state what of it is redacted, by whom, when and why', async () => {
    await save(repository, workspace, { a: '1' });
    await save(repository, workspace, { 'dir/key': SECRET });
    await save(repository, workspace, { a: '2' });
    repository.files.delete('dir/key');
    await save(repository, workspace, { a: '3' });
    expect(await logged()).toEqual([[], [], [], []]);
    const { tombstone } = await redactPath(workspace, 'dir/key', { reason: 'why\u001b[2J' });
    expect(await logged()).toEqual([[], ['dir/key'], ['dir/key'], []]);
    const { states } = await log(workspace, { thread: null, limit: 2 });
    expect(states[1]?.redacted).toEqual([
      {
        path: 'dir/key',
        tombstone,
        reasonCode: 'credential',
        by: 'owner@example.com',
        at: repository.now,
        reason: 'why\u001b[2J',
        purged: false,
      },
    ]);
  });

  it('says so of odd names, of many in a directory, and of the same content in several places', async () => {
    const many = Array.from({ length: LARGEST_SINGLE_LIST + 9 }, (_, index) => [`d/f${index}`, `${index}`]);
    await save(repository, workspace, {
      ...(Object.fromEntries(many) as Record<string, string>),
      'd/f7': SECRET,
      '\xff/a:b\n': SECRET,
      '=x/_': SECRET,
    });
    await redactPath(workspace, 'd/f7');
    expect(await logged()).toEqual([['%FF/a%3Ab%0A', '=x/_', 'd/f7'].toSorted()]);
  });

  it('takes nothing for redacted that only has the same name', async () => {
    await save(repository, workspace, { key: SECRET });
    await save(repository, workspace, { key: 'harmless' });
    await redactPath(workspace, 'key', { all: false, state: (await stateIds())[1] ?? '' });
    expect(await logged()).toEqual([[], ['key']]);
  });

  it('says what was destroyed, and nothing of what was taken back', async () => {
    await save(repository, workspace, { key: SECRET, other: 'another secret' });
    const { tombstone } = await redactPath(workspace, 'key');
    await redactPath(workspace, 'other');
    await undo(workspace, null);
    await purgeTombstone(workspace, tombstone);
    const { states } = await log(workspace, { thread: null, limit: null });
    expect(states[0]?.redacted).toMatchObject([{ path: 'key', purged: true }]);
  });

  it('reads no manifest where nothing was redacted', async () => {
    await save(repository, workspace, { key: SECRET });
    const read: string[] = [];
    const objects: Workspace['objects'] = {
      ...workspace.objects,
      read: (name, most) => workspace.objects.read(name, most),
      readMany: (names, most) => {
        read.push(...names);
        return workspace.objects.readMany(names, most);
      },
      readTrees: (trees) => {
        read.push(...trees);
        return workspace.objects.readTrees(trees);
      },
      readTree: (name) => {
        read.push(name);
        return workspace.objects.readTree(name);
      },
    };
    await log({ ...workspace, objects }, { thread: null, limit: null });
    expect(read.filter((name) => name.includes(':manifest'))).toEqual([]);
  });
});

async function stateIds(): Promise<readonly string[]> {
  return (await log(workspace, { thread: null, limit: null })).states.map(({ state }) => state);
}

describe('show', () => {
  it('lists a file as changed that is hidden before and after, and was not the same', async () => {
    await save(repository, workspace, { key: SECRET, a: '1' });
    const { state } = await save(repository, workspace, { key: 'another secret', z: '1' });
    const { state: third } = await save(repository, workspace, { a: '2' });
    await redactPath(workspace, 'key');
    const shown = await show(workspace, { name: state });
    expect(shown.changed).toEqual([
      { path: 'key', change: 'modified' },
      { path: 'z', change: 'added' },
    ]);
    expect(shown.state.redacted.map(({ path }) => path)).toEqual(['key']);
    expect((await show(workspace, { name: third })).changed).toEqual([{ path: 'a', change: 'modified' }]);
    expect((await diff(workspace, { from: state, to: third, stat: false })).redacted).toEqual([]);
  });

  it('leaves out what the commit that a thread began from still holds, and says so', async () => {
    const bare = await initialised();
    ({ workspace } = bare);
    const files = plainFiles({ key: SECRET, a: '1' });
    bare.worktree.head = await writeCommit(workspace.writer, files);
    for (const [path, file] of files) bare.files.set(path, file);
    await startThread(workspace, { thread: 'task', task: null, from: null, directory: null });
    await save(bare, workspace, { a: '2' });
    await redactPath(workspace, 'key');
    bare.files.delete('key');
    const { state } = await save(bare, workspace, { a: '3' });
    const { seen, watched } = watchPatches();
    for (const name of [state, (await stateIds())[1] ?? '']) {
      const { changed, patch, state: shown } = await show(watched, { name });
      expect(patch).toBe(name === state ? 'a\nkey\n' : 'a\n');
      expect(changed).toEqual([
        { path: 'a', change: 'modified' },
        { path: 'key', change: name === state ? 'deleted' : 'modified' },
      ]);
      expect(shown.redacted.map(({ path }) => path)).toEqual(['key']);
    }
    expect(seen).not.toContain(hashObject('blob', rawBytes(SECRET)));
    expect(seen.length).toBeGreaterThan(3);
  });
});

describe('diff', () => {
  it('leaves out of any Git commit what is refused here, and says so', async () => {
    await save(repository, workspace, { key: SECRET });
    const { tombstone } = await redactPath(workspace, 'key');
    const commit = await writeCommit(
      workspace.writer,
      plainFiles({ 'a/b\xff': SECRET, 'a/c': '1', 'd\n': SECRET, e: '1' }),
    );
    repository.revisions.set('old', commit);
    const { seen, watched } = watchPatches();
    const result = await diff(watched, { from: 'old', to: null, stat: false });
    expect(result.redacted).toMatchObject([
      { path: 'a/b%FF', tombstone },
      { path: 'd%0A', tombstone },
    ]);
    expect(result.patch).toBe('a/c\ne\nkey\n');
    expect(result.changed.map(({ path }) => path)).toEqual(['a/b%FF', 'a/c', 'd%0A', 'e', 'key']);
    expect(seen).not.toContain(hashObject('blob', rawBytes(SECRET)));
  });

  it('shows a directory that took the place of a refused file, and the other way round', async () => {
    await save(repository, workspace, { key: SECRET });
    await redactPath(workspace, 'key');
    const writeAs = async (name: string, files: Record<string, string>): Promise<void> => {
      repository.revisions.set(name, await writeCommit(workspace.writer, plainFiles(files)));
    };
    await writeAs('file', { x: SECRET, y: '1' });
    await writeAs('directory', { 'x/z': '2', y: '1' });
    const forth = await diff(workspace, { from: 'file', to: 'directory', stat: false });
    expect(forth).toMatchObject({ patch: 'x/z\n', redacted: [{ path: 'x' }] });
    const back = await diff(workspace, { from: 'directory', to: 'file', stat: false });
    expect(back).toMatchObject({ patch: 'x/z\n', redacted: [{ path: 'x' }] });
  });

  it('takes a carrier for the state that it carries, as that one is carried now', async () => {
    await save(repository, workspace, { a: '1' });
    const { state } = await save(repository, workspace, { key: SECRET });
    const old = (await workspace.refs.read(threadRef('task'))) ?? '';
    await redactPath(workspace, 'key');
    const { seen, watched } = watchPatches();
    const result = await diff(watched, { from: (await stateIds())[1] ?? '', to: old, stat: false });
    expect(result).toMatchObject({ to: state, patch: 'key\n', redacted: [{ path: 'key' }] });
    expect(seen).not.toContain(hashObject('blob', rawBytes(SECRET)));
    const opened = await Promise.all(seen.map((id) => workspace.objects.read(id, 10_000)));
    expect(opened.some((blob) => decodeUtf8(blob?.content ?? new Uint8Array())?.includes('"salt"'))).toBe(
      false,
    );
  });

  it('refuses the carrier of a state that no thread holds any more', async () => {
    await save(repository, workspace, { a: '1' });
    await save(repository, workspace, { key: SECRET });
    const undone = (await workspace.refs.read(threadRef('task'))) ?? '';
    await undo(workspace, null);
    for (const from of [undone, null]) {
      const to = from === null ? undone : null;
      await expect(diff(workspace, { from, to, stat: false })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    const start = startThread(workspace, { thread: 'x', task: null, from: undone, directory: '/srv/x' });
    await expect(start).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('shows nothing for want of a word for it where the tombstone of a refused content is gone', async () => {
    await save(repository, workspace, { key: SECRET });
    await redactPath(workspace, 'key');
    const commit = await writeCommit(workspace.writer, plainFiles({ key: SECRET }));
    repository.revisions.set('old', commit);
    await moveRef(workspace, TOMBSTONES_REF, null);
    const result = diff(workspace, { from: 'old', to: null, stat: false });
    await expect(result).rejects.toMatchObject({ code: 'TOMBSTONE_INVALID' });
  });
});
