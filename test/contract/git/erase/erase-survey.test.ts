import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Erasable } from '#ports/removal.ts';
import { EraseScene } from '../../../support/repositories/erase-scene.ts';
import { makeRepository, openAt } from '../../../support/repositories/open-repositories.ts';
import { PLANTS } from '../../../support/plant/plants.ts';

async function clean(): Promise<EraseScene> {
  const scene = await EraseScene.make();
  scene.ground.repository.remove('config');
  return scene;
}

const put = (path: string, content: string | Uint8Array): void => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
};

describe('a content that an index alone has staged', () => {
  it.each(['this worktree', 'a linked worktree'])('is told as what goes, and goes: of %s', async (where) => {
    const scene = await clean();
    const { ground } = scene;
    const directory = where === 'this worktree' ? ground.repository.path : ground.linkedWorktree().path;
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    ground.git('-C', directory, 'update-index', '--add', '--cacheinfo', `100644,${ground.blob},staged`);
    const told = await scene.survey();
    expect(told.map(({ place }) => place)).toEqual(expect.arrayContaining(['loose-object', 'index']));
    expect(told.filter(({ owner }) => owner !== 'heddle')).toEqual([]);
    await scene.erase();
    expect(await scene.survey()).toEqual([]);
  });

  it("is told as what stays where Git's own history has it, too", async () => {
    const scene = await clean();
    const { ground } = scene;
    ground.repository.write('kept', ground.content);
    ground.git('add', 'kept');
    ground.git('commit', '-q', '-m', 'kept');
    const owners = new Map((await scene.survey()).map(({ place, owner }) => [place, owner]));
    expect(owners.get('loose-object')).toBe('git');
  });
});

describe('copies that helpers keep', () => {
  it('go: recorded resolutions with most of its lines, but not those of another conflict', async () => {
    const scene = await clean();
    const { ground } = scene;
    const cache = join(ground.gitDirectory, 'rr-cache');
    const lines = ground.content.split('\n');
    put(
      join(cache, 'a'.repeat(40), 'preimage'),
      ['<<<<<<<', ...lines.slice(0, 60), '=======', 'x', '>>>>>>>'].join('\n'),
    );
    put(join(cache, 'a'.repeat(40), 'postimage'), 'resolved\n');
    put(
      join(cache, 'b'.repeat(40), 'preimage'),
      ['<<<<<<<', ...lines.slice(5, 10), '=======', 'x', '>>>>>>>'].join('\n'),
    );
    expect(await scene.survey()).toEqual([
      { place: 'cache', where: 'rr-cache', owner: 'heddle', note: '1 of its files' },
    ]);
    expect(await scene.erase()).toEqual(['1 recorded resolutions']);
    expect(readdirSync(cache)).toEqual(['b'.repeat(40)]);
  });

  it('go: the large file behind a pointer, unless something reachable still points to it', async () => {
    const scene = await clean();
    const { ground } = scene;
    const id = 'ab12'.repeat(16);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${id}\nsize 12345\n`;
    const blob = ground.input(['hash-object', '-w', '--stdin'], pointer);
    const large = join(ground.gitDirectory, 'lfs/objects/ab/12', id);
    put(large, 'the large file\n');
    const target: Erasable = {
      contents: [{ blob, bytes: Buffer.from(pointer) }],
      salts: [],
      replacements: new Map(),
    };
    const run = async (): Promise<void> => {
      for (const step of scene.git.eraser.steps) await step.run(target);
    };
    ground.git('tag', 'points', blob);
    await run();
    expect(existsSync(large)).toBe(true);
    expect(await scene.git.eraser.survey(target)).toContainEqual({
      place: 'lfs',
      where: 'lfs/objects',
      owner: 'heddle',
      note: '1 of its files',
    });
    ground.git('tag', '-d', 'points');
    await run();
    expect(existsSync(large)).toBe(false);
    expect(await scene.git.eraser.survey(target)).toEqual([]);
  });

  it('go: temporary packs, whole or cut off, also where it is only a delta against another object', async () => {
    const scene = await clean();
    const { ground } = scene;
    const base = ground.input(['hash-object', '-w', '--stdin'], ground.neighbour);
    const packs = join(ground.objects, 'pack');
    mkdirSync(packs, { recursive: true });
    const raw = (deltas: readonly string[], ...flags: readonly string[]): Buffer =>
      ground.repository.gitBytes(
        ground.repository.path,
        ['pack-objects', '-q', '--stdout', ...flags],
        Buffer.from(deltas.join('')),
      );
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    const names = [`${base} same\n`, `${ground.blob} same\n`];
    writeFileSync(join(packs, 'tmp_pack_whole1'), raw(names));
    writeFileSync(join(packs, 'tmp_pack_offset'), raw(names, '--delta-base-offset'));
    // The content alone, whole, without the end of the pack.
    const alone = raw([`${ground.blob}\n`], '--window=0');
    writeFileSync(join(packs, 'tmp_pack_cutoff'), alone.subarray(0, alone.length - 22));
    writeFileSync(join(packs, 'tmp_pack_other1'), raw([`${base}\n`]));
    // Left by a deletion that was cut off: git does not look at a pack without its index.
    ground.input(['pack-objects', '-q', join(packs, 'pack')], `${ground.blob}\n`);
    const [index = ''] = readdirSync(packs).filter((name) => name.endsWith('.idx'));
    rmSync(join(packs, index));
    ground.input(['prune-packed', '-q'], '');
    put(join(ground.objects, 'incoming-Ab3dEf/aa', 'b'.repeat(38)), deflateSync(`blob 9\0${ground.content}`));
    expect((await scene.survey()).filter(({ place }) => place === 'temporary')).toHaveLength(5);
    await scene.erase();
    expect(readdirSync(packs).filter((name) => name.startsWith('tmp_'))).toEqual(['tmp_pack_other1']);
    expect(readdirSync(packs).filter((name) => name.endsWith('.pack'))).toEqual([]);
    expect(scene.scan().findings).toEqual([]);
    expect(await scene.survey()).toEqual([]);
  });
});

describe('a survey', () => {
  it('finds it in work trees: inside other files, with other line ends, in links and in ignored files', async () => {
    const scene = await clean();
    const { ground } = scene;
    const { repository } = ground;
    const linked = ground.linkedWorktree();
    repository.write('.gitignore', 'ignored/\n');
    repository.write('ignored/deep/copy', `before\n${ground.content}after\n`);
    repository.write('crlf.txt', ground.content.replaceAll('\n', '\r\n'));
    repository.write('half', ground.content.slice(0, ground.content.length / 2));
    writeFileSync(join(linked.path, 'linked.env'), ground.content);
    symlinkSync(join(repository.root, 'home'), join(repository.path, 'out'));
    put(join(repository.root, 'home', 'outside'), ground.content);
    const residue = await scene.survey();
    expect(residue).toEqual([
      { place: 'worktree', where: 'crlf.txt', owner: 'user', note: 'holds it' },
      { place: 'worktree', where: 'ignored/deep/copy', owner: 'user', note: 'holds it' },
      { place: 'worktree', where: 'linked.env', owner: 'user', note: `holds it, in ${linked.path}` },
    ]);
    expect(await scene.erase()).toEqual([]);
    expect(await scene.survey()).toEqual(residue);
  });

  it('of a content of few bytes finds whole files and objects that equal it, and no others', async () => {
    const scene = await clean();
    const { ground } = scene;
    const bytes = Buffer.from('hunter2\n');
    const blob = ground.input(['hash-object', '-w', '--stdin'], 'hunter2\n');
    const target: Erasable = { contents: [{ blob, bytes }], salts: [], replacements: new Map() };
    ground.repository.write('same', 'hunter2\n');
    ground.repository.write('longer', 'hunter2\nand more\n');
    ground.input(['hash-object', '-w', '--stdin'], 'hunter2\nand more\n');
    ground.input(['hash-object', '-w', '--stdin'], `${'x'.repeat(2_000_000)}\nhunter2\n`);
    expect(await scene.git.eraser.survey(target)).toEqual([
      { place: 'loose-object', where: 'objects', owner: 'heddle', note: '1 object' },
      { place: 'worktree', where: 'same', owner: 'user', note: 'holds it' },
    ]);
    for (const step of scene.git.eraser.steps) await step.run(target);
    expect(
      ground.git('cat-file', '--batch-all-objects', '--batch-check=%(objecttype)').split('\n'),
    ).toHaveLength(9);
  });

  it('finds it across the pieces of a large file and a large object', async () => {
    const scene = await clean();
    const { ground } = scene;
    const text = `${'a'.repeat(1_048_576 - 700)}${ground.content}${'b'.repeat(3_000_000)}`;
    ground.repository.write('large', text);
    ground.input(['hash-object', '-w', '--stdin'], text);
    expect((await scene.survey()).map(({ place }) => place)).toEqual(['loose-object', 'worktree']);
    ground.git('add', 'large');
    ground.git('repack', '-adq');
    expect((await scene.survey()).map(({ place }) => place)).toEqual(['pack', 'index', 'worktree']);
  });

  it('names borrowed objects, submodules, locks and strange files, and touches none of them', async () => {
    const other = makeRepository();
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.remove('config');
    other.write('theirs', ground.content);
    other.commit('theirs');
    writeFileSync(join(ground.objects, 'info/alternates'), `${other.path}/.git/objects\n`);
    const module = makeRepository();
    module.write('inside', ground.content);
    module.commit('inside');
    module.git('repack', '-adq');
    const modules = join(ground.gitDirectory, 'modules/deep/name');
    mkdirSync(join(modules, '..'), { recursive: true });
    ground.git('clone', '-q', '--bare', '--no-hardlinks', module.path, modules);
    put(join(ground.gitDirectory, 'info/notes-of-a-tool'), `seen: ${ground.content}`);
    put(join(ground.gitDirectory, 'index.stale.lock'), Buffer.from(`DIRC${ground.blob}`, 'latin1'));
    put(join(ground.gitDirectory, 'heddle/something.json'), `{"id":"${ground.blob}"}`);
    const residue = await scene.survey();
    expect(residue.toSorted((a, b) => a.place.localeCompare(b.place))).toEqual([
      {
        place: 'alternate',
        where: 'objects/info/alternates',
        owner: 'git',
        note: 'another repository’s objects, which this one borrows',
      },
      { place: 'cache', where: 'info/notes-of-a-tool', owner: 'user', note: 'holds it' },
      { place: 'local-record', where: 'heddle/something.json', owner: 'heddle', note: 'names it' },
      { place: 'submodule', where: 'modules/deep/name', owner: 'user', note: 'holds it' },
      { place: 'temporary', where: 'index.stale.lock', owner: 'git', note: 'names it' },
    ]);
    await scene.erase();
    expect(await scene.survey()).toEqual(residue);
    expect(other.git('cat-file', '-t', ground.blob)).toBe('blob');
  });

  it('looks into repositories that lie in a work tree, packed ones too', async () => {
    const scene = await clean();
    const { ground } = scene;
    const nested = join(ground.repository.path, 'vendor/tool');
    mkdirSync(nested, { recursive: true });
    ground.repository.gitIn(nested, 'init', '-q');
    writeFileSync(join(nested, 'copy'), ground.content);
    ground.repository.gitIn(nested, 'add', 'copy');
    ground.repository.gitIn(nested, 'commit', '-q', '-m', 'copy');
    ground.repository.gitIn(nested, 'repack', '-adq');
    rmSync(join(nested, 'copy'));
    expect(await scene.survey()).toEqual([
      { place: 'submodule', where: 'vendor/tool/.git', owner: 'user', note: 'holds it' },
    ]);
  });

  it('tells that notes and messages say its id, and tells the id to nobody', async () => {
    const scene = await EraseScene.planted(...PLANTS.filter(({ name }) => name === 'a loose object'));
    const { ground } = scene;
    ground.git('notes', 'add', '-m', 'a note on it', ground.blob);
    await scene.erase();
    const residue = await scene.git.eraser.survey(scene.target);
    const note = 'its id stands in 1 object: notes, messages';
    expect(residue).toEqual([{ place: 'similar', where: 'objects', owner: 'git', note }]);
    expect(JSON.stringify(residue)).not.toContain(ground.blob);
    // What somebody wrote is theirs, and stays until they take it away.
    expect(ground.git('notes', 'list')).toContain(ground.blob);
    ground.git('update-ref', '-d', 'refs/notes/commits');
    ground.git('prune', '--expire=now');
    expect(scene.scan().findings).toEqual([]);
    expect(await scene.git.eraser.survey(scene.target)).toEqual([]);
  });

  it('tells near copies by a path, a bounded number of them', async () => {
    const scene = await clean();
    const { ground } = scene;
    const { repository } = ground;
    const lines = ground.content.split('\n');
    repository.write('near/copy.env', lines.toSpliced(3, 20).join('\n'));
    repository.write('near/far.env', lines.slice(0, 20).join('\n'));
    repository.commit('near copies');
    const similar = async (): Promise<readonly string[]> =>
      (await scene.git.eraser.survey(scene.target))
        .filter(({ place }) => place === 'similar')
        .map(({ where }) => where);
    expect(await similar()).toEqual(['near/copy.env']);
    for (let index = 0; index < 30; index += 1) {
      repository.write(`near/${index}.env`, lines.toSpliced(index, 1, `changed ${index}`).join('\n'));
    }
    repository.commit('more of them');
    expect(await similar()).toHaveLength(20);
  });

  it('answers where the repository has nothing yet, and where a loose object is damaged', async () => {
    const empty = makeRepository({ commit: false });
    const git = await openAt(empty);
    const target: Erasable = {
      contents: [{ blob: '1'.repeat(40), bytes: Buffer.from('x'.repeat(40)) }],
      salts: [],
      replacements: new Map(),
    };
    expect(await git.eraser.survey(target)).toEqual([]);
    for (const step of git.eraser.steps) expect(await step.run(target)).toEqual([]);
    const scene = await clean();
    const { ground } = scene;
    put(ground.looseFile('2'.repeat(40)), '');
    const cut = deflateSync(`blob ${ground.content.length + 5}\0${ground.content}`);
    put(ground.looseFile('3'.repeat(40)), cut.subarray(0, cut.length - 4));
    expect((await scene.survey()).map(({ place }) => place)).toEqual(['loose-object']);
    await scene.erase();
    expect(scene.scan().findings).toEqual([]);
    expect(existsSync(ground.looseFile('2'.repeat(40)))).toBe(true);
    expect(readFileSync(ground.looseFile('2'.repeat(40)))).toHaveLength(0);
  });
});

describe('refs that keep it', () => {
  const THREAD = 'refs/heddle/threads/work';

  it('are told with what they hold: the commit that a thread began from, or a file with the content in it', async () => {
    const scene = await clean();
    const { ground } = scene;
    const { repository } = ground;
    const began = ground.commitHolding();
    ground.git('update-ref', THREAD, began);
    const noteOf = async (): Promise<string | null | undefined> =>
      (await scene.survey()).find(({ where }) => where === THREAD)?.note;
    expect(await noteOf()).toBe('by the commit of Git that it began from');
    const head = ground.git('rev-parse', 'HEAD');
    repository.write('edited.env', `${ground.content}and more\n`);
    ground.git('update-ref', THREAD, repository.commit('an edited copy'));
    ground.git('reset', '-q', '--hard', head);
    expect(await noteOf()).toBe('by a file or a text that has it too: see `heddle redact --find -`');
  });

  it('are found where .gitmodules cannot be read', async () => {
    const scene = await clean();
    const { ground } = scene;
    const { repository } = ground;
    ground.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},mod`);
    ground.git('commit', '-q', '-m', 'a submodule');
    repository.write('.gitmodules', '<<<<<<< HEAD\n');
    ground.git('update-ref', 'refs/heads/topic', ground.commitHolding());
    expect(await scene.survey()).toContainEqual(expect.objectContaining({ where: 'refs/heads/topic' }));
  });
});
