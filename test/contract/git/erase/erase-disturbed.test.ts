import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openGit, type GitRepository } from '#git/repository.ts';
import type { Eraser } from '#ports/removal.ts';
import { EraseScene } from '../../../support/repositories/erase-scene.ts';

let opened: GitRepository | undefined;
afterEach(() => opened?.close());

/** The content in a pack with other things, and an eraser whose git does something else the first time it packs. */
async function disturbed(
  script: (scene: EraseScene) => string,
): Promise<{ scene: EraseScene; eraser: Eraser }> {
  const scene = await EraseScene.make();
  const { ground } = scene;
  const { repository } = ground;
  repository.remove('config');
  ground.git('update-ref', 'refs/heddle/threads/work', ground.commitHolding());
  ground.git('repack', '-adq');
  ground.git('update-ref', '-d', 'refs/heddle/threads/work');
  const directory = ground.beside('bin');
  mkdirSync(directory);
  const path = repository.env['PATH'] ?? '';
  const wrapper = [
    '#!/bin/sh',
    `PATH='${path}'; export PATH`,
    `if [ ! -e '${directory}/done' ]; then case " $* " in *" pack-objects "*) : > '${directory}/done'`,
    script(scene),
    ';; esac; fi',
    'exec git "$@"',
  ];
  writeFileSync(join(directory, 'git'), `${wrapper.join('\n')}\n`);
  chmodSync(join(directory, 'git'), 0o755);
  const env = { ...repository.env, PATH: [directory, path].join(delimiter) };
  opened = await openGit(repository.path, env);
  return { scene, eraser: opened.eraser };
}

const runAll = async ({ scene, eraser }: { scene: EraseScene; eraser: Eraser }): Promise<void> => {
  for (const step of eraser.steps) await step.run(scene.target);
};

describe('while packs are written', () => {
  it('what somebody takes up again is kept, whole', async () => {
    const found = await disturbed(({ ground }) => {
      const [commit = ''] = ground
        .git('cat-file', '--batch-all-objects', '--batch-check=%(objecttype) %(objectname)')
        .split('\n')
        .filter((line) => line.startsWith('commit '))
        .map((line) => line.slice('commit '.length))
        .filter((id) => ground.git('ls-tree', '-r', id).includes(ground.blob));
      return `git update-ref refs/heads/again ${commit}`;
    });
    await runAll(found);
    const { scene } = found;
    expect(scene.ground.git('ls-tree', '-r', 'again')).toContain(scene.ground.blob);
    expect((await scene.survey()).map(({ where }) => where)).toContain('refs/heads/again');
    scene.expectSound();
  });

  it('a pack that another git takes away changes nothing in the end', async () => {
    const found = await disturbed(() => 'git repack -adq < /dev/null');
    await runAll(found);
    expect(found.scene.scan().findings).toEqual([]);
    found.scene.expectSound();
  });

  it('a pack is kept where one of its other objects was not taken over', async () => {
    const found = await disturbed(() => 'head -n 2 | git "$@"; exit $?');
    const { ground } = found.scene;
    const packs = ground.packs();
    await expect(runAll(found)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });
    for (const pack of packs) expect(existsSync(pack)).toBe(true);
    ground.git('fsck', '--full', '--strict', '--no-dangling', '--no-progress');
    // The next one has an honest git.
    await found.scene.erase();
    expect(found.scene.scan().findings).toEqual([]);
    found.scene.expectSound();
  });

  it('a git that fails leaves all packs where they are', async () => {
    const found = await disturbed(() => 'exit 3');
    const { ground } = found.scene;
    const packs = ground.packs();
    await expect(runAll(found)).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(ground.packs()).toEqual(packs);
  });
});
