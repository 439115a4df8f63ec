import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleProgram, type BundledProgram } from '../support/bundle-program.ts';
import { EraseScene } from '../support/repositories/erase-scene.ts';
import { runProgram, sweep } from '../support/kill-sweep.ts';
import { PLANTS } from '../support/plant/plants.ts';

let program: BundledProgram;
beforeAll(async () => {
  program = await bundleProgram(new URL('../support/programs/erase.ts', import.meta.url));
});
afterAll(() => program.remove());

const PLANTED = [
  'lost-found',
  'a pack behind a multi-pack-index with a bitmap, and a commit-graph',
  'a loose object',
  'a temporary object',
  'a temporary pack',
  "the main worktree's index",
  "a linked worktree's index",
  'resolve-undo',
  'an untracked file in an older stash',
  'a reflog',
  'ORIG_HEAD',
  'FETCH_HEAD',
  'a commit that nothing reaches',
];

it('killed at any step or git child, an erasure loses no stash, and the next one finishes it', async () => {
  const scene = await EraseScene.planted(...PLANTS.filter(({ name }) => PLANTED.includes(name)));
  const { repository } = scene.ground;
  repository.git('pack-refs', '--all');
  const file = join(repository.root, 'target.json');
  writeFileSync(file, scene.targetAsJson());
  const git = (...argv: readonly string[]): string => repository.git(...argv);
  const stashes = git('stash', 'list', '--format=%gs');
  const branches = git('for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads');
  const run = { argv: [program.path, file], cwd: repository.path, env: repository.env };
  const locks = (): readonly string[] =>
    readdirSync(join(repository.path, '.git'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.lock'),
    );
  const report = await sweep({
    ...run,
    root: repository.root,
    check: async () => {
      expect(git('stash', 'list', '--format=%gs')).toBe(stashes);
      for (let index = 0; index < stashes.split('\n').length; index += 1) {
        git('rev-list', '--objects', `stash@{${index}}`);
      }
      expect(git('for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads')).toBe(branches);
      const again = await runProgram(run);
      expect(again).toMatchObject({ code: 0, stdout: '0 left\n' });
      // Beside the target, which stands in a file here.
      const left = scene.scan().findings.filter(({ file: path }) => !path.endsWith('target.json'));
      expect(left).toEqual([]);
      expect(git('fsck', '--full', '--strict', '--no-dangling', '--no-progress')).toBe('');
      expect(git('stash', 'list', '--format=%gs')).toBe(stashes);
      expect(locks()).toEqual([]);
    },
  });
  expect(report.counted.steps.length).toBeGreaterThan(60);
  expect(report.counted.git.length).toBeGreaterThan(40);
}, 3_600_000);
