import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './measure.mjs';

/** Git with no hooks at all. */
const WITHOUT = ['-c', 'core.hooksPath=/dev/null'];

/**
 * Commits of one changed file in a clone: with heddle's hooks beside a hook that starts an empty Node, and, where the
 * clone's record of them is gone, beside no hook.
 */
export function hookLanes(stage, { heddle, ours, change }) {
  run(heddle('hook', 'install'));
  const { env } = heddle();
  const git = (...args) => ({ ...stage.git(ours, ...args), env });
  const empty = emptyHook(stage);
  const lane = (settings) => ({
    prepare: () => {
      change.heddle();
      run(git(...WITHOUT, 'add', '-A'));
    },
    commands: [git(...settings, 'commit', '-q', '-m', 'change')],
  });
  return {
    installed: { heddle: lane([]), git: lane(['-c', `core.hooksPath=${empty}`]) },
    leave: () => rmSync(join(ours, '.git', 'heddle', 'hooks.json'), { force: true }),
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
