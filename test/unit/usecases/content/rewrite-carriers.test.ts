import { beforeEach, describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { EntrySecret, ManifestEntry } from '#domain/manifest/entry.ts';
import { LARGEST_SINGLE_LIST } from '#domain/manifest/entry.ts';
import { withoutContent } from '#domain/manifest/hashes.ts';
import { hashObject } from '#git/objects/hash.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawBytes } from '#usecases/manifest/change-tree.ts';
import { findContent } from '#usecases/content/find-content.ts';
import { rewriteCarriers, type Rewritten } from '#usecases/content/rewrite-carriers.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readState } from '#usecases/states/read-state.ts';
import { plainFiles, writeCommit, type MemoryFile } from '../../../support/memory/files.ts';
import { HistoryBench } from '../../../support/memory/benches/history-bench.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let bench: HistoryBench;
beforeEach(() => {
  repository = createMemoryRepository();
  ({ workspace } = repository);
  bench = new HistoryBench(workspace);
});

const SECRET = 'the secret\n';
const STUB = 'redacted\n';
const blobOf = (content: string): ObjectId => hashObject('blob', rawBytes(content));
const secrets = new Set([blobOf(SECRET)]);

/** Hides the secret everywhere, and remembers what lifting needs. */
async function hide(kept = new Map<string, EntrySecret>()): Promise<Rewritten> {
  const batch = workspace.writer.batch();
  const stub = batch.add('blob', utf8(STUB));
  const rewritten = await rewriteCarriers(workspace, batch, {
    blobs: secrets,
    replace: (entry) => {
      kept.set(entry.id, entry.secret);
      return { secret: nameKeySecret(entry), blob: stub };
    },
  });
  await publish(rewritten, batch);
  return rewritten;
}

async function publish({ refs }: Rewritten, batch: { write(): Promise<void> }): Promise<void> {
  await batch.write();
  await (await workspace.refs.prepare(refs, [])).commit();
}

function nameKeySecret({ secret }: ManifestEntry): EntrySecret {
  return withoutContent(workspace.hasher, secret);
}

async function lift(kept: ReadonlyMap<string, EntrySecret>): Promise<Rewritten> {
  const batch = workspace.writer.batch();
  const rewritten = await rewriteCarriers(workspace, batch, {
    blobs: new Set([blobOf(STUB)]),
    replace: (entry) => {
      const secret = kept.get(entry.id);
      return secret === undefined ? undefined : { secret, blob: blobOf(SECRET) };
    },
  });
  await publish(rewritten, batch);
  return rewritten;
}

/** Content at a path of a carrier. */
async function contentAt(carrier: ObjectId, path: string): Promise<string | undefined> {
  const object = await workspace.objects.read(`${carrier}:files/${path}`, 1000);
  return object === undefined ? undefined : decodeUtf8(object.content);
}

async function paths(): Promise<readonly string[]> {
  const places = await findContent(workspace, secrets);
  return places.map(({ thread, path }) => `${thread} ${escapePath(path)}`).toSorted();
}

const file = (content: string, mode = '100644'): MemoryFile => ({ mode, content });

describe('finding a content', () => {
  it('finds nothing where there is no thread', async () => {
    expect(await findContent(workspace, secrets)).toEqual([]);
  });

  it('finds each place of it, in every state of every thread', async () => {
    const first = await bench.add({ thread: 'a', files: plainFiles({ x: SECRET, 'd/e/y': SECRET, z: '' }) });
    const second = await bench.add({ thread: 'a', files: plainFiles({ x: SECRET }), parents: [first] });
    await bench.add({ thread: 'a', files: plainFiles({ z: '' }), parents: [second] });
    await bench.add({ thread: 'b', files: plainFiles({ w: SECRET }), parents: [second] });
    expect(await paths()).toEqual(['a d/e/y', 'a x', 'a x', 'b w']);
    const [place] = await findContent(workspace, secrets);
    expect(place).toMatchObject({
      thread: 'a',
      state: first.id,
      carrier: first.carrier,
      blob: blobOf(SECRET),
    });
    expect(place?.entry).toMatchObject({ name: 'x', kind: 'file', secret: { kind: 'salt' } });
  });

  it('looks into what was fetched too', async () => {
    const ref = 'refs/heddle/remotes/origin/threads/task/login';
    await bench.add({ thread: 'task/login', files: plainFiles({ x: SECRET }), ref });
    expect(await paths()).toEqual(['task/login x']);
  });

  it('finds links, executables, and names that are hardly names', async () => {
    const names = ['=a', '_', '_0f', '\xff\xfe', 'a"b\\c}{', '},{"name":"z', '%41', 'a@b:c', '__proto__'];
    await bench.add({
      thread: 'a',
      files: new Map([
        ...names.map((name) => [`${name}/${name}`, file(SECRET)] as const),
        ['run', file(SECRET, '100755')],
        ['link', file(SECRET, '120000')],
      ]),
    });
    const places = await findContent(workspace, secrets);
    expect(places.map(({ path }) => Buffer.from(path).toString('latin1')).toSorted()).toEqual(
      [...names.map((name) => `${name}/${name}`), 'run', 'link'].toSorted(),
    );
    expect(places.find(({ path }) => decodeUtf8(path) === 'link')?.entry.kind).toBe('symlink');
  });

  it('takes no submodule for a content, whatever its commit is called', async () => {
    await bench.add({ thread: 'a', files: new Map([['m', file(blobOf(SECRET), '160000')]]) });
    expect(await paths()).toEqual([]);
  });

  it('never enters the Git commit that a thread began from, even where that is a carrier', async () => {
    const old = await bench.add({ thread: 'a', files: plainFiles({ x: SECRET }), ref: null });
    await bench.add({ thread: 'b', files: plainFiles({ y: '' }), base: old.carrier });
    expect(await paths()).toEqual([]);
  });

  it('refuses to pass over a content that its manifest does not tell', async () => {
    const { carrier } = await bench.add({ thread: 'a', files: plainFiles({ x: SECRET, y: '' }) });
    const { manifest } = await carrierTrees(workspace, carrier);
    const other = await bench.add({ thread: 'b', files: plainFiles({ y: '' }) });
    const rows = (await workspace.objects.readTree(other.carrier)) ?? [];
    const batch = workspace.writer.batch();
    const { files } = await carrierTrees(workspace, carrier);
    const tree = batch.addTree(
      rows.map((row) => (decodeUtf8(row.name) === 'files' ? { ...row, id: files } : row)),
    );
    const commit = await workspace.objects.read(other.carrier, 10_000);
    const text = decodeUtf8(commit?.content ?? new Uint8Array()) ?? '';
    const forged = batch.add('commit', utf8(text.replace(/^tree \S+/, `tree ${tree}`)));
    await batch.write();
    await bench.moveRef('refs/heddle/threads/b', forged);
    expect(manifest).not.toBe('');
    await expect(findContent(workspace, secrets)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
  });
});

describe('rewriting carriers', () => {
  it('changes nothing where nothing is held', async () => {
    await bench.add({ thread: 'a', files: plainFiles({ x: 'other' }) });
    expect(await hide()).toEqual({ refs: [], carriers: new Map() });
  });

  it('puts the stub in place, keeps the state, and moves the thread', async () => {
    const first = await bench.add({ thread: 'a', files: plainFiles({ 'd/x': SECRET, 'd/y': 'y', z: 'z' }) });
    const before = await readState(workspace, first.carrier);
    const { refs, carriers } = await hide();
    const next = carriers.get(first.carrier) ?? '';
    expect(refs).toEqual([{ name: 'refs/heddle/threads/a', old: first.carrier, new: next }]);
    expect(await contentAt(next, 'd/x')).toBe(STUB);
    expect(await contentAt(next, 'd/y')).toBe('y');
    const after = await readState(workspace, next);
    expect({ ...after, carrier: '' }).toEqual({ ...before, carrier: '' });
    expect(await paths()).toEqual([]);
  });

  it('gives back the same carriers byte for byte when what was hidden comes back', async () => {
    const first = await bench.add({ thread: 'a', files: plainFiles({ x: SECRET, 'd/x': SECRET, y: '1' }) });
    const second = await bench.add({
      thread: 'a',
      files: plainFiles({ x: SECRET, y: '2' }),
      parents: [first],
    });
    const third = await bench.add({ thread: 'a', files: plainFiles({ y: '3' }), parents: [second] });
    await bench.add({ thread: 'b', files: plainFiles({ y: '4' }), parents: [second] });
    const refs = await bench.refs();
    const kept = new Map<string, EntrySecret>();
    const hidden = await hide(kept);
    expect(hidden.carriers.has(third.carrier)).toBe(true);
    expect(hidden.refs).toHaveLength(2);
    const lifted = await lift(kept);
    expect(await bench.refs()).toEqual(refs);
    for (const [old, next] of hidden.carriers) expect(lifted.carriers.get(next)).toBe(old);
  });

  it('leaves states before the content, and what a first state began from, as they are', async () => {
    const base = await writeCommit(workspace.writer, plainFiles({ x: SECRET }));
    const first = await bench.add({ thread: 'a', files: plainFiles({ y: '' }), base });
    const second = await bench.add({ thread: 'a', files: plainFiles({ x: SECRET }), parents: [first] });
    const { carriers } = await hide();
    expect([...carriers.keys()]).toEqual([second.carrier]);
    const next = await readState(workspace, carriers.get(second.carrier) ?? '');
    expect(next.gitParents).toEqual([first.carrier]);
  });

  it('keeps the base of a first state that holds the content', async () => {
    const base = await writeCommit(workspace.writer, plainFiles({ x: SECRET }));
    const { carrier } = await bench.add({ thread: 'a', files: plainFiles({ x: SECRET }), base });
    const { carriers } = await hide();
    const next = await readState(workspace, carriers.get(carrier) ?? '');
    expect(next.gitParents).toEqual([base]);
  });

  it('keeps a base that is itself a carrier which moves', async () => {
    const old = await bench.add({ thread: 'a', files: plainFiles({ x: SECRET }) });
    const young = await bench.add({ thread: 'b', files: plainFiles({ x: SECRET }), base: old.carrier });
    const { carriers } = await hide();
    const next = await readState(workspace, carriers.get(young.carrier) ?? '');
    expect(next.gitParents).toEqual([old.carrier]);
  });

  it('maps every parent of a merge, in order', async () => {
    const root = await bench.add({ thread: 'a', files: plainFiles({ y: '' }) });
    const clean = await bench.add({ thread: 'a', files: plainFiles({ y: '1' }), parents: [root] });
    const dirty = await bench.add({
      thread: 'b',
      files: plainFiles({ x: SECRET }),
      parents: [root],
      ref: null,
    });
    const other = await bench.add({
      thread: 'c',
      files: plainFiles({ w: SECRET }),
      parents: [root],
      ref: null,
    });
    const merge = await bench.add({
      thread: 'a',
      files: plainFiles({ y: '2' }),
      parents: [clean, dirty, other],
    });
    const { carriers } = await hide();
    const next = await readState(workspace, carriers.get(merge.carrier) ?? '');
    expect(next.gitParents).toEqual([
      clean.carrier,
      carriers.get(dirty.carrier),
      carriers.get(other.carrier),
    ]);
    expect(carriers.has(root.carrier)).toBe(false);
  });

  it('rebuilds a shared history once, and moves the refs of every thread that grew from it', async () => {
    const first = await bench.add({ thread: 'a', files: plainFiles({ x: SECRET }) });
    await bench.add({ thread: 'b', files: plainFiles({ x: SECRET, y: '' }), parents: [first] });
    await bench.moveRef('refs/heddle/remotes/origin/threads/a', first.carrier);
    const { refs, carriers } = await hide();
    expect(carriers.size).toBe(2);
    expect(refs.map(({ name }) => name)).toEqual([
      'refs/heddle/remotes/origin/threads/a',
      'refs/heddle/threads/a',
      'refs/heddle/threads/b',
    ]);
  });

  it('changes one bucket of a directory that has many entries', async () => {
    const many = Object.fromEntries(
      Array.from({ length: LARGEST_SINGLE_LIST + 40 }, (_, index) => [`f${index}`, String(index)]),
    );
    const { carrier } = await bench.add({ thread: 'a', files: plainFiles({ ...many, f7: SECRET }) });
    const before = await carrierTrees(workspace, carrier);
    const { carriers } = await hide();
    const next = carriers.get(carrier) ?? '';
    expect(await contentAt(next, 'f7')).toBe(STUB);
    const after = await carrierTrees(workspace, next);
    const changes = await workspace.comparer.compare(before.manifest, after.manifest);
    expect(changes).toHaveLength(1);
    expect(decodeUtf8(changes[0]?.path ?? new Uint8Array())).toMatch(/^_[0-9a-f]{2}$/);
  });

  it('leaves alone what it is told to leave alone', async () => {
    await bench.add({ thread: 'a', files: plainFiles({ x: SECRET, y: SECRET }) });
    const batch = workspace.writer.batch();
    const stub = batch.add('blob', utf8(STUB));
    const { refs } = await rewriteCarriers(workspace, batch, {
      blobs: secrets,
      replace: (entry) => (entry.name === 'x' ? { secret: nameKeySecret(entry), blob: stub } : undefined),
    });
    await batch.write();
    expect(await contentAt(refs[0]?.new ?? '', 'x')).toBe(STUB);
    expect(await contentAt(refs[0]?.new ?? '', 'y')).toBe(SECRET);
    const none = await rewriteCarriers(workspace, batch, { blobs: secrets, replace: () => undefined });
    expect(none).toEqual({ refs: [], carriers: new Map() });
  });

  it('reads no manifest but those on the way to a content', async () => {
    await bench.add({ thread: 'a', files: plainFiles({ 'in/x': SECRET, 'out/y': 'y' }) });
    const { carrier } = await bench.add({ thread: 'b', files: plainFiles({ 'in/x': 'x' }) });
    const { manifest } = await carrierTrees(workspace, carrier);
    repository.tamper(manifest, null);
    await expect(hide()).resolves.toMatchObject({ refs: [{ name: 'refs/heddle/threads/a' }] });
  });
});
