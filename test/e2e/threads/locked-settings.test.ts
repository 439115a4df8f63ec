import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
});
afterAll(() => stage.dispose());

it('a worktree waits for whoever changes the settings of the repository, and nothing else does', async () => {
  const lock = join(stage.path, '.git/config.lock');
  writeFileSync(lock, '');
  const before = stage.footprint();
  const start = ['start', 'task/other', '--worktree', stage.beside('other')];
  const { exit, stderr } = await stage.dev.run(start);
  expect({ exit, stderr }).toMatchObject({ exit: 75, stderr: expect.stringContaining(lock) });
  expect(stderr).toContain('nothing was changed');
  expect(stage.footprint()).toEqual(before);
  stage.write('a', 'a\n');
  await stage.dev.ok(['capture', '-m', 'Meanwhile']);
  rmSync(lock);
  await stage.dev.ok(start);
  expect(stage.git('-C', stage.beside('other'), 'config', 'core.hooksPath')).toBe(
    join(stage.path, '.git/hooks'),
  );
  // Settings are let differ by now: nothing more is changed.
  writeFileSync(lock, '');
  await stage.dev.ok(['start', 'task/third', '--worktree', stage.beside('third')]);
});
