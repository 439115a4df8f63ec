import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './measure.mjs';

/** Git with no hooks at all. */
const WITHOUT = ['-c', 'core.hooksPath=/dev/null'];

/**
 * Commits of one changed file in a clone: with heddle's hooks beside a hook that starts an empty Node, and, where all else
 * of heddle is gone from it, beside no hook: the first one, after which no hook is left, and those after it.
 */
export function hookLanes(stage, { heddle, ours, change }) {
  run(heddle('hook', 'install'));
  const { env } = heddle();
  const git = (...args) => ({ ...stage.git(ours, ...args), env });
  const empty = emptyHook(stage);
  const lane = (settings, before = () => undefined) => ({
    prepare: () => {
      before();
      change.heddle();
      run(git(...WITHOUT, 'add', '-A'));
    },
    commands: [git(...settings, 'commit', '-q', '-m', 'change')],
  });
  const [hooks, kept] = [join(ours, '.git', 'hooks'), stage.directory('kept-hooks')];
  const leave = () => {
    cpSync(hooks, kept, { recursive: true });
    rmSync(join(ours, '.git', 'heddle'), { recursive: true });
  };
  const putBack = () => cpSync(kept, hooks, { recursive: true });
  return {
    installed: { heddle: lane([]), git: lane(['-c', `core.hooksPath=${empty}`]) },
    leave,
    leftFirst: { heddle: lane([], putBack), git: lane(WITHOUT) },
    left: { heddle: lane([]), git: lane(WITHOUT) },
  };
}

function emptyHook(stage) {
  const directory = stage.directory('empty-hook');
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'pre-commit');
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' -e 0\n`);
  chmodSync(path, 0o755);
  return directory;
}
