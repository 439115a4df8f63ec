import { join } from 'node:path';
import {
  decodeShunList,
  encodeShunList,
  joinShunLists,
  LARGEST_SHUN_LIST,
  shunKey,
  type ShunEntry,
} from '#domain/removal/shun-codec.ts';
import type { ShunList, ShunMemory, ShunnedDigest } from '#ports/removal.ts';
import { assertRealDirectories, DurableFiles, readBounded } from './durable-file.ts';

const OWNER_ONLY = 0o600;

/**
 * Opens a clone's shun list. A missing list is an empty one; a damaged one throws `FORMAT_INVALID` or
 * `FORMAT_UNKNOWN` and is never written over. What the home remembers counts where the file lacks it: whoever can write
 * the repository can take the file away. Writers need the repository lock.
 */
export function openShunList(commonDir: string, memory: ShunMemory): ShunList {
  const root = join(commonDir, 'heddle');
  const path = join(root, 'shun.json');
  const files = new DurableFiles(join(root, 'tmp'));
  const write = (entries: readonly ShunEntry[]): void => {
    assertRealDirectories([root, join(root, 'tmp')]);
    files.replace(path, encodeShunList(entries), OWNER_ONLY);
  };
  const widen = (present: readonly ShunEntry[], added: readonly ShunEntry[]): void => {
    const joined = joinShunLists(present, added);
    if (joined.length > present.length) write(joined);
  };
  return {
    async read() {
      const [here, remembered] = [readFile(path), await memory.read()];
      const known = new Set(here.map(shunKey));
      const taken = (remembered ?? []).filter((entry) => !known.has(shunKey(entry)));
      return joinShunLists<ShunnedDigest>(
        here,
        taken.map((entry) => ({ ...entry, taken: true })),
      );
    },
    async add(added) {
      const present = readFile(path);
      const remembered = (await memory.read()) ?? present;
      await memory.write(joinShunLists(remembered, added));
      widen(present, added);
    },
    async drop(tombstone) {
      const present = readFile(path);
      const kept = present.filter((entry) => entry.tombstone !== tombstone);
      if (kept.length < present.length) write(kept);
      const remembered = (await memory.read()) ?? [];
      const still = remembered.filter((entry) => entry.tombstone !== tombstone);
      if (still.length < remembered.length) await memory.write(still);
    },
    async mend() {
      const present = readFile(path);
      const remembered = await memory.read();
      if (remembered !== undefined) widen(present, remembered);
      else if (present.length > 0) await memory.write(present);
    },
  };
}

function readFile(path: string): readonly ShunEntry[] {
  const bytes = readBounded(path, LARGEST_SHUN_LIST);
  return bytes === undefined ? [] : decodeShunList(bytes);
}
