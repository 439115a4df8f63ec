import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EraseScene } from '../../../support/repositories/erase-scene.ts';

const staged = (scene: EraseScene): string => scene.ground.git('ls-files', '-s', '-v');
const replacementOf = ({ target, ground }: EraseScene): string => target.replacements.get(ground.blob) ?? '';

/** The content is staged at some paths, and gone from the work tree. */
async function stage(...paths: readonly string[]): Promise<EraseScene> {
  const scene = await EraseScene.make();
  const { ground } = scene;
  ground.repository.remove('config');
  ground.input(['hash-object', '-w', '--stdin'], ground.content);
  for (const path of paths) {
    ground.git('update-index', '--add', '--cacheinfo', `100755,${ground.blob},${path}`);
  }
  return scene;
}

describe('an index', () => {
  it('gets the replacement at the same path, with mode and flags; all else stays, stat data too', async () => {
    const scene = await stage('a.env', 'b.env', 'odd\n\tname');
    const { ground } = scene;
    ground.repository.write('kept', 'kept\n');
    ground.git('add', 'kept');
    ground.git('update-index', '--assume-unchanged', 'a.env');
    ground.git('update-index', '--skip-worktree', 'b.env');
    const kept = ground.git('ls-files', '--debug', 'kept', 'README');
    const before = staged(scene);
    await scene.erase();
    expect(staged(scene)).toBe(before.replaceAll(ground.blob, replacementOf(scene)));
    expect(ground.git('ls-files', '--debug', 'kept', 'README')).toBe(kept);
    expect(scene.scan().findings).toEqual([]);
    scene.expectSound();
  });

  it('of version 4, and one that is split, is written whole, and nothing it shared is kept', async () => {
    for (const flags of [['--index-version', '4'], ['--split-index']]) {
      const scene = await stage('a.env');
      const { ground } = scene;
      ground.git('update-index', ...flags);
      const shared = (): readonly string[] =>
        readdirSync(ground.gitDirectory).filter((name) => name.startsWith('sharedindex.'));
      expect(shared()).toHaveLength(flags[0] === '--split-index' ? 1 : 0);
      expect((await scene.survey()).map(({ place }) => place)).toContain('index');
      await scene.erase();
      expect(shared()).toEqual([]);
      expect(staged(scene)).toContain(`${replacementOf(scene)} 0\ta.env`);
      expect(scene.scan().findings).toEqual([]);
      scene.expectSound();
    }
  });

  it('that is split and names it no more, but shares it, is written whole too', async () => {
    const scene = await stage('a.env');
    const { ground } = scene;
    ground.git('update-index', '--split-index');
    ground.git('update-index', '--force-remove', 'a.env');
    expect(staged(scene)).not.toContain(ground.blob);
    expect(await scene.survey()).toContainEqual(
      expect.objectContaining({ place: 'index', note: 'behind its entries' }),
    );
    await scene.erase();
    expect(scene.scan().findings).toEqual([]);
    scene.expectSound();
  });

  it('in the middle of a merge keeps the stages of a conflict apart', async () => {
    const scene = await stage();
    const { ground } = scene;
    const other = ground.input(['hash-object', '-w', '--stdin'], 'other\n');
    const stages = [1, 2, 3].map(
      (number) => `100644 ${number === 2 ? other : ground.blob} ${number}\tc.env\n`,
    );
    ground.input(['update-index', '--index-info'], stages.join(''));
    await scene.erase();
    expect(ground.git('ls-files', '-s', 'c.env')).toBe(
      stages.join('').trimEnd().replaceAll(ground.blob, replacementOf(scene)),
    );
    expect(scene.scan().findings).toEqual([]);
  });

  it('keeps what its own HEAD holds at the same path: that is Git history, and is said', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.repository.commit('holds it');
    ground.git('update-index', '--add', '--cacheinfo', `100644,${ground.blob},copy.env`);
    const status = ground.git('status', '--porcelain');
    await scene.erase();
    expect(ground.git('ls-files', '-s', 'config/key.env')).toContain(ground.blob);
    expect(ground.git('ls-files', '-s', 'copy.env')).toContain(replacementOf(scene));
    expect(ground.git('status', '--porcelain')).toBe(status);
    const residue = await scene.survey();
    expect(residue).toContainEqual({
      place: 'index',
      where: 'index',
      owner: 'git',
      note: 'its HEAD holds it at the same path',
    });
    expect(residue).toContainEqual({ place: 'ref', where: 'refs/heads/main', owner: 'git', note: null });
    expect(residue.filter(({ owner }) => owner === 'heddle')).toEqual([]);
    scene.expectSound();
  });

  it('before the first commit, and of a worktree whose directory is gone, is cleaned', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    const linked = ground.linkedWorktree();
    linked.git(
      'update-index',
      '--add',
      '--cacheinfo',
      `100644,${ground.input(['hash-object', '-w', '--stdin'], ground.content)},x`,
    );
    linked.git('symbolic-ref', 'HEAD', 'refs/heads/unborn');
    ground.repository.remove('config');
    ground.repository.remove(`../${linked.path.split('/').at(-1) ?? ''}`);
    expect(existsSync(linked.path)).toBe(false);
    await scene.erase();
    expect(scene.scan().findings).toEqual([]);
    expect(await scene.survey()).toEqual([]);
  });

  it('that somebody else writes meanwhile loses neither their change nor the replacement', async () => {
    const scene = await stage('a.env');
    const { ground } = scene;
    const lock = join(ground.gitDirectory, 'index.lock');
    writeFileSync(lock, '');
    setTimeout(() => {
      ground.repository.remove('.git/index.lock');
      ground.repository.write('theirs', 'theirs\n');
      ground.git('add', 'theirs');
    }, 300);
    await scene.erase();
    expect(staged(scene)).toContain('theirs');
    expect(staged(scene)).toContain(replacementOf(scene));
    expect(scene.scan().findings).toEqual([]);
  });

  it('is refused by name where another program keeps its lock, and nothing is changed', async () => {
    const scene = await stage('a.env');
    const { ground } = scene;
    const before = readFileSync(join(ground.gitDirectory, 'index'));
    writeFileSync(join(ground.gitDirectory, 'index.lock'), '');
    await expect(scene.erase()).rejects.toMatchObject({ code: 'LOCK_HELD' });
    expect(readFileSync(join(ground.gitDirectory, 'index'))).toEqual(before);
    expect(existsSync(join(ground.gitDirectory, 'index.lock'))).toBe(true);
    ground.repository.remove('.git/index.lock');
    await scene.erase();
    expect(scene.scan().findings).toEqual([]);
  }, 30_000);
});
