import type { PushTurn } from '#ports/server/push-turn.ts';

/** Turns that are taken and given back, one after another within one process. */
export function createMemoryTurn(): PushTurn & { readonly isTaken: () => boolean } {
  let taken = false;
  return {
    begin: async () => {
      await Promise.resolve();
      if (taken) throw new Error('invariant: one push at a time');
      taken = true;
    },
    end: async () => {
      await Promise.resolve();
      taken = false;
    },
    isTaken: () => taken,
  };
}
