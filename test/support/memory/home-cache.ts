import type { HomeCache } from '#ports/home-cache.ts';

/** What was written, by replica; a test may write anything else there. */
export type MemoryHomeCache = HomeCache & { readonly texts: Map<string, Uint8Array> };

export function createMemoryHomeCache(): MemoryHomeCache {
  const texts = new Map<string, Uint8Array>();
  return {
    texts,
    isEmpty: async () => texts.size === 0,
    read: async (replica) => texts.get(replica),
    write: async (replica, bytes) => {
      texts.set(replica, bytes);
    },
  };
}
