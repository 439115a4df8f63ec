import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { HeddleError } from '#domain/error.ts';
import { instantWords } from '#domain/time.ts';
import type { RandomBytes } from '#ports/platform.ts';
import type { LockFiles } from './lock-files.ts';
import type { LockHolder } from './lock-record.ts';

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/** Tries until the lock is held. Throws `LOCK_HELD` where a live holder keeps it for longer than `waitMs`. */
export async function waitForLock(
  files: LockFiles,
  { random, waitMs }: { readonly random: RandomBytes; readonly waitMs: number },
): Promise<void> {
  const deadline = performance.now() + waitMs;
  let pause = FIRST_PAUSE_MS;
  let holder: LockHolder | undefined;
  try {
    for (;;) {
      const attempt = files.attempt();
      if (attempt.kind === 'held') return;
      if (attempt.kind === 'blocked') holder = attempt.by;
      if (performance.now() >= deadline) throw lockHeld(files, holder, waitMs);
      // From 0.5 to 1.5, so that processes that wait do not wake together.
      await setTimeout(pause * (0.5 + (random(1)[0] ?? 0) / 256));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  } finally {
    files.forget();
  }
}

function lockHeld(files: LockFiles, holder: LockHolder | undefined, waitMs: number): HeddleError {
  const who =
    holder === undefined ? 'another process' : `process ${holder.pid}, since ${instantWords(holder.since)}`;
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
