import { copyFileSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { EraseScene } from '../../../support/repositories/erase-scene.ts';
import type { Ground } from '../../../support/plant/ground.ts';

const put = (path: string, content: string | Uint8Array): void => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
};

/** A repository of its own that holds the content, packed or loose. */
function repositoryAt(ground: Ground, path: string): void {
  ground.git('init', '-q', '--bare', path);
  ground.input([`--git-dir=${path}`, 'hash-object', '-w', '--stdin'], ground.content);
}

function packAlone(ground: Ground): void {
  const id = ground.input(['hash-object', '-w', '--stdin'], ground.content);
  ground.input(['pack-objects', '-q', join(ground.objects, 'pack', 'pack')], `${id}\n`);
}

/** The files of the one pack, under other names. */
function copyPack(ground: Ground, rename: (name: string) => string): void {
  const packs = join(ground.objects, 'pack');
  packAlone(ground);
  for (const name of readdirSync(packs)) {
    const copy = join(packs, rename(name));
    mkdirSync(join(copy, '..'), { recursive: true });
    copyFileSync(join(packs, name), copy);
  }
}

const object = ({ content }: Ground): Buffer => deflateSync(`blob ${Buffer.byteLength(content)}\0${content}`);

/** Copies that no step of an erasure knows, by where they are told. */
const COPIES: readonly (readonly [string, string, (ground: Ground) => void])[] = [
  [
    'a bundle',
    'backup.bundle',
    (ground) => {
      ground.git('update-ref', 'refs/heads/leak', ground.commitHolding());
      ground.git('bundle', 'create', '-q', join(ground.gitDirectory, 'backup.bundle'), 'leak');
      ground.git('update-ref', '-d', 'refs/heads/leak');
    },
  ],
  [
    'a file of gzip',
    'copy.gz',
    (ground) => put(join(ground.gitDirectory, 'copy.gz'), gzipSync(ground.content)),
  ],
  [
    'a file beside loose objects',
    'objects/ab/copy~',
    (ground) => put(join(ground.objects, 'ab/copy~'), object(ground)),
  ],
  [
    'a directory beside loose objects',
    'objects/ab/deep/copy',
    (ground) => put(join(ground.objects, 'ab/deep/copy'), ground.content),
  ],
  [
    'a note beside packs',
    'objects/pack/notes.txt',
    (ground) => put(join(ground.objects, 'pack/notes.txt'), ground.content),
  ],
  ['a pack under another name', 'objects/pack/kept.old', (ground) => copyPack(ground, () => 'kept.old')],
  [
    'a pack one directory further down',
    'objects/pack/old/kept.pack',
    (ground) => copyPack(ground, (name) => `old/kept${name.slice(name.lastIndexOf('.'))}`),
  ],
  [
    'a repository inside',
    'backup.git',
    (ground) => repositoryAt(ground, join(ground.gitDirectory, 'backup.git')),
  ],
  [
    "a linked worktree's submodule",
    'modules/sub',
    (ground) => {
      const linked = ground.linkedWorktree();
      repositoryAt(ground, join(linked.git('rev-parse', '--absolute-git-dir'), 'modules/sub'));
    },
  ],
];

describe('a survey', () => {
  it.each(COPIES)('tells of a copy in the common directory: %s', async (_, where, plant) => {
    const scene = await EraseScene.make();
    scene.ground.repository.remove('config');
    plant(scene.ground);
    await scene.erase();
    expect(scene.scan().findings.length).toBeGreaterThan(0);
    const residue = await scene.survey();
    expect(residue.map((one) => one.where).join(' ')).toContain(where);
    expect(JSON.stringify(residue)).not.toContain(scene.ground.blob);
  });

  it.each([
    ['a bare repository', 'mirror.git', (ground: Ground, path: string) => repositoryAt(ground, path)],
    ['a file of gzip', 'copy.gz', (ground: Ground, path: string) => put(path, gzipSync(ground.content))],
  ])('tells of a copy in a work tree: %s', async (_, where, plant) => {
    const scene = await EraseScene.make();
    const { repository } = scene.ground;
    repository.remove('config');
    plant(scene.ground, join(repository.path, where));
    await scene.erase();
    expect(await scene.survey()).toContainEqual(expect.objectContaining({ where, owner: 'user' }));
  });

  it('tells of a file that is named by the id of the content, without the id', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    const other = ground.input(['hash-object', '-w', '--stdin'], 'other\n');
    ground.git('update-ref', `refs/replace/${ground.blob}`, other);
    await scene.erase();
    expect(await scene.survey()).toEqual([
      { place: 'ref', where: 'refs/replace/(id)', owner: 'git', note: 'names it' },
    ]);
  });

  it.each([
    ['a file', 'info/notes', (place: string, content: string) => put(place, content)],
    ['a directory', 'rr-cache', (place: string, content: string) => put(join(place, 'deep/copy'), content)],
    ['a compressed file', 'copy', (place: string, content: string) => put(place, gzipSync(content))],
  ])('tells of a copy behind a link that leads out: %s', async (_, where, plant) => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    const outside = ground.beside('outside');
    plant(outside, ground.content);
    mkdirSync(join(ground.gitDirectory, where, '..'), { recursive: true });
    symlinkSync(outside, join(ground.gitDirectory, where));
    symlinkSync('nowhere', join(ground.gitDirectory, 'dangling'));
    symlinkSync('.', join(ground.gitDirectory, 'itself'));
    await scene.erase();
    const note = 'leads out of the repository to a file that holds it';
    expect(await scene.survey()).toEqual([{ place: 'cache', where, owner: 'user', note }]);
    expect(scene.scan().findings.length).toBeGreaterThan(0);
  });

  it('tells of a work tree that was moved without git, and finds it when that is repaired', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    const { path } = ground.linkedWorktree();
    put(join(path, 'copy'), ground.content);
    const moved = ground.beside('moved');
    renameSync(path, moved);
    await scene.erase();
    const told = await scene.git.eraser.survey(scene.target);
    expect(told).toEqual([expect.objectContaining({ place: 'similar', where: path, owner: 'user' })]);
    ground.repository.gitIn(moved, 'worktree', 'repair');
    expect(await scene.survey()).toEqual([expect.objectContaining({ place: 'worktree', where: 'copy' })]);
  });

  it('says nothing of other bundles, compressed files and repositories', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    ground.git('bundle', 'create', '-q', join(ground.gitDirectory, 'backup.bundle'), '--all');
    put(join(ground.gitDirectory, 'copy.gz'), gzipSync('other\n'));
    put(join(ground.gitDirectory, 'x'), 'x begins like something deflated\n');
    ground.git('init', '-q', '--bare', join(ground.gitDirectory, 'backup.git'));
    expect(await scene.survey()).toEqual([]);
  });
});

it("temporary files and scans of a linked worktree's go, too", async () => {
  const scene = await EraseScene.make();
  const { ground } = scene;
  ground.repository.remove('config');
  const own = join(ground.linkedWorktree().git('rev-parse', '--absolute-git-dir'), 'heddle');
  put(join(own, 'tmp/copy'), ground.content);
  put(join(own, 'scan-Ab3dEf/objects/aa/bb'), object(ground));
  expect((await scene.survey()).map(({ place }) => place)).toContain('temporary');
  await scene.erase();
  expect(scene.scan().findings).toEqual([]);
  expect(await scene.survey()).toEqual([]);
});
