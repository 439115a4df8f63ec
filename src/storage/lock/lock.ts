import { join } from 'node:path';
import { formatHex } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { currentProcess } from '#platform/process-identity.ts';
import type { RepositoryLock } from '#ports/log.ts';
import type { Clock, RandomBytes } from '#ports/platform.ts';
import { LockFiles } from './lock-files.ts';
import type { LockHolder } from './lock-record.ts';
import { waitForLock } from './wait.ts';

/** A purge looks at everything that a clone keeps, and nobody who captures beside it is to fail for that. */
const WAIT_MS = 120_000;
const NONCE_BYTES = 16;

export interface LockOptions {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** How long `run` waits for a live holder; two minutes unless given. */
  readonly waitMs?: number;
}

/**
 * Opens the lock `<common dir>/heddle/lock`, one for all worktrees of a clone. It is not reentrant: a `run`
 * inside a `run` waits for itself until it fails.
 */
export function openRepositoryLock(commonDir: string, options: LockOptions): RepositoryLock {
  return openLock(join(commonDir, 'heddle'), options);
}

/** The same for one directory below it, which is independent of the repository's. */
export function openLock(directory: string, options: LockOptions): RepositoryLock {
  return new DiskRepositoryLock(directory, options);
}

class DiskRepositoryLock implements RepositoryLock {
  readonly #directory: string;
  readonly #options: LockOptions;
  #held = false;

  constructor(directory: string, options: LockOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const files = new LockFiles(this.#directory, this.#holder());
    const { random, waitMs = WAIT_MS } = this.#options;
    await waitForLock(files, { random, waitMs });
    return this.#runHeld(files, work);
  }

  async tryRun<T>(work: () => Promise<T>): Promise<T | undefined> {
    const files = new LockFiles(this.#directory, this.#holder());
    let attempt;
    try {
      do attempt = files.attempt();
      while (attempt.kind === 'retry');
    } finally {
      files.forget();
    }
    return attempt.kind === 'held' ? this.#runHeld(files, work) : undefined;
  }

  isHeld(): boolean {
    return this.#held;
  }

  async #runHeld<T>(files: LockFiles, work: () => Promise<T>): Promise<T> {
    this.#held = true;
    try {
      return await work();
    } finally {
      this.#held = false;
      release(files);
    }
  }

  #holder(): LockHolder {
    const { clock, random } = this.#options;
    return { ...currentProcess(), nonce: formatHex(random(NONCE_BYTES)), since: clock.now() };
  }
}

function release(files: LockFiles): void {
  try {
    files.release();
  } catch (error) {
    // The work is done and must not be reported as failed: a lock that stays is taken over from the dead.
    if (!(error instanceof HeddleError)) throw error;
  }
}
