import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RewriteScene } from '../../../support/repositories/rewrite-scene.ts';

const SIGNATURE = ['-----BEGIN PGP SIGNATURE-----', '', 'bm90IG9uZQ==', '-----END PGP SIGNATURE-----'].join(
  '\n',
);
const folded = (text: string): string => text.split('\n').join('\n ');

/** The commit as it has to be: another tree, other parents, nothing else. */
function expectOnlyIdsChanged(scene: RewriteScene, id: string, without = ''): void {
  const next = scene.now(id);
  const tree = scene.git('rev-parse', `${next}^{tree}`);
  const expected = scene
    .followed(scene.raw('commit', id).replace(without, ''))
    .replace(/^tree [0-9a-f]{40}/, `tree ${tree}`);
  expect(scene.raw('commit', next)).toBe(expected);
}

describe('commits that are rewritten', () => {
  it('keep every byte but ids and signatures: dates, encodings, NULs, other headers, no message at all', async () => {
    const scene = await RewriteScene.make();
    const people =
      'author J\xf6rg <j@example.com> 1700000000 +1345\ncommitter nobody <> 1 -0001\nencoding ISO-8859-1\nx-other one\n two';
    const tree = scene.git('rev-parse', `${scene.holding}^{tree}`);
    const head = `tree ${tree}\nparent ${scene.holding}\n${people}`;
    const odd = [
      scene.rawCommit('odd/latin', `${head}\n\nGr\xfc\xdfe \xff\xfe\n\n\ntrailing  \n\n`),
      scene.rawCommit('odd/nul', `${head}\n\nbefore\0after\r\nand more`),
      scene.rawCommit('odd/empty', `${head}\n\n`),
      scene.rawCommit('odd/none', `${head}\n`),
    ];
    const signature = `\ngpgsig ${folded(SIGNATURE)}`;
    const signed = scene.rawCommit('odd/signed', `${head}${signature}\n\nsigned \xe9\n`);
    const report = await scene.rewrite();
    for (const id of odd) expectOnlyIdsChanged(scene, id);
    expectOnlyIdsChanged(scene, signed, signature);
    expect(report).toMatchObject({ commits: 6, unsigned: 1, signedCommits: [{ commit: signed }] });
  });

  it('keep the order of their parents, and those that do not hold it keep their ids', async () => {
    const scene = await RewriteScene.make();
    const side = scene.rawCommit('side', `${scene.header(scene.clean)}\n\nside\n`);
    const other = scene.rawCommit('other', `${scene.header(side)}\n\nother\n`);
    const octopus = scene.rawCommit('octopus', `${scene.header(other, scene.holding, side)}\n\noctopus\n`);
    const report = await scene.rewrite();
    expectOnlyIdsChanged(scene, octopus);
    expect(scene.git('rev-parse', 'octopus^1', 'octopus^2', 'octopus^3').split('\n')).toEqual([
      other,
      scene.now(scene.holding),
      side,
    ]);
    expect(scene.git('rev-parse', 'side', 'other')).toBe(`${side}\n${other}`);
    expect(report.refs).toEqual(['refs/heads/main', 'refs/heads/octopus']);
    expect(scene.git('rev-parse', `${scene.now(scene.holding)}^`)).toBe(scene.clean);
  });

  it('lose an embedded tag of a commit that is replaced, and no other', async () => {
    const scene = await RewriteScene.make();
    const tag = (id: string): string =>
      `\nmergetag object ${id}\n type commit\n tag v1\n tagger T <t@example.com> 1 +0000\n \n text\n ${folded(SIGNATURE)}`;
    const side = scene.rawCommit('side', `${scene.header(scene.clean)}\n\nside\n`);
    const head = scene.header(scene.holding, side);
    const merge = scene.rawCommit('merge', `${head}${tag(scene.holding)}${tag(side)}\n\nmerge\n`);
    await scene.rewrite();
    expectOnlyIdsChanged(scene, merge, tag(scene.holding));
    expect(scene.raw('commit', scene.now(merge))).toContain(`mergetag object ${side}`);
  });

  it('name the commits in whose place others stand by these, whole and abbreviated', async () => {
    const scene = await RewriteScene.make();
    const short = scene.holding.slice(0, 9);
    const text = `Reverts ${scene.holding}, and ${short}. Not ${'0'.repeat(40)}, nor x${short}`;
    const revert = scene.rawCommit('main', `${scene.header(scene.holding)}\n\n${text}\n`);
    await scene.rewrite();
    const now = scene.now(scene.holding);
    expect(scene.raw('commit', scene.now(revert))).toContain(
      `Reverts ${now}, and ${now.slice(0, 9)}. Not ${'0'.repeat(40)}, nor x${short}\n`,
    );
  });
});

describe('trees that are rewritten', () => {
  it('keep names, modes, links, submodules and everything that is not the content, wherever it stood', async () => {
    const scene = await RewriteScene.make();
    const { ground } = scene.scene;
    const { repository } = ground;
    repository.oddNames();
    repository.executable('bin/run', ground.content);
    repository.write('deep/er/key.ts', ground.content);
    repository.write('deep/er/other.ts', 'other\r\n');
    ground.git('add', '-A');
    ground.git('commit', '-q', '-m', 'odd');
    const submodule = repository.submodule('sub');
    ground.git('commit', '-q', '-m', 'submodule', '--allow-empty');
    const list = (): readonly string[] =>
      repository.gitBytes(repository.path, ['ls-tree', '-r', '-z', 'main']).toString('latin1').split('\0');
    const before = list();
    await scene.rewrite();
    const after = list();
    const changed = before.flatMap((line, index) => (line === after[index] ? [] : [after[index]]));
    expect(after).toHaveLength(before.length);
    expect(changed.map((line) => line?.replace(/[0-9a-f]{40}/, 'id'))).toEqual([
      '100755 blob id\tbin/run',
      '100644 blob id\tconfig/key.env',
      '100644 blob id\tdeep/er/key.ts',
    ]);
    expect(ground.git('show', 'main:deep/er/key.ts')).toBe('removed key.ts');
    expect(submodule).not.toBe('');
  });
});

describe('refs', () => {
  it('all move together: branches, remote-tracking ones, tags of every kind, replacements, detached HEADs', async () => {
    const scene = await RewriteScene.make();
    const { ground } = scene.scene;
    const { holding } = scene;
    ground.git('update-ref', 'refs/remotes/origin/main', holding);
    ground.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
    ground.git('tag', 'light', holding);
    const tag = (name: string, object: string, kind: string): void => {
      const text = `object ${object}\ntype ${kind}\ntag ${name}\ntagger T <t@example.com> 1 +0530\n\nof \xe9\n${SIGNATURE}\n`;
      const id = ground.input(
        ['hash-object', '-t', 'tag', '-w', '--literally', '--stdin'],
        Buffer.from(text, 'latin1'),
      );
      ground.git('update-ref', `refs/tags/${name}`, id);
    };
    tag('signed', holding, 'commit');
    tag('of-tag', ground.git('rev-parse', 'refs/tags/signed'), 'tag');
    tag('of-tree', ground.git('rev-parse', `${holding}^{tree}`), 'tree');
    tag('of-blob', ground.blob, 'blob');
    tag('other', scene.clean, 'commit');
    ground.git('update-ref', `refs/replace/${holding}`, scene.clean);
    const other = ground.git('rev-parse', 'refs/tags/other');
    const linked = ground.linkedWorktree();
    const report = await scene.rewrite();
    const now = scene.now(holding);
    for (const ref of ['main', 'origin/main', 'origin/HEAD', 'light', 'signed^{}', 'of-tag^{commit}']) {
      expect(ground.git('--no-replace-objects', 'rev-parse', ref), ref).toBe(now);
    }
    expect(linked.git('rev-parse', 'HEAD')).toBe(now);
    expect(scene.raw('tag', 'signed')).toBe(
      `object ${now}\ntype commit\ntag signed\ntagger T <t@example.com> 1 +0530\n\nof \xe9\n`,
    );
    expect(ground.git('cat-file', 'blob', 'of-blob^{blob}')).toMatch(/^removed/);
    expect(ground.git('show', 'of-tree^{tree}:config/key.env')).toBe('removed key.env');
    expect(ground.git('rev-parse', 'refs/tags/other')).toBe(other);
    expect(ground.git('rev-parse', `refs/replace/${now}`)).toBe(scene.clean);
    expect(ground.git('for-each-ref', `refs/replace/${holding}`)).toBe('');
    expect(report.signedTags).toEqual(
      ['of-blob', 'of-tag', 'of-tree', 'signed'].map((name) => `refs/tags/${name}`),
    );
    expect(report.worktrees).toContainEqual({ directory: linked.path, ref: null });
  });

  it('of notes lead to the new commits, and to their ids in the notes', async () => {
    const scene = await RewriteScene.make();
    const { ground } = scene.scene;
    ground.git('notes', 'add', '-m', `about ${scene.holding}`, scene.holding);
    ground.git('notes', 'add', '-m', 'about the clean one', scene.clean);
    const report = await scene.rewrite();
    const now = scene.now(scene.holding);
    expect(ground.git('notes', 'show', now)).toBe(`about ${now}`);
    expect(ground.git('notes', 'show', scene.clean)).toBe('about the clean one');
    expect(ground.git('notes', 'list').split('\n')).toHaveLength(2);
    expect(report.notes).toBe(1);
  });

  it('and stashes stay what they are: untracked files, order, messages; a second time nothing is left to do', async () => {
    const scene = await RewriteScene.make();
    const { ground } = scene.scene;
    ground.repository.write('README', 'work\n');
    ground.repository.write('new.txt', 'untracked\n');
    ground.git('stash', 'push', '-qu', '-m', 'work');
    ground.repository.write('README', 'newer\n');
    ground.git('stash', 'push', '-q');
    const report = await scene.rewrite();
    expect(report.stashes).toBe(2);
    const now = scene.now(scene.holding);
    expect(ground.git('rev-parse', 'stash@{0}^1', 'stash@{1}^1')).toBe(`${now}\n${now}`);
    expect(ground.git('stash', 'list', '--format=%gs').split('\n')).toEqual([
      `WIP on main: ${now.slice(0, 7)} holds it`,
      'On main: work',
    ]);
    expect(await scene.rewrite()).toMatchObject({ commits: 0, refs: [], stashes: 0 });
    ground.git('reset', '-q', '--hard');
    ground.git('stash', 'drop', '-q');
    ground.git('stash', 'pop', '-q');
    expect(readFileSync(join(ground.repository.path, 'new.txt'), 'utf8')).toBe('untracked\n');
  });

  it('lead nowhere near the bytes once the eraser was there, and everything is sound', async () => {
    const scene = await RewriteScene.make();
    const { ground } = scene.scene;
    ground.git('tag', '-a', 'v1', '-m', 'v1');
    ground.git('gc', '-q');
    ground.repository.write('README', 'work\n');
    ground.git('commit', '-qam', 'on top');
    await scene.rewrite();
    await scene.scene.erase();
    ground.repository.remove('config');
    expect(scene.scene.scan().findings).toEqual([]);
    scene.scene.expectSound();
  });

  it('stay where a trial looks at them, and where somebody else moved one of them meanwhile', async () => {
    const scene = await RewriteScene.make();
    const { ground } = scene.scene;
    ground.git('branch', 'second');
    const before = ground.git('for-each-ref');
    const objects = ground.git('count-objects', '-v');
    expect(await scene.scene.git.rewriter.preview(scene.rewriting)).toMatchObject({ commits: 1 });
    expect(ground.git('for-each-ref')).toBe(before);
    expect(ground.git('count-objects', '-v')).toBe(objects);
    const rewriting = scene.scene.git.rewriter.rewrite(scene.rewriting, async () => {
      ground.git('update-ref', 'refs/heads/second', scene.clean);
    });
    await expect(rewriting).rejects.toMatchObject({ code: 'REF_MOVED', facts: { ref: 'refs/heads/second' } });
    expect(ground.git('rev-parse', 'main')).toBe(scene.holding);
    expect(ground.git('for-each-ref', '--format=%(refname)')).toBe(before.replaceAll(/^\S+ \S+\t/gm, ''));
  });
});

describe('history that cannot be gone through', () => {
  const kinds = async (scene: RewriteScene): Promise<readonly string[]> =>
    (await scene.scene.git.rewriter.obstacles(scene.rewriting)).map(({ kind }) => kind);

  it('is named: shallow, partial, with grafts', async () => {
    const scene = await RewriteScene.make();
    const { ground } = scene.scene;
    expect(await kinds(scene)).toEqual([]);
    ground.write(join(ground.gitDirectory, 'info', 'grafts'), `${scene.holding}\n`);
    expect(await kinds(scene)).toEqual(['grafts']);
    ground.write(join(ground.gitDirectory, 'info', 'grafts'), '# nothing\n');
    ground.git('config', 'remote.origin.promisor', 'true');
    expect(await kinds(scene)).toEqual(['partial']);
    ground.git('config', '--unset', 'remote.origin.promisor');
    ground.write(join(ground.gitDirectory, 'shallow'), `${scene.clean}\n`);
    expect(await kinds(scene)).toEqual(['shallow']);
  });

  it('is named where an unfinished operation, or a ref of one worktree, needs it as it is', async () => {
    const scene = await RewriteScene.make();
    const { ground } = scene.scene;
    ground.git('update-ref', 'refs/worktree/mine', scene.holding);
    expect(await kinds(scene)).toEqual(['worktree-ref']);
    ground.git('update-ref', '-d', 'refs/worktree/mine');
    scene.rawCommit('side', `${scene.header(scene.holding)}\n\nside\n`);
    ground.git('merge', '-q', '--no-commit', '--no-ff', 'side');
    expect(new Set(await kinds(scene))).toEqual(new Set(['operation']));
    ground.git('merge', '--abort');
    expect(await kinds(scene)).toEqual([]);
  });
});
