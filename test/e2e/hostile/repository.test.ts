import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { story } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { copyTree } from '../../support/run/tree.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().withDev();
});
afterEach(() => stage.dispose());

describe('a repository that somebody else prepared', () => {
  it.each(['', 'tmp', 'oplog', 'chains', 'threads', 'authority', 'quarantine', 'runs'])(
    'reaches no directory outside by a link in the place of heddle/%s',
    async (name) => {
      const outside = stage.beside('precious');
      const inside = join(stage.path, '.git', 'heddle', name);
      if (existsSync(inside)) copyTree(inside, outside);
      else mkdirSync(outside);
      writeFileSync(join(outside, 'letter.txt'), 'keep me\n');
      // What heddle would take for its own, and clear away.
      if (name === '') {
        rmSync(join(outside, 'index'), { recursive: true, force: true });
        writeFileSync(join(outside, 'index'), 'keep me\n');
      }
      rmSync(inside, { recursive: true, force: true });
      symlinkSync(outside, inside);
      const before = readdirSync(outside, { recursive: true, encoding: 'utf8' }).toSorted((a, b) =>
        a < b ? -1 : 1,
      );
      stage.write('src/a.ts', 'one\n');
      const run = await stage.dev.run(['capture', '--json']);
      expect(run.exit, story(run)).not.toBe(0);
      expect(
        readdirSync(outside, { recursive: true, encoding: 'utf8' }).toSorted((a, b) => (a < b ? -1 : 1)),
      ).toEqual(before);
      expect(run.stderr).toContain('"FORMAT_INVALID"');
    },
  );

  it('makes no worktree on this machine from an unfinished line of its log', async () => {
    const target = stage.beside('autostart');
    await stage.dev.ok(['start', 'task/evil', '--worktree', target]);
    stage.git('worktree', 'remove', '--force', target);
    const replica = stage.logFiles().find((path) => readFileSync(path, 'utf8').includes('dev@example.com'));
    rmSync(join(String(replica), '..', 'applied'));
    const copy = stage.beside('copy');
    copyTree(stage.path, copy);
    const victim = stage.person('victim');
    await victim.run(['start', 'task/mine'], { cwd: copy });
    await stage.owner.run(['start', 'task/mine'], { cwd: copy });
    expect(existsSync(target)).toBe(false);
  });

  it('is not found by way of a Git directory among its files', async () => {
    const trap = join(stage.path, 'docs');
    copyTree(join(stage.path, '.git'), trap);
    stage.git('config', '--file', join(trap, 'config'), 'core.bare', 'false');
    stage.git('config', '--file', join(trap, 'config'), 'core.worktree', '..');
    const run = await stage.dev.run(['status', '--json'], { cwd: trap });
    expect(run.exit, story(run)).toBe(78);
    expect(run.stderr).toContain('"GIT_UNSUPPORTED"');
  });

  it('does not share the Git directory of another repository that does not know it', async () => {
    const other = stage.beside('other');
    stage.git('init', '-q', other);
    writeFileSync(join(other, '.git', 'commondir'), `${join(stage.path, '.git')}\n`);
    const run = await stage.dev.run(['status', '--json'], { cwd: other });
    expect(run.exit, story(run)).toBe(78);
    expect(run.stderr).toContain('"GIT_UNSUPPORTED"');
  });

  it('keeps working where its Git directory stands elsewhere', async () => {
    const moved = stage.beside('moved.git');
    renameSync(join(stage.path, '.git'), moved);
    writeFileSync(join(stage.path, '.git'), `gitdir: ${moved}\n`);
    await stage.dev.ok(['status']);
    mkdirSync(join(stage.path, 'below'));
    await stage.dev.ok(['status'], { cwd: join(stage.path, 'below') });
  });
});
