import {
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EraseScene } from '../../../support/repositories/erase-scene.ts';

/** Seconds since 1970; long ago, but not so long that git would let go of it. */
const WRITTEN = Math.floor(Date.now() / 1000) - 3600;

/** Everything in the store, by id and kind. */
const objects = (scene: EraseScene): ReadonlySet<string> =>
  new Set(
    scene.ground
      .git('cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)', '--unordered')
      .split('\n'),
  );

const gone = (before: ReadonlySet<string>, after: ReadonlySet<string>): readonly string[] =>
  [...before].filter((line) => !after.has(line)).map((line) => line.split(' ')[1] ?? '');

async function clean(): Promise<EraseScene> {
  const scene = await EraseScene.make();
  scene.ground.repository.remove('config');
  return scene;
}

describe('the closure', () => {
  it('is the blob, every tree and commit over it, what descends from those and the tags on it, and nothing else', async () => {
    const scene = await clean();
    const { ground } = scene;
    const holding = ground.commitHolding();
    const unrelated = ground.input(
      ['commit-tree', '-m', 'unrelated', ground.git('rev-parse', 'HEAD^{tree}')],
      '',
    );
    const child = ground.input(['commit-tree', '-p', holding, '-m', 'child', 'HEAD^{tree}'], '');
    ground.git('tag', '-a', '-m', 'a tag', 'annotated', child);
    const tag = ground.git('rev-parse', 'annotated');
    ground.git('tag', '-d', 'annotated');
    ground.input(['hash-object', '-w', '--stdin'], 'nothing to do with it\n');
    const before = objects(scene);
    await scene.erase();
    const lost = gone(before, objects(scene)).toSorted();
    expect(lost).toEqual(['blob', 'commit', 'commit', 'tag', 'tree', 'tree']);
    expect(ground.succeeds('cat-file', '-e', tag)).toBe(false);
    expect(ground.git('cat-file', '-t', unrelated)).toBe('commit');
    scene.expectSound();
  });

  it('ends at what commits really stand on, whatever a file of grafts says', async () => {
    const scene = await clean();
    const { ground } = scene;
    const holding = ground.commitHolding();
    const tree = ground.git('rev-parse', 'HEAD^{tree}');
    ground.git(
      'update-ref',
      'refs/heads/topic',
      ground.input(['commit-tree', '-p', holding, '-m', 'on it', tree], ''),
    );
    writeFileSync(join(ground.gitDirectory, 'info/grafts'), `${ground.git('rev-parse', 'topic')}\n`);
    expect(ground.git('rev-list', '--count', 'topic')).toBe('1');
    await scene.erase();
    rmSync(join(ground.gitDirectory, 'info/grafts'));
    scene.expectSound();
    expect((await scene.survey()).map(({ where }) => where)).toContain('refs/heads/topic');
  });

  it('takes in lists that hold a removed salt, with what names them', async () => {
    const scene = await clean();
    const { ground } = scene;
    const salt = 'AAECAwQFBgcICQoLDA0ODw';
    const list = ground.input(['hash-object', '-w', '--stdin'], `{"entries":[{"salt":"${salt}"}]}`);
    const tree = ground.input(['mktree'], `100644 blob ${list}\t_\n`);
    const commit = ground.input(['commit-tree', '-m', 'an old carrier', tree], '');
    const target = { ...scene.target, salts: [salt] };
    expect((await scene.git.eraser.survey(target)).map(({ place }) => place)).toContain('loose-object');
    for (const step of scene.git.eraser.steps) await step.run(target);
    for (const id of [list, tree, commit]) expect(ground.succeeds('cat-file', '-e', id)).toBe(false);
    expect(await scene.git.eraser.survey(target)).toEqual([]);
  });

  it('takes in other objects that quote the content whole, but only where nothing reaches them', async () => {
    const scene = await clean();
    const { ground } = scene;
    const quoting = ground.input(
      ['hash-object', '-w', '--stdin'],
      `<<<<<<< ours\n${ground.content}>>>>>>>\n`,
    );
    const message = ground.input(['commit-tree', '-m', ground.content, 'HEAD^{tree}'], '');
    const reached = ground.input(['hash-object', '-w', '--stdin'], `quoted:\n${ground.content}\n`);
    ground.git('tag', 'quotes', reached);
    await scene.erase();
    expect([quoting, message].map((id) => ground.succeeds('cat-file', '-e', id))).toEqual([false, false]);
    expect(ground.git('cat-file', '-t', reached)).toBe('blob');
    expect(await scene.survey()).toContainEqual({
      place: 'ref',
      where: 'refs/tags/quotes',
      owner: 'git',
      note: null,
    });
  });
});

describe('what Git’s own refs reach', () => {
  it('is left alone, whole, and every ref to it is named', async () => {
    const scene = await clean();
    const { ground } = scene;
    const holding = ground.commitHolding();
    ground.git('branch', 'topic', holding);
    ground.git('tag', '-a', '-m', 'released', 'v1', holding);
    ground.git('update-ref', 'refs/remotes/origin/topic', holding);
    ground.git('update-ref', 'refs/original/refs/heads/topic', holding);
    ground.git('update-ref', `refs/replace/${ground.git('rev-parse', 'HEAD')}`, holding);
    ground.git('notes', 'add', '-m', ground.content, 'HEAD');
    const linked = ground.linkedWorktree();
    linked.git('checkout', '-q', '--detach', holding);
    linked.git('update-ref', 'refs/worktree/mine', holding);
    ground.git('repack', '-adq');
    const before = objects(scene);
    const refs = ground.git('for-each-ref');
    await scene.erase();
    expect(gone(before, objects(scene))).toEqual([]);
    expect(ground.git('for-each-ref')).toBe(refs);
    const residue = await scene.survey();
    const named = residue.filter(({ place }) => place === 'ref').map(({ where }) => where);
    const worktree = linked.git('rev-parse', '--absolute-git-dir').split('/').at(-1) ?? '';
    expect(named.toSorted()).toEqual(
      [
        'refs/heads/topic',
        'refs/notes/commits',
        'refs/original/refs/heads/topic',
        'refs/remotes/origin/topic',
        `refs/replace/${ground.git('rev-parse', 'HEAD')}`,
        'refs/tags/v1',
        `worktrees/${worktree}/HEAD`,
        `worktrees/${worktree}/refs/worktree/mine`,
      ].toSorted(),
    );
    expect(new Set(residue.map(({ owner }) => owner))).toEqual(new Set(['git', 'user']));
    scene.expectSound();
  });
});

describe('a pack', () => {
  it('that is kept, is kept with the same note, and others are not touched', async () => {
    const scene = await clean();
    const { ground } = scene;
    ground.git('repack', '-adq');
    const [other = ''] = ground.packs();
    const extra = ground.input(['hash-object', '-w', '--stdin'], 'beside it\n');
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    ground.input(['pack-objects', '-q', join(ground.objects, 'pack/pack')], `${extra}\n${ground.blob}\n`);
    ground.git('prune-packed', '-q');
    const [held] = ground.packed();
    writeFileSync((held?.pack ?? '').replace(/pack$/, 'keep'), 'why: because\n');
    const stat = readFileSync(other);
    await scene.erase();
    expect(ground.packs()).toHaveLength(2);
    expect(readFileSync(other)).toEqual(stat);
    const [made = ''] = ground.packs().filter((path) => path !== other);
    expect(readFileSync(made.replace(/pack$/, 'keep'), 'utf8')).toBe('why: because\n');
    expect(ground.git('cat-file', 'blob', extra)).toBe('beside it');
    expect(scene.scan().findings).toEqual([]);
    scene.expectSound();
  });

  it('of unreachable objects keeps their times', async () => {
    const scene = await clean();
    const { ground } = scene;
    const extra = ground.input(['hash-object', '-w', '--stdin'], 'unreachable\n');
    const content = ground.input(['hash-object', '-w', '--stdin'], ground.content);
    // Of one age, however long it took to write them: which comes first in the table, their ids decide.
    for (const id of [extra, content]) utimesSync(ground.looseFile(id), WRITTEN, WRITTEN);
    ground.git('repack', '--cruft', '-dq');
    const times = (): Buffer => {
      const directory = join(ground.objects, 'pack');
      const [name = ''] = readdirSync(directory).filter((path) => path.endsWith('.mtimes'));
      return readFileSync(join(directory, name));
    };
    const before = times();
    await scene.erase();
    const after = times();
    expect(after.length).toBe(before.length - 4 * (objectsIn(before) - objectsIn(after)));
    expect(objectsIn(after)).toBeLessThan(objectsIn(before));
    expect([before.readUInt32BE(12), after.readUInt32BE(12)]).toEqual([WRITTEN, WRITTEN]);
    expect(ground.git('cat-file', 'blob', extra)).toBe('unreachable');
    scene.expectSound();
    expect(ground.git('cat-file', 'blob', extra)).toBe('unreachable');
  });

  it('behind a link is not touched, and is told', async () => {
    const scene = await clean();
    const { ground } = scene;
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    ground.git('repack', '-adq');
    ground.input(['pack-objects', '-q', join(ground.objects, 'pack/pack')], `${ground.blob}\n`);
    ground.git('prune-packed', '-q');
    const moved = ground.beside('packs');
    renameSync(join(ground.objects, 'pack'), moved);
    symlinkSync(moved, join(ground.objects, 'pack'));
    const before = readdirSync(moved);
    expect(await scene.erase()).toEqual([]);
    expect(readdirSync(moved)).toEqual(before);
    expect(await scene.survey()).toEqual([
      {
        place: 'alternate',
        where: 'objects',
        owner: 'git',
        note: 'stands where git finds it and heddle does not look',
      },
      {
        place: 'cache',
        where: 'objects/pack',
        owner: 'user',
        note: 'leads out of the repository to a file that holds it',
      },
    ]);
  });

  it('with an index of version 1 is read and rewritten', async () => {
    const scene = await clean();
    const { ground } = scene;
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    ground.git('config', 'pack.indexVersion', '1');
    ground.git('add', '-A');
    const head = ground.git('rev-parse', 'HEAD');
    const name = join(ground.objects, 'pack/pack');
    ground.input(['pack-objects', '-q', '--index-version=1', name], `${ground.blob}\n${head}\n`);
    ground.git('prune-packed', '-q');
    await scene.erase();
    expect(scene.scan().findings).toEqual([]);
    expect(ground.git('cat-file', '-t', head)).toBe('commit');
    scene.expectSound();
  });

  it('whose index is damaged stops everything before anything is destroyed', async () => {
    const scene = await clean();
    const { ground } = scene;
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    ground.git('repack', '-adq');
    const [pack = ''] = ground.packs();
    const index = pack.replace(/pack$/, 'idx');
    const bytes = readFileSync(index);
    chmodSync(index, 0o644);
    writeFileSync(index, bytes.subarray(0, 1100));
    const objectsStep = scene.git.eraser.steps.find(({ name }) => name === 'objects');
    await expect(objectsStep?.run(scene.target)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    writeFileSync(index, bytes);
    expect(ground.git('cat-file', '-t', ground.blob)).toBe('blob');
  });

  it('that holds nothing else goes, with every other copy: packed twice, and loose', async () => {
    const scene = await clean();
    const { ground } = scene;
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    ground.input(['pack-objects', '-q', join(ground.objects, 'pack/pack')], `${ground.blob}\n`);
    const head = ground.git('rev-parse', 'HEAD');
    ground.input(['pack-objects', '-q', join(ground.objects, 'pack/pack')], `${ground.blob}\n${head}\n`);
    expect(ground.packed()).toHaveLength(2);
    await scene.erase();
    expect(ground.packs()).toHaveLength(1);
    expect(scene.scan().findings).toEqual([]);
    scene.expectSound();
  });

  it('from a promisor is reported: what it holds would come back', async () => {
    const scene = await clean();
    const { ground } = scene;
    ground.input(['hash-object', '-w', '--stdin'], ground.content);
    ground.input(['pack-objects', '-q', join(ground.objects, 'pack/pack')], `${ground.blob}\n`);
    ground.git('prune-packed', '-q');
    const [pack = ''] = ground.packs();
    writeFileSync(pack.replace(/pack$/, 'promisor'), '');
    await scene.erase();
    expect(existsSync(pack)).toBe(true);
    expect(await scene.survey()).toContainEqual({
      place: 'pack',
      where: `objects/pack/${pack.split('/').at(-1) ?? ''}`,
      owner: 'git',
      note: 'comes from a promisor, and would come back',
    });
  });

  it('in the middle of a delta chain leaves the rest of the chain whole', async () => {
    const scene = await clean();
    const { ground } = scene;
    const versions = Array.from({ length: 12 }, (_, index) =>
      ground.input(['hash-object', '-w', '--stdin'], ground.neighbour.repeat(3) + `version ${index}\n`),
    );
    const middle = `${ground.neighbour.repeat(3)}KEY=${'x'.repeat(30)}\n`;
    const blob = ground.input(['hash-object', '-w', '--stdin'], middle);
    const ids = [...versions.slice(0, 6), blob, ...versions.slice(6)];
    ground.input(
      ['pack-objects', '-q', '--depth=50', join(ground.objects, 'pack/pack')],
      ids.map((id) => `${id} same/path\n`).join(''),
    );
    ground.git('prune-packed', '-q');
    const target = { contents: [{ blob, bytes: Buffer.from(middle) }], salts: [], replacements: new Map() };
    for (const step of scene.git.eraser.steps) await step.run(target);
    expect(ground.succeeds('cat-file', '-e', blob)).toBe(false);
    for (const [index, id] of versions.entries()) {
      expect(ground.git('cat-file', 'blob', id)).toContain(`version ${index}`);
    }
    ground.git('fsck', '--full', '--strict', '--no-dangling', '--no-progress');
  });
});

describe('what git derives', () => {
  it('is made anew in its own form: a graph in a chain with changed paths, bitmaps, lists for plain files', async () => {
    const scene = await clean();
    const { ground } = scene;
    ground.git('update-ref', 'refs/heddle/threads/work', ground.commitHolding());
    ground.git('repack', '-adq');
    ground.git('commit-graph', 'write', '--reachable', '--changed-paths', '--split');
    ground.git('multi-pack-index', 'write', '--bitmap');
    ground.git('update-server-info');
    ground.git('update-ref', '-d', 'refs/heddle/threads/work');
    const done = await scene.erase();
    expect(done).toContain('the commit graph, made anew');
    expect(done).toContain('the multi-pack index, made anew');
    expect(scene.scan().findings).toEqual([]);
    const graphs = readdirSync(join(ground.objects, 'info/commit-graphs'));
    expect(graphs.filter((name) => name.endsWith('.graph'))).toHaveLength(1);
    ground.git('commit-graph', 'verify');
    ground.git('multi-pack-index', 'verify');
    expect(readdirSync(join(ground.objects, 'pack')).filter((name) => name.endsWith('.bitmap'))).toHaveLength(
      1,
    );
    const [pack = ''] = ground.packs();
    expect(readFileSync(join(ground.objects, 'info/packs'), 'utf8')).toContain(pack.split('/').at(-1));
    scene.expectSound();
  });

  it('is found to be stale where the step is left out: a graph names what is gone', async () => {
    const scene = await clean();
    const { ground } = scene;
    ground.git('update-ref', 'refs/heddle/threads/work', ground.commitHolding());
    ground.git('commit-graph', 'write', '--reachable');
    ground.git('update-ref', '-d', 'refs/heddle/threads/work');
    await scene.erase({ without: 'derived' });
    expect(await scene.survey()).toContainEqual({
      place: 'derived',
      where: 'objects/info/commit-graph',
      owner: 'heddle',
      note: 'names objects that are gone',
    });
    await scene.erase();
    expect(await scene.survey()).toEqual([]);
  });
});

function objectsIn(times: Buffer): number {
  return (times.length - 12 - 40) / 4;
}
