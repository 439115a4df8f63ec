import { HeddleError } from '#domain/error.ts';
import type { RepositoryLock } from '#ports/log.ts';

/** The repository lock within one process: a queue, which gives up at once where `waits` is false. */
export function createMemoryLock({ waits = true }: { readonly waits?: boolean } = {}): RepositoryLock {
  let last: Promise<unknown> = Promise.resolve();
  let held = 0;
  let running = false;
  async function hold<T>(work: () => Promise<T>): Promise<T> {
    held += 1;
    const before = last;
    const run = async (): Promise<T> => {
      running = true;
      try {
        return await work();
      } finally {
        running = false;
      }
    };
    const mine = before.then(run, run);
    last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      held -= 1;
    }
  }
  return {
    async run(work) {
      if (!waits && held > 0) {
        throw new HeddleError('LOCK_HELD', 'the repository is locked', { preserved: 'nothing was changed' });
      }
      return hold(work);
    },
    async tryRun(work) {
      return held > 0 ? undefined : hold(work);
    },
    isHeld: () => running,
  };
}
