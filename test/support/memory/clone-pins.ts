import type { ClonePin, ClonePins } from '#ports/home-cache.ts';

/** What a home knows of a clone, without a disk. */
export function createMemoryPins(): ClonePins {
  let known: ClonePin | undefined;
  return {
    read: async () => known,
    write: async (pin) => {
      known = structuredClone(pin);
    },
  };
}
