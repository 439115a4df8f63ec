import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { openGit, type GitRepository } from '#git/repository.ts';
import { openWithoutGit, type PureRepository } from '#git/pure/repository.ts';
import type { ObjectReader, TreeComparer } from '#ports/objects.ts';
import { createMemoryObjects } from '../../../support/memory/objects.ts';
import { rejection } from '../../../support/repositories/open-repositories.ts';
import { TestRepository } from '../../../support/repositories/repository.ts';
import { makeRich } from '../../../support/repositories/rich-repository.ts';

const MANY = 64 * 1024 * 1024;

let repository: TestRepository;
let git: GitRepository;
let pure: PureRepository;
let commits: readonly string[];
/** Every object but tags, by id and kind. */
let objects: readonly (readonly [id: string, kind: string])[];

beforeAll(async () => {
  repository = new TestRepository();
  commits = makeRich(repository);
  git = await openGit(repository.path, repository.env);
  pure = openWithoutGit(repository.path, repository.env);
  const listed = repository.git(
    'cat-file',
    '--batch-all-objects',
    '--batch-check=%(objectname) %(objecttype)',
  );
  objects = listed.split('\n').map((line) => [line.slice(0, 40), line.slice(41)] as const);
  return async () => {
    await git.close();
    repository.dispose();
  };
}, 120_000);

/** The same repository in each of the three. */
async function everyReader(): Promise<
  readonly { readonly objects: ObjectReader; readonly comparer: TreeComparer }[]
> {
  const memory = createMemoryObjects();
  const batch = memory.writer.batch();
  const wanted = objects.filter(([, kind]) => kind !== 'tag').map(([id]) => id);
  for (const object of await git.objects.readMany(wanted, MANY)) {
    if (object !== undefined) batch.add(object.kind, object.content);
  }
  await batch.write();
  return [git, pure, memory];
}

describe('the reader without git', () => {
  it('has before it packs, deltas, loose objects and tags', () => {
    const counts = repository.git('count-objects', '-v');
    expect(Number(/in-pack: (\d+)/.exec(counts)?.[1])).toBeGreaterThan(200);
    expect(Number(/^count: (\d+)/.exec(counts)?.[1])).toBeGreaterThanOrEqual(5);
    const deltas = repository.git('cat-file', '--batch-all-objects', '--batch-check=%(deltabase)');
    expect(deltas.split('\n').filter((base) => !/^0+$/.test(base)).length).toBeGreaterThan(20);
    expect(new Set(objects.map(([, kind]) => kind))).toEqual(new Set(['blob', 'tree', 'commit', 'tag']));
  });

  it('reads every object as git does, and refuses tags as it does', async () => {
    for (const [id, kind] of objects) {
      if (kind === 'tag') {
        expect((await rejection(pure.objects.read(id, MANY))).code).toBe('FORMAT_INVALID');
        expect((await rejection(git.objects.read(id, MANY))).code).toBe('FORMAT_INVALID');
      } else
        expect(sameType(await pure.objects.read(id, MANY))).toEqual(
          sameType(await git.objects.read(id, MANY)),
        );
    }
  });

  it('finds what names mean as git does: steps back, paths, trees, tags on the way', async () => {
    const tags = ['v1', 'v1-again', 'tree', 'blob'].map((name) => repository.git('rev-parse', name));
    const ends = [
      '',
      '~0',
      '~1',
      '~3',
      '~99',
      '~200',
      '~8388608',
      ':',
      ':README',
      ':a/x',
      ':a',
      ':a/',
      ':README/',
      ':a//x',
      ':libs/sub',
      ':libs',
      ':nothing',
      ':link',
      ':ünï/cödé.txt',
      '~1:a-b',
      '~300:a',
      '^{tree}',
    ];
    const starts = [
      commits[0],
      commits[1],
      commits.at(-1),
      repository.git('rev-parse', 'deep'),
      repository.git('rev-parse', 'HEAD^{tree}'),
      repository.git('rev-parse', 'HEAD:README'),
      ...tags,
    ];
    const answer = (work: Promise<unknown>): Promise<unknown> =>
      work.then(sameType, (error: unknown) => (error instanceof HeddleError ? error.code : error));
    let found = 0;
    for (const name of starts.flatMap((start) => ends.map((end) => `${start}${end}`))) {
      const expected = await answer(git.objects.read(name, MANY));
      expect(await answer(pure.objects.read(name, MANY)), name).toEqual(expected);
      if (expected !== undefined && expected !== 'FORMAT_INVALID') found += 1;
    }
    expect(found).toBeGreaterThan(30);
  });

  it('is one of three that list and compare every tree alike', async () => {
    const readers = await everyReader();
    const trees = commits.slice(0, 20).map((commit) => repository.git('rev-parse', `${commit}^{tree}`));
    const pairs = [
      [null, trees[0]],
      [trees[0], null],
      [null, null],
      ...trees.map((tree, index) => [tree, trees[index + 1] ?? null]),
    ];
    for (const [before = null, after = null] of pairs) {
      const [first, ...others] = await Promise.all(
        readers.map(({ comparer }) => comparer.compare(before, after)),
      );
      for (const other of others) expect(other).toEqual(first);
    }
    for (const tree of trees) {
      const [first, ...others] = await Promise.all(readers.map((reader) => reader.objects.listFiles(tree)));
      for (const other of others) expect(other).toEqual(first);
      expect(first?.length).toBeGreaterThan(0);
    }
    for (const { comparer } of readers) {
      expect((await rejection(comparer.compare(null, 'e'.repeat(40)))).code).toMatch(
        /^(?:OBJECT_CORRUPT|GIT_FAILED)$/,
      );
    }
  });

  it('writes the patch that git writes', async () => {
    const options = { stat: false, color: false, paths: [] };
    const some = commits.filter((_, index) => index < 25 || index % 20 === 0);
    let seen = '';
    for (const commit of some) {
      const [parent = null] = repository.git('rev-parse', `${commit}^@`).split('\n').filter(Boolean);
      const before = parent === null ? null : treeOf(parent);
      const after = treeOf(commit);
      const expected = await git.comparer.patch(before, after, options);
      const patch = await pure.comparer.patch(before, after, options);
      expect(Buffer.from(patch).toString('latin1')).toBe(Buffer.from(expected).toString('latin1'));
      seen += Buffer.from(patch).toString('latin1');
    }
    for (const kind of [
      'old mode',
      'rename from',
      'deleted file',
      'new file mode 120000',
      'Subproject commit',
      'Binary files',
      'No newline at end',
    ]) {
      expect(seen).toContain(kind);
    }
  });

  it('reads refs as git does, here and in a linked worktree', async () => {
    const linked = join(repository.root, 'linked');
    const there = openWithoutGit(linked, repository.env);
    const native = await openGit(linked, repository.env);
    try {
      expect(there.places).toEqual(native.places);
      expect(pure.places).toEqual(git.places);
      const listed = await git.refs.list('refs/heddle/');
      expect(listed.size).toBe(3);
      for (const reader of [pure, there, native])
        expect(await reader.refs.list('refs/heddle/')).toEqual(listed);
      for (const name of listed.keys()) expect(await there.refs.read(name)).toBe(listed.get(name));
      expect(await there.objects.read(commits[0] ?? '', MANY)).toEqual(
        await pure.objects.read(commits[0] ?? '', MANY),
      );
    } finally {
      await native.close();
    }
  });

  it('knows the tree of a commit, and commits by full id alone', async () => {
    const head = commits[0] ?? '';
    expect(await pure.revisions.commitTree(head)).toBe(await git.revisions.commitTree(head));
    expect(await pure.revisions.resolveCommit(head)).toBe(head);
    expect(await pure.revisions.resolveCommit(repository.git('rev-parse', 'v1-again'))).toBe(
      repository.git('rev-parse', 'v1^{commit}'),
    );
    expect((await rejection(pure.revisions.resolveCommit('main'))).code).toBe('GIT_MISSING');
    expect((await rejection(pure.revisions.commitTree('e'.repeat(40)))).code).toBe('NOT_FOUND');
  });

  it('refuses to write, to scan and to move refs', async () => {
    const work = [
      pure.writer.batch().write(),
      pure.refs.prepare([], []),
      pure.refs.removeStaleLocks(),
      pure.worktree.scan({ seed: null, maxFileBytes: 1 }),
      pure.worktree.headCommit(),
      pure.worktrees.list(),
      pure.worktrees.add('x', null),
      pure.eraser.survey({ contents: [], salts: [], replacements: new Map() }),
      pure.contents.find([]),
      pure.comparer.patch(null, null, { stat: true, color: false, paths: [] }),
      pure.comparer.countLines(null, null),
    ];
    for (const attempt of work) expect((await rejection(attempt)).code).toBe('GIT_MISSING');
  });

  it('finds what is repacked while it reads', async () => {
    const head = commits[0] ?? '';
    const fresh = openWithoutGit(repository.path, repository.env);
    expect((await fresh.objects.read(commits.at(-1) ?? '', MANY))?.kind).toBe('commit');
    repository.git('repack', '-q', '-a', '-d', '-f');
    expect((await fresh.objects.read(`${head}:big.txt`, MANY))?.kind).toBe('blob');
    for (const [id, kind] of objects) {
      if (kind !== 'tag') expect((await fresh.objects.read(id, MANY))?.id ?? id).toBe(id);
    }
    expect((await pure.objects.read(`${head}~2:big.txt`, MANY))?.kind).toBe('blob');
  });
});

function treeOf(commit: string): string {
  return repository.git('rev-parse', `${commit}^{tree}`);
}

/** Readers may give a Buffer or an array. */
function sameType(object: unknown): unknown {
  if (typeof object !== 'object' || object === null || !('content' in object)) return object;
  return {
    ...object,
    content: object.content instanceof Uint8Array ? Buffer.from(object.content) : object.content,
  };
}
