import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { formatHex } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { identifyProcess, type ProcessIdentity } from '#platform/process-identity.ts';
import type { Clock, RandomBytes } from '#ports/platform.ts';
import type { PushTurn } from '#ports/server/push-turn.ts';
import { guardIo, unlessMissing } from '#storage/durable-file.ts';
import { LockFiles } from './lock-files.ts';
import { readLock } from './lock-record.ts';
import { waitForLock } from './wait.ts';

/** A push may bring a lot, and whoever comes second is better served late than refused. */
const WAIT_MS = 120_000;
const NONCE_BYTES = 16;

export interface TurnOptions {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** The git that runs the hook. */
  readonly git: number;
  /** How long `begin` waits; two minutes unless given. */
  readonly waitMs?: number;
}

/**
 * The turn of one push as the lock `<common dir>/heddle/receiving/lock`, whose holder is not this process but the git that
 * started it: a hook ends before git moves anything.
 */
export function openPushTurn(commonDir: string, options: TurnOptions): PushTurn {
  const directory = join(commonDir, 'heddle', 'receiving');
  return {
    async begin() {
      const { clock, random, git, waitMs = WAIT_MS } = options;
      const holder = { ...requireGit(git), nonce: formatHex(random(NONCE_BYTES)), since: clock.now() };
      await waitForLock(new LockFiles(directory, holder), { random, waitMs });
    },
    async end() {
      const path = join(directory, 'lock');
      const git = identifyProcess(options.git);
      await Promise.resolve();
      guardIo(path, () => {
        const holder = readLock(path)?.holder;
        if (git === undefined || holder === undefined || !isSame(git, holder)) return;
        unlessMissing(() => unlinkSync(path));
      });
    },
  };
}

/** Whose git was killed has been given to the first process of all, which would hold the turn for ever. */
function requireGit(pid: number): ProcessIdentity {
  const git = pid > 1 ? identifyProcess(pid) : undefined;
  if (git !== undefined) return git;
  throw new HeddleError('GIT_FAILED', 'the git that ran this hook is gone', {
    facts: { pid },
    preserved: 'nothing was accepted',
  });
}

function isSame(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return (
    one.boot === other.boot &&
    one.place === other.place &&
    one.pid === other.pid &&
    one.started === other.started
  );
}
