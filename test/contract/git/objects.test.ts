import { existsSync, readdirSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { openWithoutGit } from '#git/pure/repository.ts';
import type { ObjectBatch, ObjectId, ObjectReader, ObjectWriter, TreeEntry } from '#ports/objects.ts';
import { createMemoryObjects } from '../../support/memory/objects.ts';
import { makeOpen, rejection } from '../../support/repositories/open-repositories.ts';

interface Store {
  readonly objects: ObjectReader;
  readonly writer: ObjectWriter;
}

const stores: readonly (readonly [string, () => Promise<Store>])[] = [
  ['in memory', async () => createMemoryObjects()],
  ['in git', async () => (await makeOpen({ commit: false })).git],
  ['read without git, loose', () => openPure({ packed: false })],
  ['read without git, packed', () => openPure({ packed: true })],
];

/** The independent reader over what git wrote: as it wrote it, or all in one pack with deltas. */
async function openPure({ packed }: { readonly packed: boolean }): Promise<Store> {
  const { repository, git } = await makeOpen({ commit: false });
  const { objects } = openWithoutGit(repository.path, repository.env);
  const pack = (): string => repository.git('repack', '-q', '-a', '-d', '-k', '-f', '--window=50');
  const batch: ObjectWriter['batch'] = () => {
    const own = git.writer.batch();
    return { ...bound(own), write: () => own.write().then(() => void (packed && pack())) };
  };
  return { objects, writer: { batch } };
}

function bound(batch: ObjectBatch): Pick<ObjectBatch, 'add' | 'addTree'> {
  return {
    add: (kind, content) => batch.add(kind, content),
    addTree: (entries) => batch.addTree(entries),
  };
}
const MANY = 1024 * 1024;

async function store({ writer }: Store, ...contents: readonly string[]): Promise<readonly ObjectId[]> {
  const batch = writer.batch();
  const ids = contents.map((content) => batch.add('blob', utf8(content)));
  await batch.write();
  return ids;
}

/** A commit over `a`, `dir/b` and a submodule. */
async function storeCommit({
  writer,
}: Store): Promise<{ readonly commit: ObjectId; readonly tree: ObjectId }> {
  const batch = writer.batch();
  const blob = batch.add('blob', utf8('content\n'));
  const dir = batch.addTree([{ mode: '100755', name: utf8('b'), id: blob }]);
  const tree = batch.addTree([
    { mode: '160000', name: utf8('dir.sub'), id: 'c'.repeat(40) },
    { mode: '40000', name: utf8('dir'), id: dir },
    { mode: '120000', name: Uint8Array.of(0xff), id: blob },
    { mode: '100644', name: utf8('dir0'), id: blob },
    { mode: '100644', name: utf8('a'), id: blob },
  ]);
  const person = 'x <x> 0 +0000';
  const commit = batch.add('commit', utf8(`tree ${tree}\nauthor ${person}\ncommitter ${person}\n\nm\n`));
  await batch.write();
  return { commit, tree };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe.each(stores)('a store of objects %s', (_where, open) => {
  it('gives back what was written, by id and by path', async () => {
    const opened = await open();
    const { commit, tree } = await storeCommit(opened);
    const found = await opened.objects.readMany(
      [commit, `${commit}:dir/b`, `${tree}:a`, 'e'.repeat(40), `${commit}:no`],
      MANY,
    );
    expect(found.map((object) => object?.kind)).toEqual(['commit', 'blob', 'blob', undefined, undefined]);
    expect(text(found[1]?.content ?? utf8(''))).toBe('content\n');
    expect(await opened.objects.read(commit, MANY)).toEqual(found[0]);
    expect(await opened.objects.readMany([], MANY)).toEqual([]);
  });

  it('counts back along first parents', async () => {
    const opened = await open();
    const batch = opened.writer.batch();
    const tree = batch.addTree([{ mode: '100644', name: utf8('n'), id: batch.add('blob', utf8('n')) }]);
    const commits: string[] = [];
    for (let index = 0; index < 4; index += 1) {
      const parents = [commits.at(-1), index === 3 ? commits[0] : undefined].filter((id) => id !== undefined);
      const lines = [`tree ${tree}`, ...parents.map((id) => `parent ${id}`), 'author a <a> 0 +0000'];
      commits.push(batch.add('commit', utf8(`${lines.join('\n')}\ncommitter a <a> 0 +0000\n\n${index}\n`)));
    }
    await batch.write();
    const head = commits[3] ?? '';
    const names = [
      `${head}~0`,
      `${head}~1`,
      `${head}~3`,
      `${head}~4`,
      `${head}~3:n`,
      `${head}~4:n`,
      `${tree}~1`,
    ];
    const found = await opened.objects.readMany(names, MANY);
    const blob = batch.add('blob', utf8('n'));
    expect(found.map((object) => object?.id)).toEqual([
      head,
      commits[2],
      commits[0],
      undefined,
      blob,
      undefined,
      undefined,
    ]);
  });

  it('knows an object’s id before it is written, and adds one twice as once', async () => {
    const opened = await open();
    const batch = opened.writer.batch();
    const id = batch.add('blob', utf8('x'));
    expect(id).toBe('c1b0730e0133447badcfd47fd144e254807b06e1');
    expect(batch.add('blob', utf8('x'))).toBe(id);
    expect(await opened.objects.read(id, MANY)).toBeUndefined();
    await batch.write();
    await batch.write();
    expect((await opened.objects.read(id, MANY))?.content).toHaveLength(1);
  });

  it('reads trees in Git’s order, through commits too', async () => {
    const opened = await open();
    const { commit, tree } = await storeCommit(opened);
    const entries = await opened.objects.readTree(commit);
    expect(entries?.map(({ mode, name }) => `${mode} ${text(name)}`)).toEqual([
      '100644 a',
      '160000 dir.sub',
      '40000 dir',
      '100644 dir0',
      '120000 \u00ff',
    ]);
    expect(await opened.objects.readTree(tree)).toEqual(entries);
    expect((await opened.objects.readTree(`${commit}:dir`))?.map(({ name }) => text(name))).toEqual(['b']);
    expect(await opened.objects.readTree('e'.repeat(40))).toBeUndefined();
    expect(await opened.objects.readTree(`${commit}:nothing`)).toBeUndefined();
  });

  it('reads many trees in the order asked, and says which are missing', async () => {
    const opened = await open();
    const { tree } = await storeCommit(opened);
    const missing = 'e'.repeat(40);
    const [first, none, again] = await opened.objects.readTrees([tree, missing, tree]);
    expect(first).toEqual(await opened.objects.readTree(tree));
    expect(none).toBeUndefined();
    expect(again).toEqual(first);
    expect(await opened.objects.readTrees([])).toEqual([]);
  });

  it('lists every file below a tree, and nothing of an empty one', async () => {
    const opened = await open();
    const { tree } = await storeCommit(opened);
    const files = await opened.objects.listFiles(tree);
    expect(files.map(({ mode, path }) => `${mode} ${text(path)}`)).toEqual([
      '100644 a',
      '160000 dir.sub',
      '100755 dir/b',
      '100644 dir0',
      '120000 \u00ff',
    ]);
    const batch = opened.writer.batch();
    const empty = batch.addTree([]);
    await batch.write();
    expect(await opened.objects.listFiles(empty)).toEqual([]);
    expect((await rejection(opened.objects.listFiles('e'.repeat(40)))).code).toBe('OBJECT_CORRUPT');
  });

  it('refuses larger objects than asked for', async () => {
    const opened = await open();
    const [id = ''] = await store(opened, 'x'.repeat(5000));
    expect((await opened.objects.read(id, 5000))?.content).toHaveLength(5000);
    expect((await rejection(opened.objects.read(id, 4999))).code).toBe('FORMAT_INVALID');
    expect((await rejection(opened.objects.readMany([id], 4999))).code).toBe('FORMAT_INVALID');
  });

  it.each([
    'HEAD',
    'abcd',
    '--all',
    '',
    'refs/heads/main',
    `${'a'.repeat(40)}\n${'b'.repeat(40)}`,
    `${'a'.repeat(40)}:x\ny`,
    `${'a'.repeat(40)}^{/x}`,
  ])('refuses a name that is no id: %j', async (name) => {
    const opened = await open();
    expect((await rejection(opened.objects.read(name, MANY))).code).toBe('FORMAT_INVALID');
  });

  it('streams blobs in the order asked, one twice, large and empty ones', async () => {
    const opened = await open();
    const large = 'abcdefgh'.repeat(40_000);
    const ids = await store(opened, 'one', '', large, 'two');
    const asked = [...ids, ids[0] ?? ''];
    const streamed: string[] = [];
    let most = 0;
    await opened.objects.streamBlobs(asked, {
      start: (index, size) => {
        expect(index).toBe(streamed.length);
        streamed.push('');
        expect(size).toBe(['one', '', large, 'two', 'one'][index]?.length);
      },
      data: (index, piece) => {
        most = Math.max(most, piece.length);
        streamed[index] += text(piece);
      },
      end: (index) => expect(index).toBe(streamed.length - 1),
    });
    expect(streamed).toEqual(['one', '', large, 'two', 'one']);
    expect(most).toBeLessThan(large.length);
  });

  it('refuses to stream what is missing or no blob, and works on afterwards', async () => {
    const opened = await open();
    const { commit, tree } = await storeCommit(opened);
    const sink = { start: () => undefined, data: () => undefined, end: () => undefined };
    for (const id of ['e'.repeat(40), tree]) {
      expect((await rejection(opened.objects.streamBlobs([id], sink))).code).toBe('OBJECT_CORRUPT');
    }
    expect((await opened.objects.read(commit, MANY))?.kind).toBe('commit');
  });

  it('answers many readers at once', async () => {
    const opened = await open();
    const contents = Array.from({ length: 300 }, (_, index) => `content ${index}`);
    const ids = await store(opened, ...contents);
    const found = await Promise.all(ids.map((id) => opened.objects.read(id, MANY)));
    expect(found.map((object) => text(object?.content ?? utf8('')))).toEqual(contents);
  });

  it.each([
    ['a parent directory', '..'],
    ['Git’s own directory', '.GIT'],
    ['a short name of it', 'git~1'],
    ['a separator', 'a/b'],
    ['nothing', ''],
  ])('refuses to read a tree with a name that is %s', async (_what, name) => {
    const opened = await open();
    const batch = opened.writer.batch();
    const raw = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.alloc(20, 1)]);
    const tree = batch.add('tree', raw);
    await batch.write();
    expect((await rejection(opened.objects.readTree(tree))).code).toBe('FORMAT_INVALID');
    expect((await rejection(opened.objects.listFiles(tree))).code).toBe('FORMAT_INVALID');
    const entry: TreeEntry = { mode: '100644', name: utf8(name), id: 'a'.repeat(40) };
    expect(() => batch.addTree([entry])).toThrow(/invariant/);
  });
});

describe('objects in git', () => {
  it.each([1, 99, 100, 1500])('are what git itself reads: %i of them', async (count) => {
    const { repository, git } = await makeOpen({ commit: false });
    const batch = git.writer.batch();
    const entries: TreeEntry[] = Array.from({ length: Math.max(0, count - 2) }, (_, index) => ({
      mode: '100644',
      name: utf8(`f${index}`),
      id: batch.add('blob', Buffer.alloc(index * 7, index)),
    }));
    const tree = batch.addTree(entries);
    const person = 'x <x@y> 1 +0000';
    const commit = batch.add('commit', utf8(`tree ${tree}\nauthor ${person}\ncommitter ${person}\n\nm\n`));
    await batch.write();
    repository.git('update-ref', 'refs/heads/main', commit);
    expect(repository.git('fsck', '--strict', '--full')).toBe('');
    expect(repository.git('ls-tree', '-r', 'main').split('\n').filter(Boolean)).toHaveLength(entries.length);
    const packs = readdirSync(join(repository.path, '.git/objects/pack'));
    expect(packs.filter((name) => name.endsWith('.pack'))).toHaveLength(count >= 100 ? 1 : 0);
  });

  it('survive a gc beside writing and reading', async () => {
    const { repository, git } = await makeOpen();
    const ids: ObjectId[] = [];
    for (let round = 0; round < 5; round += 1) {
      const batch = git.writer.batch();
      for (let index = 0; index < 150; index += 1) ids.push(batch.add('blob', utf8(`${round}/${index}`)));
      await batch.write();
      repository.git('gc', '-q');
    }
    const found = await git.objects.readMany(ids, MANY);
    expect(found.filter((object) => object === undefined)).toEqual([]);
  });

  it('that are damaged are refused, loose and packed, in every kind of reading', async () => {
    const { repository, git } = await makeOpen();
    const id = repository.git('rev-parse', 'HEAD:README');
    const path = join(repository.path, '.git/objects', id.slice(0, 2), id.slice(2));
    const sink = { start: () => undefined, data: () => undefined, end: () => undefined };
    const other = repository.git('rev-parse', 'HEAD^{tree}');
    const otherPath = join(repository.path, '.git/objects', other.slice(0, 2), other.slice(2));
    const damages = [
      Buffer.alloc(0),
      Buffer.from('rubbish'),
      statSync(otherPath).size > 0 ? Buffer.from([0x78, 0x01, 0xff]) : Buffer.alloc(1),
    ];
    for (const damage of damages) {
      chmodSync(path, 0o644);
      writeFileSync(path, damage);
      expect((await rejection(git.objects.read(id, MANY))).code).toBe('OBJECT_CORRUPT');
      expect((await rejection(git.objects.readMany([other, id], MANY))).code).toBe('OBJECT_CORRUPT');
      expect((await rejection(git.objects.streamBlobs([id], sink))).code).toBe('OBJECT_CORRUPT');
    }
    expect((await git.objects.readTree(other))?.length).toBe(1);
  });

  it('that are shorter than they say are refused, and waited for no longer than it takes to notice', async () => {
    const { repository, git } = await makeOpen();
    const [short, head] = ['d'.repeat(40), repository.git('rev-parse', 'HEAD')];
    repository.write(`.git/objects/dd/${'d'.repeat(38)}`, deflateSync(Buffer.from('blob 5000\0x')));
    const sink = { start: () => undefined, data: () => undefined, end: () => undefined };
    const start = performance.now();
    for (const work of [
      () => git.objects.read(short, MANY),
      () => git.objects.readMany([short, head, head], MANY),
      () => git.objects.streamBlobs([short], sink),
    ]) {
      expect((await rejection(work())).code).toBe('OBJECT_CORRUPT');
    }
    expect(performance.now() - start).toBeLessThan(30_000);
    expect((await git.objects.read(head, MANY))?.kind).toBe('commit');
  });

  it('whose content is another’s are refused', async () => {
    const { repository, git } = await makeOpen();
    const [id, other] = [repository.git('rev-parse', 'HEAD:README'), 'd'.repeat(40)];
    const file = (name: string): string =>
      join(repository.path, '.git/objects', name.slice(0, 2), name.slice(2));
    repository.write(`.git/objects/dd/${'d'.repeat(38)}`, '');
    rmSync(file(other));
    repository.git('cat-file', '-e', id);
    const { copyFileSync } = await import('node:fs');
    copyFileSync(file(id), file(other));
    expect(existsSync(file(other))).toBe(true);
    expect((await rejection(git.objects.read(other, MANY))).code).toBe('OBJECT_CORRUPT');
  });

  it('are not read once the reading git was ended: a child that nobody ends would keep the process', async () => {
    const { repository, git } = await makeOpen();
    const head = repository.git('rev-parse', 'HEAD');
    expect((await git.objects.read(head, MANY))?.kind).toBe('commit');
    const second = git.objects.read('x', MANY).catch(() => git.objects.read(head, MANY));
    const late = expect(second).rejects.toThrow(/invariant/);
    await Promise.all([git.close(), late]);
    await expect(git.objects.read(head, MANY)).rejects.toThrow(/invariant/);
  });

  it('refuses trees that stand for more files than any disk holds', async () => {
    const { git } = await makeOpen();
    const batch = git.writer.batch();
    const names = Array.from({ length: 50 }, (_, index) => utf8(`n${String(index).padStart(2, '0')}`));
    let id = batch.add('blob', utf8(''));
    for (let level = 0; level < 6; level += 1) {
      const mode = level === 0 ? '100644' : '40000';
      const below = id;
      id = batch.addTree(names.map((name) => ({ mode, name, id: below })));
    }
    await batch.write();
    expect((await rejection(git.objects.listFiles(id))).code).toBe('FORMAT_INVALID');
  });
});
