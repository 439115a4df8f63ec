import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './measure.mjs';

/** Git with no hooks at all. */
const WITHOUT = ['-c', 'core.hooksPath=/dev/null'];

/**
 * Commits of one changed file in a clone with heddle's hooks, which stay, beside a hook that starts an empty Node: with
 * the note of what was allowed before, and without it.
 */
export function hookLanes(stage, clones) {
  run(clones.heddle('hook', 'install'));
  const lane = laneMaker(stage, clones);
  const git = lane(['-c', `core.hooksPath=${emptyHook(stage)}`]);
  const forget = () => rmSync(join(clones.ours, '.git', 'heddle', 'hook-standing'), { force: true });
  return {
    installed: { heddle: lane([]), git },
    asked: { heddle: lane([], forget), git },
  };
}

/**
 * The same where all else of heddle is gone from the clone, beside no hook: the first commit, after which no hook is
 * left, and those after it.
 */
export function leftHookLanes(stage, clones) {
  const { ours } = clones;
  const lane = laneMaker(stage, clones);
  const [hooks, kept] = [join(ours, '.git', 'hooks'), stage.directory('kept-hooks')];
  cpSync(hooks, kept, { recursive: true });
  rmSync(join(ours, '.git', 'heddle'), { recursive: true });
  const putBack = () => cpSync(kept, hooks, { recursive: true });
  return {
    first: { heddle: lane([], putBack), git: lane(WITHOUT) },
    later: { heddle: lane([]), git: lane(WITHOUT) },
  };
}

function laneMaker(stage, { heddle, ours, change }) {
  const { env } = heddle();
  const git = (...args) => ({ ...stage.git(ours, ...args), env });
  return (settings, before = () => undefined) => ({
    prepare: () => {
      before();
      change.heddle();
      run(git(...WITHOUT, 'add', '-A'));
    },
    commands: [git(...settings, 'commit', '-q', '-m', 'change')],
  });
}

function emptyHook(stage) {
  const directory = stage.directory('empty-hook');
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'pre-commit');
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' -e 0\n`);
  chmodSync(path, 0o755);
  return directory;
}
