import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { LARGEST_SINGLE_LIST, type ManifestEntry } from '#domain/manifest/entry.ts';
import { updateManifest, type WrittenDirectory } from '#usecases/manifest/update-manifest.ts';
import type { FileTree, MemoryFile } from '../../../support/memory/files.ts';
import { plainFiles } from '../../../support/memory/files.ts';
import { ManifestBench } from '../../../support/memory/benches/manifest-bench.ts';

let bench: ManifestBench;
beforeEach(() => {
  bench = new ManifestBench();
});

const file = (content: string, mode = '100644'): MemoryFile => ({ mode, content });
const COMMIT = 'c'.repeat(40);

/** Goes from one work tree to the next, and says what the manifest is before and after. */
async function step(
  before: FileTree,
  after: FileTree,
): Promise<{
  readonly before: ReadonlyMap<string, ManifestEntry>;
  readonly after: ReadonlyMap<string, ManifestEntry>;
}> {
  await bench.goTo(before);
  const entries = await bench.entries();
  await bench.goTo(after);
  return { before: entries, after: await bench.entries() };
}

describe('a manifest', () => {
  it('of no files at all has an empty root', async () => {
    await bench.goTo(new Map());
    expect([...(await bench.entries())]).toEqual([]);
  });

  it('says the kind of what it lists', async () => {
    await bench.goTo(
      new Map([
        ['a', file('')],
        ['bin/run', file('x', '100755')],
        ['link', file('a', '120000')],
        ['module', file(COMMIT, '160000')],
      ]),
    );
    const kinds = [...(await bench.entries())].map(([path, entry]) => [path, entry.kind, entry.mode]);
    expect(kinds).toEqual([
      ['a', 'file', '100644'],
      ['bin', 'directory', '40000'],
      ['bin/run', 'file', '100755'],
      ['link', 'symlink', '120000'],
      ['module', 'submodule', '160000'],
    ]);
  });

  it('keeps what did not change, salt and id', async () => {
    const { before, after } = await step(
      plainFiles({ a: '1', 'dir/b': '2', 'dir/c': '3', 'far/d': '4' }),
      plainFiles({ a: '1', 'dir/b': '2!', 'dir/c': '3', 'far/d': '4' }),
    );
    for (const path of ['a', 'dir/c', 'far', 'far/d']) expect(after.get(path)).toEqual(before.get(path));
    expect(after.get('dir/b')?.secret).not.toEqual(before.get('dir/b')?.secret);
    // A directory's salt hides its name alone, which stays.
    expect(after.get('dir')?.secret).toEqual(before.get('dir')?.secret);
    expect(after.get('dir')?.id).not.toBe(before.get('dir')?.id);
  });

  it('keeps salt and id of a file whose mode alone changes', async () => {
    const { before, after } = await step(
      new Map([['run', file('x')]]),
      new Map([['run', file('x', '100755')]]),
    );
    expect(after.get('run')).toEqual({ ...before.get('run'), mode: '100755' });
  });

  it('salts anew a file that becomes a link of the same bytes', async () => {
    const { before, after } = await step(
      new Map([['a', file('target')]]),
      new Map([['a', file('target', '120000')]]),
    );
    expect(after.get('a')?.secret).not.toEqual(before.get('a')?.secret);
  });

  it('salts anew a content that comes back', async () => {
    const { before } = await step(plainFiles({ a: '1', b: '2' }), plainFiles({ b: '2' }));
    await bench.goTo(plainFiles({ a: '1', b: '2' }));
    expect((await bench.entries()).get('a')?.secret).not.toEqual(before.get('a')?.secret);
  });

  it('gives equal contents two ids', async () => {
    await bench.goTo(plainFiles({ a: 'same', b: 'same' }));
    const entries = await bench.entries();
    expect(entries.get('a')?.id).not.toBe(entries.get('b')?.id);
  });

  it.each<[string, FileTree, FileTree]>([
    ['a file becomes a directory', plainFiles({ a: '1' }), plainFiles({ 'a/b/c': '1' })],
    ['a directory becomes a file', plainFiles({ 'a/b': '1', 'a/c/d': '2' }), plainFiles({ a: '1' })],
    ['a directory becomes a submodule', plainFiles({ 'a/b': '1' }), new Map([['a', file(COMMIT, '160000')]])],
    ['the last file of a directory goes', plainFiles({ 'a/b/c': '1', d: '2' }), plainFiles({ d: '2' })],
    ['everything goes', plainFiles({ 'a/b': '1', c: '2' }), new Map()],
    [
      'names sort around a slash',
      plainFiles({ 'a/b': '1' }),
      plainFiles({ 'a/b': '1', 'a.b': '2', a0: '3' }),
    ],
    [
      'names are not UTF-8',
      new Map(),
      new Map([
        ['\xff\xfe/\x80', file('1')],
        ['%', file('2')],
      ]),
    ],
    ['names are what escaping is about', new Map(), plainFiles({ 'a@b:c/%2F': '1', '=a': '2', _: '3' })],
  ])('describes the tree when %s', async (_what, before, after) => {
    await bench.goTo(before);
    await bench.goTo(after);
    expect(await bench.problems()).toEqual([]);
  });

  it('does not tell a file and a directory of the same name by the salt of the other', async () => {
    const { before, after } = await step(plainFiles({ a: '1' }), plainFiles({ 'a/b': '1' }));
    expect(after.get('a')?.secret).not.toEqual(before.get('a')?.secret);
    expect(after.get('a/b')?.secret).not.toEqual(before.get('a')?.secret);
  });

  it('is split into buckets above what one list may hold, and joined again below', async () => {
    const many = Object.fromEntries(
      Array.from({ length: LARGEST_SINGLE_LIST + 2 }, (_, index) => [`f${index}`, String(index)]),
    );
    const { f0, f1, ...fewer } = many;
    await bench.goTo(plainFiles(many));
    const lists = await bench.listNames();
    expect(lists.length).toBeGreaterThan(200);
    expect(await bench.problems()).toEqual([]);
    const { before, after } = await step(plainFiles(many), plainFiles({ ...many, f7: 'changed' }));
    expect(await bench.problems()).toEqual([]);
    expect(after.get('f8')).toEqual(before.get('f8'));
    await bench.goTo(plainFiles(fewer));
    expect(await bench.listNames()).toEqual(['_']);
    expect(await bench.problems()).toEqual([]);
    expect([f0, f1]).toEqual(['0', '1']);
  });

  it('reads and writes only the lists on changed paths', async () => {
    const deep = plainFiles({ 'a/b/c': '1', 'x/y/z': '2', top: '3' });
    await bench.goTo(deep);
    const untouched = await bench.subtree('x');
    const { written, read } = await bench.goTo(new Map([...deep, ['a/b/c', file('1!')]]));
    expect(await bench.subtree('x')).toBe(untouched);
    // The root, a, and a/b: a list and a tree each.
    expect(written).toBe(6);
    expect(read).not.toContain(untouched);
  });

  it('refuses to go on from a manifest that lacks a list', async () => {
    await bench.goTo(plainFiles({ a: '1' }));
    const { workspace, tamper } = bench.repository;
    const { tree }: WrittenDirectory = bench.written();
    const list = (await workspace.objects.readTree(tree))?.find(({ name }) => decodeUtf8(name) === '_');
    tamper(list?.id ?? '', null);
    const change = {
      path: utf8('b'),
      oldMode: null,
      oldId: null,
      newMode: '160000',
      newId: COMMIT,
    };
    const update = updateManifest(workspace, workspace.writer.batch(), { parent: tree, changes: [change] });
    await expect(update).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
  });
});
