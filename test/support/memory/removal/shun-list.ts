import { joinShunLists, shunKey, type ShunEntry } from '#domain/removal/shun-codec.ts';
import type { ShunList, ShunMemory, ShunnedDigest } from '#ports/removal.ts';

/** A clone's shun list without a disk; `file` is what lies in the repository, and may be taken away. */
export interface MemoryShunList extends ShunList {
  file: readonly ShunEntry[];
  home: readonly ShunEntry[];
}

/** A clone's shun list without a disk. */
export function createMemoryShunList(): MemoryShunList {
  const list: MemoryShunList = {
    file: [],
    home: [],
    async read() {
      const known = new Set(list.file.map(shunKey));
      const taken = list.home.filter((entry) => !known.has(shunKey(entry)));
      return joinShunLists<ShunnedDigest>(
        list.file,
        taken.map((entry) => ({ ...entry, taken: true })),
      );
    },
    async add(added) {
      list.file = joinShunLists(list.file, added);
      list.home = joinShunLists(list.home, added);
    },
    async drop(tombstone) {
      const stays = (entry: ShunEntry): boolean => entry.tombstone !== tombstone;
      list.file = list.file.filter(stays);
      list.home = list.home.filter(stays);
    },
    async mend() {
      list.file = joinShunLists(list.file, list.home);
    },
  };
  return list;
}

/** What a home remembers of one list. */
export function createMemoryShunMemory(): ShunMemory {
  let held: readonly ShunEntry[] | undefined;
  return {
    read: async () => held,
    write: async (entries) => {
      held = entries;
    },
  };
}
