import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import type { Variables } from '#platform/environment.ts';
import { cleanForeignText } from '#git/foreign-text.ts';
import { guardFiles } from '#git/private-file.ts';
import { GitRunner, LONG_DEADLINE_MS } from '#git/run.ts';
import { requireGit } from '#git/version/version.ts';
import { isFollowed, namesPassword } from './address.ts';
import { networkGround } from './network.ts';
import { refusedAddress, refusedPassword, remoteFailure } from './remote-failure.ts';

/** What is cloned, and where to. */
export interface CloneOrder {
  /** Where an address that is a relative path begins; absolute. */
  readonly from: string;
  readonly address: string;
  /** Absolute; nothing, or an empty directory, stands there. */
  readonly directory: string;
  readonly branch: string | null;
}

/** A clone that was made; `discard` takes everything of it away again. */
export interface MadeClone {
  readonly discard: () => void;
}

/**
 * `git clone`, of branches and tags alone, as the user has it configured; no hook runs. Throws `OUTPUT_EXISTS`,
 * `REMOTE_REFUSED`, `REMOTE_FAILED`, and leaves nothing behind then.
 */
export async function makeClone(inherited: Variables, order: CloneOrder): Promise<MadeClone> {
  const { from, address, directory, branch } = order;
  // There is no remote of a name yet: its address says which it was.
  const remote = cleanForeignText(Buffer.from(address));
  if (!isFollowed(address)) throw refusedAddress(remote);
  if (namesPassword(address)) throw refusedPassword(remote);
  const existed = requireFree(directory);
  const parent = dirname(directory);
  guardFiles(parent, () => mkdirSync(parent, { recursive: true }));
  const runner = new GitRunner(from, inherited);
  await requireGit(runner);
  const discard = (): void => takeAway(directory, existed);
  try {
    await runner.reaching(await networkGround(runner)).run({
      args: [
        'clone',
        '--quiet',
        '--origin',
        'origin',
        '--no-recurse-submodules',
        '--upload-pack',
        'git-upload-pack',
        ...(branch === null ? [] : [`--branch=${branch}`]),
        '--',
        address,
        directory,
      ],
      deadlineMs: LONG_DEADLINE_MS,
    });
    return { discard };
  } catch (error) {
    discard();
    throw remoteFailure(remote, error);
  }
}

/** Whether an empty directory stands there. */
function requireFree(directory: string): boolean {
  return guardFiles(directory, () => {
    if (!existsSync(directory)) return false;
    let names: readonly string[] | undefined;
    try {
      names = readdirSync(directory);
    } catch {
      names = undefined;
    }
    if (names?.length === 0) return true;
    throw new HeddleError('OUTPUT_EXISTS', 'something is there already', {
      facts: { path: directory },
      preserved: 'nothing was changed',
    });
  });
}

function takeAway(directory: string, existed: boolean): void {
  guardFiles(directory, () => {
    if (!existsSync(directory)) return;
    const places = existed ? readdirSync(directory).map((name) => join(directory, name)) : [directory];
    for (const place of places) rmSync(place, { recursive: true, force: true, maxRetries: 3 });
  });
}
