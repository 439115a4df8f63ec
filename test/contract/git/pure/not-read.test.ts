import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openGit } from '#git/repository.ts';
import { openWithoutGit } from '#git/pure/repository.ts';
import { LARGEST_OBJECT, LARGEST_PACK, NOT_READ } from '#git/plain/unsupported.ts';
import { forgePack } from '../../../support/repositories/forge-pack.ts';
import { makeRepository, openAt, rejection } from '../../../support/repositories/open-repositories.ts';
import type { TestRepository } from '../../../support/repositories/repository.ts';

type Kind = keyof typeof NOT_READ;

const MANY = 64 * 1024 * 1024;
const ID = 'a'.repeat(40);
const seen = new Set<Kind>();

const inGit = (repository: TestRepository, ...path: readonly string[]): string =>
  join(repository.path, '.git', ...path);

function write(repository: TestRepository, path: string, content: string): void {
  mkdirSync(dirname(inGit(repository, path)), { recursive: true });
  writeFileSync(inGit(repository, path), content);
}

const set = (repository: TestRepository, key: string, value: string): string =>
  repository.git('config', key, value);

/** Each way to have something of the closed list. */
const WAYS: readonly (readonly [Kind, string, (repository: TestRepository) => void])[] = [
  ['format', 'version 2', (repository) => set(repository, 'core.repositoryFormatVersion', '2')],
  ['extension', 'an extension of tomorrow', (repository) => set(repository, 'extensions.tomorrow', 'true')],
  ['objectFormat', 'SHA-256', (repository) => set(repository, 'extensions.objectFormat', 'sha256')],
  [
    'refStorage',
    'reftable in the configuration',
    (repository) => set(repository, 'extensions.refStorage', 'reftable'),
  ],
  ['refStorage', 'a reftable directory', (repository) => write(repository, 'reftable/tables.list', 'x\n')],
  ['partialClone', 'the extension', (repository) => set(repository, 'extensions.partialClone', 'origin')],
  ['partialClone', 'a promising remote', (repository) => set(repository, 'remote.origin.promisor', 'true')],
  ['partialClone', 'a promised pack', (repository) => write(repository, 'objects/pack/pack-1.promisor', '')],
  ['sparse', 'the setting', (repository) => set(repository, 'core.sparseCheckout', 'true')],
  [
    'sparse',
    'the setting of one worktree',
    (repository) => {
      set(repository, 'extensions.worktreeConfig', 'true');
      repository.git('config', '--worktree', 'core.sparseCheckout', 'true');
    },
  ],
  ['worktree', 'another work tree', (repository) => set(repository, 'core.worktree', repository.root)],
  [
    'alternates',
    'a line in alternates',
    (repository) => write(repository, 'objects/info/alternates', '/srv/other\n'),
  ],
  [
    'alternates',
    'http-alternates',
    (repository) => write(repository, 'objects/info/http-alternates', 'http://x\n'),
  ],
  ['grafts', 'a graft', (repository) => write(repository, 'info/grafts', `${ID}\n`)],
];

/** What shows only when something of it is asked for. */
const LATER: readonly (readonly [Kind, string, (repository: TestRepository) => void])[] = [
  [
    'largePack',
    'a pack one byte too long',
    (repository) =>
      truncateSync(
        `${forgePack(inGit(repository), [{ id: ID, type: 3, data: Buffer.from('x') }])}.pack`,
        LARGEST_PACK + 1,
      ),
  ],
  [
    'largePack',
    'an index one byte too long',
    (repository) =>
      truncateSync(
        `${forgePack(inGit(repository), [{ id: ID, type: 3, data: Buffer.from('x') }])}.idx`,
        LARGEST_PACK + 1,
      ),
  ],
  [
    'largeObject',
    'a loose file one byte too long',
    (repository) => {
      write(repository, `objects/aa/${'a'.repeat(38)}`, '');
      truncateSync(inGit(repository, 'objects', 'aa', 'a'.repeat(38)), LARGEST_OBJECT + 1);
    },
  ],
  [
    'largeObject',
    'an entry of a pack',
    (repository) =>
      forgePack(inGit(repository), [{ id: ID, type: 3, data: Buffer.from('x'), size: LARGEST_OBJECT + 1 }]),
  ],
  [
    'oldIndex',
    'an index as Git wrote it before 2008',
    (repository) => {
      const pack = forgePack(inGit(repository), [{ id: ID, type: 3, data: Buffer.from('x') }]);
      rmSync(`${pack}.idx`);
      repository.git('index-pack', '--index-version=1', `${pack}.pack`);
    },
  ],
  [
    'packWithoutIndex',
    'packs under one common index',
    (repository) => {
      const pack = forgePack(inGit(repository), [{ id: ID, type: 3, data: Buffer.from('x') }]);
      writeFileSync(inGit(repository, 'objects/pack/multi-pack-index'), '');
      rmSync(`${pack}.idx`);
    },
  ],
];

describe('what the reader without git does not read', () => {
  it('is what the documentation lists', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../ARCHITECTURE.md'), 'utf8');
    const list = /<!-- not-read -->\n((?:- .*\n)+)/.exec(page)?.[1] ?? '';
    expect(list.trimEnd().split('\n')).toEqual(Object.values(NOT_READ).map((feature) => `- ${feature}`));
  });

  afterAll(() => expect(seen).toEqual(new Set(Object.keys(NOT_READ))));

  it.each(WAYS)('%s is refused by name before anything is read: %s', async (kind, _what, make) => {
    const repository = makeRepository();
    make(repository);
    expect(refusal(repository)).toMatchObject({
      code: 'GIT_UNSUPPORTED',
      facts: { feature: NOT_READ[kind] },
    });
    seen.add(kind);
  });

  it.each(LATER)('%s is refused by name where it is asked for: %s', async (kind, _what, make) => {
    const repository = makeRepository();
    make(repository);
    const { objects } = openWithoutGit(repository.path, repository.env);
    expect(await rejection(objects.read(ID, MANY))).toMatchObject({
      code: 'GIT_UNSUPPORTED',
      facts: { feature: NOT_READ[kind] },
    });
    seen.add(kind);
  });

  it('linked refs are refused by name', async () => {
    const repository = makeRepository();
    repository.git('update-ref', 'refs/heddle/real', 'HEAD');
    symlinkSync('real', inGit(repository, 'refs/heddle/linked'));
    const { refs } = openWithoutGit(repository.path, repository.env);
    expect(await rejection(refs.list('refs/heddle/'))).toMatchObject({
      facts: { feature: NOT_READ.linkedRef },
    });
    seen.add('linkedRef');
  });
});

describe('what is nothing but unusual', () => {
  it.each<readonly [string, (repository: TestRepository) => void]>([
    [
      'extensions that change nothing',
      (repository) => void set(repository, 'extensions.preciousObjects', 'true'),
    ],
    [
      'what is switched off',
      (repository) =>
        void [set(repository, 'core.sparseCheckout', 'false'), set(repository, 'remote.o.promisor', 'no')],
    ],
    ['empty alternates', (repository) => write(repository, 'objects/info/alternates', '\n')],
    ['a pack that is being written', (repository) => write(repository, 'objects/pack/pack-1.pack', 'PACK')],
    [
      'a common index beside those of packs',
      (repository) => void [repository.git('repack', '-adq'), repository.git('multi-pack-index', 'write')],
    ],
    ['a split index', (repository) => void repository.git('update-index', '--split-index')],
    ['an index of version 4', (repository) => void repository.git('update-index', '--index-version=4')],
    ['no configuration', (repository) => rmSync(inGit(repository, 'config'))],
    [
      'a work tree that is named and is this one',
      (repository) => void set(repository, 'core.worktree', '..'),
    ],
    ['a commit graph', (repository) => void repository.git('commit-graph', 'write', '--reachable')],
    [
      'replaced objects, which heddle never follows',
      (repository) =>
        void repository.git('replace', 'HEAD', repository.git('commit-tree', '-m', 'x', 'HEAD^{tree}')),
    ],
  ])('is read: %s', async (_what, make) => {
    const repository = makeRepository();
    const head = repository.git('rev-parse', 'HEAD');
    make(repository);
    const git = await openAt(repository);
    const pure = openWithoutGit(repository.path, repository.env);
    expect(pure.places).toEqual(git.places);
    const [native, found] = [await git.objects.read(head, MANY), await pure.objects.read(head, MANY)];
    expect(Buffer.from(found?.content ?? []).equals(Buffer.from(native?.content ?? [1]))).toBe(true);
  });

  it('is read: a shallow clone, to where it ends', async () => {
    const repository = makeRepository();
    repository.deepHistory(5);
    const shallow = join(repository.root, 'shallow');
    repository.gitIn(
      repository.root,
      'clone',
      '-q',
      '--depth=2',
      '-b',
      'deep',
      `file://${repository.path}`,
      shallow,
    );
    const head = repository.gitIn(shallow, 'rev-parse', 'HEAD');
    const git = await openGit(shallow, repository.env);
    const pure = openWithoutGit(shallow, repository.env);
    try {
      for (const name of [head, `${head}~1`, `${head}~2`, `${head}~1:counter`]) {
        const expected = (await git.objects.read(name, MANY))?.id;
        expect((await pure.objects.read(name, MANY))?.id).toBe(expected);
      }
      expect(await pure.objects.read(`${head}~2`, MANY)).toBeUndefined();
    } finally {
      await git.close();
    }
  });
});

describe('a shallow history', () => {
  it('ends where it says, though more may be there', async () => {
    const repository = makeRepository();
    const head = repository.commit('second');
    write(repository, 'shallow', `${head}\n`);
    const git = await openAt(repository);
    const { objects } = openWithoutGit(repository.path, repository.env);
    expect(await git.objects.read(`${head}~1`, MANY)).toBeUndefined();
    expect(await objects.read(`${head}~1`, MANY)).toBeUndefined();
    expect((await objects.read(`${head}~0`, MANY))?.id).toBe(head);
  });
});

describe('a damaged file of the repository', () => {
  it.each(['[core', '[core]\nkey = "open', '[core]\n\tbad\\escape = \\x', '[core]\n1key = x'])(
    'is no configuration: %j',
    (text) => {
      const repository = makeRepository();
      appendFileSync(inGit(repository, 'config'), text);
      expect(refusal(repository).code).toBe('FORMAT_INVALID');
    },
  );

  it.each([`${ID}\n`, `${ID} refs/heddle/x`, `x${ID.slice(1)} refs/heddle/x\n`])(
    'is no list of packed refs: %j',
    async (text) => {
      const repository = makeRepository();
      repository.git('pack-refs', '--all');
      expect(readFileSync(inGit(repository, 'packed-refs'), 'utf8')).toContain('refs/heads/main');
      appendFileSync(inGit(repository, 'packed-refs'), text);
      const { refs } = openWithoutGit(repository.path, repository.env);
      expect((await rejection(refs.list('refs/heddle/'))).code).toBe('OBJECT_CORRUPT');
    },
  );

  it.each([
    '',
    'x',
    `${'0'.repeat(40)}\n`,
    'ref: refs/heddle/gone\n',
    'ref: refs/heddle/x\n',
    'ref: ../../etc/passwd\n',
    'ref: refs/heads/../../config\n',
  ])('is no ref: %j', async (text) => {
    const repository = makeRepository();
    write(repository, 'refs/heddle/x', text);
    const { refs } = openWithoutGit(repository.path, repository.env);
    expect((await rejection(refs.list('refs/heddle/'))).code).toBe('OBJECT_CORRUPT');
    expect((await rejection(refs.read('refs/heddle/x'))).code).toBe('OBJECT_CORRUPT');
  });
});

function refusal(repository: TestRepository): { readonly code: unknown; readonly facts: unknown } {
  try {
    openWithoutGit(repository.path, repository.env);
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'facts' in error)
      return { code: error.code, facts: error.facts };
    throw error;
  }
  throw new Error('it was opened');
}
