import type { ShunList, ShunnedDigest } from '#ports/removal.ts';

/** A clone's shun list without a disk. */
export function createMemoryShunList(): ShunList {
  const entries = new Map<string, ShunnedDigest>();
  return {
    read: async () =>
      [...entries].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([, entry]) => entry),
    async add(added) {
      for (const { digest, tombstone } of added) entries.set(`${digest} ${tombstone}`, { digest, tombstone });
    },
    async drop(tombstone) {
      for (const [key, entry] of entries) if (entry.tombstone === tombstone) entries.delete(key);
    },
  };
}
