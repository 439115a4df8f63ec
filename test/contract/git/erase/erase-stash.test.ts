import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EraseScene } from '../../../support/repositories/erase-scene.ts';

/** Three stashes, newest first: staged and untracked, one that holds it, one that has nothing to do with it. */
async function stashed(): Promise<EraseScene> {
  const scene = await EraseScene.make();
  const { ground } = scene;
  const { repository } = ground;
  repository.write('README', 'other work\n');
  ground.git('stash', 'push', '-q', '-m', 'other work');
  repository.write('config/key.env', ground.content);
  ground.git('stash', 'push', '-qu', '-m', 'untracked, with it');
  repository.write('README', 'staged\n');
  repository.write('staged.env', ground.content);
  ground.git('add', 'README', 'staged.env');
  repository.write('README', 'changed after that\n');
  ground.git('stash', 'push', '-q', '-m', 'staged, with it');
  return scene;
}

const list = (scene: EraseScene): string => scene.ground.git('stash', 'list', '--format=%gd %gs %an %at %ae');

describe('stashes', () => {
  it('keep their order, messages, authors and everything else, with the replacement in its place', async () => {
    const scene = await stashed();
    const { ground } = scene;
    const before = list(scene);
    const untouched = ground.git('rev-parse', 'stash@{2}');
    expect(await scene.erase()).toContainEqual('2 stash entries, rebuilt without it');
    expect(list(scene)).toBe(before);
    expect(ground.git('rev-parse', 'stash@{2}')).toBe(untouched);
    expect(scene.scan().findings).toEqual([]);
    scene.expectSound();
    expect(ground.git('rev-parse', 'refs/stash')).toBe(ground.git('rev-parse', 'stash@{0}'));
    ground.git('stash', 'pop', '-q', '--index');
    expect(ground.git('show', ':README')).toBe('staged');
    expect(readFileSync(join(ground.repository.path, 'README'), 'utf8')).toBe('changed after that\n');
    expect(readFileSync(join(ground.repository.path, 'staged.env'), 'utf8')).toBe('redacted hr-example\n');
    ground.git('reset', '-q', '--hard');
    ground.git('stash', 'pop', '-q');
    expect(readFileSync(join(ground.repository.path, 'config/key.env'), 'utf8')).toBe(
      'redacted hr-example\n',
    );
    ground.git('stash', 'pop', '-q');
    expect(readFileSync(join(ground.repository.path, 'README'), 'utf8')).toBe('other work\n');
    expect(ground.git('stash', 'list')).toBe('');
  });

  it('are rebuilt where refs are packed, and where the newest one’s own file is gone', async () => {
    const scene = await stashed();
    const { ground } = scene;
    const before = list(scene);
    ground.git('pack-refs', '--all');
    expect(readFileSync(join(ground.gitDirectory, 'packed-refs'), 'utf8')).toContain(
      `${ground.git('rev-parse', 'refs/stash')} refs/stash`,
    );
    await scene.erase();
    expect(list(scene)).toBe(before);
    expect(scene.scan().findings).toEqual([]);
    expect(ground.git('rev-parse', 'refs/stash')).toBe(ground.git('rev-parse', 'stash@{0}'));
    scene.expectSound();
  });

  it('are left as they are where the commit that they stand on holds it at the same path, and that is said', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    const { repository } = ground;
    repository.commit('holds it');
    repository.write('README', 'work\n');
    repository.write('copy.env', ground.content);
    ground.git('stash', 'push', '-qu', '-m', 'on top of it');
    const before = ground.git('rev-parse', 'stash@{0}^1', 'stash@{0}^2', 'stash@{0}^{tree}');
    ground.git('reset', '-q', '--hard', 'HEAD~1');
    await scene.erase();
    // Applying it must not turn what the base has into a change; the untracked copy is another matter.
    expect(ground.git('rev-parse', 'stash@{0}^1', 'stash@{0}^2', 'stash@{0}^{tree}')).toBe(before);
    expect(ground.git('show', 'stash@{0}^3:copy.env')).toBe('redacted hr-example');
    const residue = await scene.survey();
    expect(residue).toContainEqual({
      place: 'ref',
      where: 'refs/stash',
      owner: 'git',
      note: 'by the commit that a stash was made on',
    });
    expect(residue.filter(({ place }) => place === 'stash')).toEqual([]);
  });

  it('lose a signature that would not hold any more, and no other line', async () => {
    const scene = await EraseScene.make();
    const { ground } = scene;
    ground.git('add', 'config/key.env');
    ground.git('stash', 'push', '-q', '-m', 'signed');
    const raw = ground.git('cat-file', 'commit', 'stash@{0}');
    const signed = raw.replace(
      '\n\n',
      '\nencoding latin1\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----\n\n',
    );
    const id = ground.input(['hash-object', '-t', 'commit', '-w', '--stdin'], `${signed}\n`);
    const log = join(ground.gitDirectory, 'logs/refs/stash');
    writeFileSync(log, readFileSync(log, 'utf8').replace(ground.git('rev-parse', 'refs/stash'), id));
    ground.git('update-ref', 'refs/stash', id);
    writeFileSync(log, readFileSync(log, 'utf8').split('\n').slice(0, 1).join('\n') + '\n');
    await scene.erase();
    const rebuilt = ground.git('cat-file', 'commit', 'refs/stash');
    const line = (text: string): readonly string[] =>
      text.split('\n').filter((word) => !/^(?:tree|parent) /.test(word));
    expect(line(rebuilt)).toEqual(line(raw.replace('\n\n', '\nencoding latin1\n\n')));
    scene.expectSound();
  });
});
