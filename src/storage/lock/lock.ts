import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { formatHex } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { currentProcess } from '#platform/process-identity.ts';
import type { RepositoryLock } from '#ports/log.ts';
import type { Clock, RandomBytes } from '#ports/platform.ts';
import { LockFiles } from './lock-files.ts';
import type { LockHolder } from './lock-record.ts';

/** A purge looks at everything that a clone keeps, and nobody who captures beside it is to fail for that. */
const WAIT_MS = 120_000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;
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

  constructor(directory: string, options: LockOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const files = new LockFiles(this.#directory, this.#holder());
    await this.#acquire(files, this.#options.waitMs ?? WAIT_MS);
    return runHeld(files, work);
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
    return attempt.kind === 'held' ? runHeld(files, work) : undefined;
  }

  async #acquire(files: LockFiles, waitMs: number): Promise<void> {
    const deadline = performance.now() + waitMs;
    let pause = FIRST_PAUSE_MS;
    let holder: LockHolder | undefined;
    try {
      for (;;) {
        const attempt = files.attempt();
        if (attempt.kind === 'held') return;
        if (attempt.kind === 'blocked') holder = attempt.by;
        if (performance.now() >= deadline) throw lockHeld(files, holder, waitMs);
        await setTimeout(pause * this.#jitter());
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    } finally {
      files.forget();
    }
  }

  #holder(): LockHolder {
    const { clock, random } = this.#options;
    return { ...currentProcess(), nonce: formatHex(random(NONCE_BYTES)), since: clock.now() };
  }

  /** From 0.5 to 1.5, so that processes that wait do not wake together. */
  #jitter(): number {
    return 0.5 + (this.#options.random(1)[0] ?? 0) / 256;
  }
}

async function runHeld<T>(files: LockFiles, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    release(files);
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

function lockHeld(files: LockFiles, holder: LockHolder | undefined, waitMs: number): HeddleError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid}, since ${holder.since}`;
  return new HeddleError('LOCK_HELD', `the repository is locked by ${who}`, {
    facts: {
      path: files.lockPath,
      pid: holder?.pid ?? null,
      since: holder?.since ?? null,
      place: holder?.place ?? null,
      waitedMs: waitMs,
    },
    preserved: 'nothing was changed',
  });
}
