import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import type { Counts, SeenObject } from '../../support/byte-scanner/report.ts';
import { makeRepository } from '../../support/repositories/open-repositories.ts';
import type { TestRepository } from '../../support/repositories/repository.ts';

const SECRET = 'hunter2-5f1d8c07a9';

/** Every object that the scanner read, by id: type and a hash of the content; and what it saw. */
function readObjects(directories: readonly string[]): {
  readonly objects: ReadonlyMap<string, string>;
  readonly saw: Readonly<Counts>;
  readonly problems: readonly string[];
} {
  const objects = new Map<string, string>();
  const onObject = ({ id, type, content }: SeenObject): void => {
    const known = objects.get(id);
    const described = describeObject(type, content);
    if (known !== undefined && known !== described) throw new Error(`${id} is two things`);
    objects.set(id, described);
  };
  return { objects, ...scan({ directories, secrets: { secret: SECRET }, onObject }) };
}

function describeObject(type: string, content: Uint8Array): string {
  return `${type} ${content.length} ${createHash('sha256').update(content).digest('hex')}`;
}

/** What git itself says of every object in its store. */
function askGit(repository: TestRepository): ReadonlyMap<string, string> {
  const output = repository.gitBytes(repository.path, [
    'cat-file',
    '--batch-all-objects',
    '--batch',
    '--unordered',
  ]);
  const objects = new Map<string, string>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(10, at);
    const [id = '', type = '', size = ''] = output.toString('latin1', at, end).split(' ');
    const content = output.subarray(end + 1, end + 1 + Number(size));
    objects.set(id, describeObject(type, content));
    at = end + 1 + Number(size) + 1;
  }
  return objects;
}

/** Files that change a little from commit to commit, so that packing finds chains of deltas; a tag; a large one. */
function fill(repository: TestRepository): void {
  const lines = Array.from(
    { length: 300 },
    (_, index) => `line ${index} ${createHash('md5').update(`${index}`).digest('hex')}`,
  );
  for (let round = 0; round < 12; round += 1) {
    lines[round * 20] = `round ${round}`;
    repository.write('large.txt', lines.join('\n'));
    repository.write(`dir${round % 3}/small.txt`, `small ${round}\n`);
    repository.commit(`round ${round}`);
  }
  repository.write(
    'incompressible',
    Buffer.concat(lines.map((line) => createHash('sha512').update(line).digest())),
  );
  repository.commit('incompressible');
  repository.git('tag', '-a', '-m', 'a tag', 'v1');
}

function packFiles(repository: TestRepository, end = '.pack'): readonly string[] {
  const directory = join(repository.path, '.git', 'objects', 'pack');
  return readdirSync(directory)
    .filter((name) => name.endsWith(end))
    .map((name) => join(directory, name));
}

describe.each(['sha1', 'sha256'])('a repository with %s', (format) => {
  let repository: TestRepository;
  beforeEach(() => {
    repository = makeRepository({ init: [`--object-format=${format}`] });
    fill(repository);
  });
  const gitDirectory = (): string => join(repository.path, '.git');

  it('loose: every object is what git says it is', () => {
    const { objects, saw, problems } = readObjects([gitDirectory()]);
    expect(objects).toEqual(askGit(repository));
    expect(saw.looseObjects).toBe(objects.size);
    expect(problems).toEqual([]);
  });

  it('packed with deltas by offset: every object is what git says it is', () => {
    repository.git('repack', '-adfq', '--depth=50', '--window=50');
    const { objects, saw, problems } = readObjects([gitDirectory()]);
    expect(objects).toEqual(askGit(repository));
    expect(saw).toMatchObject({ looseObjects: 0, packs: 1, packEntries: objects.size, packIndexes: 1 });
    const [index = ''] = packFiles(repository, '.idx');
    const deltas = repository
      .git('verify-pack', '-v', index)
      .match(/^[0-9a-f]{40,64} (?:\S+ +){4}\d+ [0-9a-f]{40,64}$/gm);
    expect(saw.deltas).toBe(deltas?.length);
    expect(saw.deltas).toBeGreaterThan(10);
    expect(problems).toEqual([]);
  });

  it('packed with deltas by id: every object is what git says it is, without the index too', () => {
    const all = repository.git('rev-list', '--all', '--objects').replaceAll(/ .*$/gm, '');
    const pack = join(gitDirectory(), 'objects', 'pack', 'pack');
    repository.gitBytes(
      repository.path,
      ['-c', 'repack.useDeltaBaseOffset=false', 'pack-objects', '-q', pack],
      Buffer.from(`${all}\n`),
    );
    repository.git('prune-packed', '-q');
    const expected = askGit(repository);
    const [index = ''] = packFiles(repository, '.idx');
    rmSync(index);
    const { objects, saw, problems } = readObjects([gitDirectory()]);
    expect(objects).toEqual(expected);
    expect(saw.deltas).toBeGreaterThan(10);
    expect(problems).toEqual([]);
  });

  it('a thin pack under a temporary name is completed from what stands elsewhere', () => {
    const last = repository.git('rev-parse', 'HEAD~2');
    const thin = repository.gitBytes(
      repository.path,
      ['pack-objects', '-q', '--thin', '--revs', '--stdout'],
      Buffer.from(`${last}\n^${last}~1\n`),
    );
    const [before, ...ids] = [`${last}~1:large.txt`, `${last}:large.txt`].map((name) =>
      repository.git('rev-parse', name),
    );
    const directory = join(repository.root, 'thin');
    const base = join(directory, 'objects', String(before).slice(0, 2));
    mkdirSync(base, { recursive: true });
    writeFileSync(join(directory, 'tmp_pack_Xy12'), thin);
    const alone = readObjects([directory]);
    expect(alone.objects.has(String(ids[0]))).toBe(false);
    expect(alone.problems.length).toBeGreaterThan(0);
    copyFileSync(
      join(gitDirectory(), 'objects', String(before).slice(0, 2), String(before).slice(2)),
      join(base, String(before).slice(2)),
    );
    const completed = readObjects([directory]);
    expect(completed.objects.get(String(ids[0]))).toBe(askGit(repository).get(String(ids[0])));
  });

  it.each([2, 3, 4])('an index of version %i has every entry and extension', (version) => {
    repository.write('new', 'intended\n');
    repository.git('add', '--intent-to-add', 'new');
    repository.git(
      'update-index',
      `--index-version=${version}`,
      ...(version === 3 ? ['--skip-worktree', 'large.txt'] : []),
    );
    const { saw, problems } = readObjects([join(gitDirectory(), 'index')]);
    expect(saw).toMatchObject({ indexes: 1, indexEntries: repository.git('ls-files').split('\n').length });
    expect(saw.indexExtensions).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });

  it('paths that an index of version 4 shortens are read whole', () => {
    repository.write('dir0/prefix-0001/secret-a', 'a');
    repository.write('dir0/prefix-0001/secret-b', 'b');
    repository.git('add', '-A');
    repository.git('update-index', '--index-version=4');
    const { findings } = scan({
      directories: [join(gitDirectory(), 'index')],
      secrets: { path: 'prefix-0001/secret-b' },
    });
    expect(findings.map(({ layer }) => layer)).toEqual(['index entry dir0/prefix-0001/secret-b']);
  });
});

describe('a secret', () => {
  let repository: TestRepository;
  beforeEach(() => {
    repository = makeRepository();
    fill(repository);
  });
  const layers = (): readonly string[] => [
    ...new Set(
      scan({ directories: [join(repository.path, '.git')], secrets: { secret: SECRET } }).findings.map(
        ({ layer }) => layer.replace(/[0-9a-f]{40}/, 'id'),
      ),
    ),
  ];

  it('in what only a delta adds is found', () => {
    const text = readFileSync(join(repository.path, 'large.txt'), 'utf8');
    repository.write('large.txt', text.replace('line 150', `line ${SECRET}`));
    repository.commit('with');
    repository.write('large.txt', `${text}\n${text}`);
    repository.commit('larger');
    repository.git('repack', '-adfq');
    expect(layers()).toEqual(['pack delta id']);
  });

  it('that a delta puts together out of its base is found', () => {
    const middle = SECRET.length >> 1;
    const pad = (mark: string): string =>
      Array.from({ length: 60 }, (_, index) => `${mark}${index * 7919}`).join(' ');
    const [a, b] = [pad('a'), pad('b')];
    const between = 'between '.repeat(4);
    repository.write(
      'base',
      `${a}${SECRET.slice(0, middle)}${between}${SECRET.slice(middle)}${b}${pad('c')}`,
    );
    repository.write('leaf', `${a}${SECRET}${b}`);
    repository.git('add', 'base', 'leaf');
    const ids = ['base', 'leaf'].map((name) => `${repository.git('rev-parse', `:${name}`)} ${name}\n`);
    repository.gitBytes(
      repository.path,
      ['pack-objects', '-q', '.git/objects/pack/pack'],
      Buffer.from(ids.join('')),
    );
    repository.git('prune-packed', '-q');
    expect(layers()).toEqual(['pack delta id']);
  });

  it('in a cruft pack, a kept pack, a reflog, and a message is found', () => {
    repository.write('gone', `${SECRET}\n`);
    repository.git('add', 'gone');
    repository.git('commit', '-q', '-m', `says ${SECRET}`);
    repository.git('reset', '-q', '--hard', 'HEAD~1');
    expect(layers()).toEqual(expect.arrayContaining(['reflog', 'loose object id']));
    repository.git('reflog', 'expire', '--expire=now', '--all');
    repository.git('repack', '--cruft', '-dq');
    expect(packFiles(repository, '.mtimes')).toHaveLength(1);
    expect(layers()).toEqual(['raw', 'pack entry id']);
    rmSync(join(repository.path, '.git', 'COMMIT_EDITMSG'));
    for (const pack of packFiles(repository)) writeFileSync(pack.replace('.pack', '.keep'), '');
    expect(layers()).toEqual(['pack entry id']);
  });

  it('in a pack that was cut off is found, and the cut is told', () => {
    repository.write('early', `${SECRET}\n`);
    repository.git('add', 'early');
    const early = repository.git('rev-parse', ':early');
    const ids = `${early}\n${repository.git('rev-parse', 'HEAD:incompressible')}\n`;
    const pack = repository.gitBytes(repository.path, ['pack-objects', '-q', '--stdout'], Buffer.from(ids));
    const directory = join(repository.root, 'cut');
    mkdirSync(directory);
    const file = join(directory, 'tmp_pack_cut');
    for (const length of [pack.length - 20, pack.length >> 1, 60]) {
      writeFileSync(file, pack);
      truncateSync(file, length);
      const { findings, problems } = scan({ directories: [directory], secrets: { secret: SECRET } });
      expect(findings.length, `${length} of ${pack.length}`).toBeGreaterThan(0);
      expect(problems.length).toBeGreaterThan(0);
    }
  });

  it('behind damage in a pack is found, with the index and without', () => {
    repository.write('last', `${SECRET} ${SECRET}\n`);
    repository.git('add', 'last');
    const ids = [repository.git('rev-parse', 'HEAD:incompressible'), repository.git('rev-parse', ':last')];
    const stem = join(repository.root, 'damaged');
    repository.gitBytes(
      repository.path,
      ['pack-objects', '-q', '--window=0', stem],
      Buffer.from(`${ids.join('\n')}\n`),
    );
    const [pack = ''] = readdirSync(repository.root).filter((name) => name.endsWith('.pack'));
    const directory = join(repository.root, 'packs');
    mkdirSync(directory);
    for (const end of ['.pack', '.idx']) {
      renameSync(
        join(repository.root, pack.replace('.pack', end)),
        join(directory, pack.replace('.pack', end)),
      );
    }
    const bytes = readFileSync(join(directory, pack));
    const order = scan({ directories: [directory], secrets: { secret: SECRET } });
    expect(order.problems).toEqual([]);
    // Where the first entry's stream begins: nothing of it inflates any more.
    writeFileSync(
      join(directory, pack),
      Buffer.concat([bytes.subarray(0, 13), Buffer.alloc(40, 0xff), bytes.subarray(53)]),
    );
    const lookAgain = (): readonly string[] =>
      scan({ directories: [directory], secrets: { secret: SECRET } }).findings.map(({ layer }) =>
        layer.replace(/[0-9a-f]{40}|\d+$/, 'N'),
      );
    expect(lookAgain()).toEqual(expect.arrayContaining(['pack entry N', 'carved at N']));
    rmSync(join(directory, pack.replace('.pack', '.idx')));
    expect(lookAgain()).toEqual(['carved at N']);
  });
});

it('a scan counts every file', () => {
  const repository = makeRepository();
  repository.oddNames();
  const { saw, problems } = scan({ directories: [repository.path] });
  const count = (type: string): number =>
    execFileSync('find', [repository.path, '-type', type, '-printf', 'x']).length;
  expect(saw.files).toBe(count('f'));
  expect(saw.links).toBe(count('l'));
  expect(saw.files).toBeGreaterThan(30);
  expect(problems).toEqual([]);
});
