import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { HeddleError } from '#domain/error.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';
import type { GitRunner } from '#git/run.ts';

/**
 * Changes several settings of a configuration file in one step, with the lock that git takes for it: whoever reads it
 * finds all of them as they were, or all as they are. Throws `LOCK_HELD`.
 *
 * @param changes what `git config --file <file>` takes behind it.
 */
export async function changeConfig(
  runner: GitRunner,
  path: string,
  changes: readonly (readonly string[])[],
): Promise<void> {
  const target = guardFiles(path, () => realpathSync(path));
  const draft = `${target}.heddle`;
  const before = guardFiles(draft, () => {
    rmSync(draft, { force: true });
    copyFileSync(target, draft, constants.COPYFILE_EXCL);
    return readFileSync(draft);
  });
  try {
    for (const change of changes) await runner.run({ args: ['config', '--file', draft, ...change] });
    putInPlace(target, draft, before);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Git is kept out for no longer than this: one that is killed here leaves the lock, as a killed git does. */
function putInPlace(target: string, draft: string, before: Uint8Array): void {
  const lock = `${target}.lock`;
  guardFiles(lock, () => {
    try {
      copyFileSync(draft, lock, constants.COPYFILE_EXCL);
    } catch (cause) {
      throw failedWith(cause, 'EEXIST') ? held(lock) : cause;
    }
    try {
      if (!readFileSync(target).equals(before)) throw held(target);
      chmodSync(lock, statSync(target).mode & 0o777);
      const fd = openSync(lock, constants.O_RDONLY);
      fsyncSync(fd);
      closeSync(fd);
      renameSync(lock, target);
    } catch (cause) {
      rmSync(lock, { force: true });
      throw cause;
    }
  });
}

/** Throws `LOCK_HELD` where somebody changes a configuration file now, or was killed while they did. */
export function requireUnlocked(path: string): void {
  if (!existsSync(path)) return;
  const lock = `${guardFiles(path, () => realpathSync(path))}.lock`;
  if (existsSync(lock)) throw held(lock, { preserved: 'nothing was changed' });
}

function held(path: string, told: { readonly preserved?: string } = {}): HeddleError {
  return new HeddleError('LOCK_HELD', 'the configuration of the repository is being changed', {
    facts: {
      path,
      advice:
        'run it again when the git that changes it has ended; where none runs any more, delete that file',
    },
    ...told,
  });
}
