import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import { isRealDirectory, isRealFile, listNames } from './real-files.ts';
import { openPackIds, type PackIds } from '#git/erase/ids/pack-ids.ts';
import { PageCache } from '#git/erase/ids/paged-file.ts';
import { SortedIds } from '#git/erase/ids/sorted-ids.ts';

/** One pack that git uses: it has an index. */
export interface StoredPack {
  /** File name without its ending, such as `pack-….`. */
  readonly name: string;
  /** Path without the ending. */
  readonly path: string;
  /** Endings of the files that are there, `.pack` and `.idx` among them. */
  readonly endings: ReadonlySet<string>;
  readonly ids: PackIds;
}

/** What stands in one object directory, alternates aside, at one moment. */
export interface Inventory {
  readonly loose: SortedIds;
  readonly packs: readonly StoredPack[];
}

/** Lists every object of an object directory, from the names of files and the indexes of packs. */
export function takeInventory(objectsDir: string, idBytes: number): Inventory {
  const cache = new PageCache();
  if (!isRealDirectory(objectsDir)) return { loose: SortedIds.of([], idBytes, cache), packs: [] };
  return {
    loose: SortedIds.of(eachLoose(objectsDir, idBytes), idBytes, cache),
    packs: listPacks(join(objectsDir, 'pack'), idBytes, cache),
  };
}

/** Where a loose object is. */
export function loosePath(objectsDir: string, id: ObjectId): string {
  return join(objectsDir, id.slice(0, 2), id.slice(2));
}

function* eachLoose(objectsDir: string, idBytes: number): Generator<Buffer> {
  const rest = new RegExp(`^[0-9a-f]{${2 * idBytes - 2}}$`);
  for (const first of listNames(objectsDir)) {
    if (!/^[0-9a-f]{2}$/.test(first) || !isRealDirectory(join(objectsDir, first))) continue;
    const names = listNames(join(objectsDir, first)).filter((name) => rest.test(name));
    yield Buffer.from(names.map((name) => first + name).join(''), 'hex');
  }
}

function listPacks(directory: string, idBytes: number, cache: PageCache): readonly StoredPack[] {
  if (!isRealDirectory(directory)) return [];
  const endings = new Map<string, Set<string>>();
  for (const name of listNames(directory)) {
    const dot = name.lastIndexOf('.');
    if (dot <= 0) continue;
    const stem = name.slice(0, dot);
    endings.set(stem, (endings.get(stem) ?? new Set()).add(name.slice(dot)));
  }
  return [...endings].flatMap(([name, found]) => {
    const path = join(directory, name);
    if (!found.has('.pack') || !found.has('.idx') || !isRealFile(`${path}.pack`)) return [];
    // Another git may take a pack away between listing and reading it.
    const ids = openPackIds(`${path}.idx`, idBytes, cache);
    return ids === undefined ? [] : [{ name, path, endings: found, ids }];
  });
}
