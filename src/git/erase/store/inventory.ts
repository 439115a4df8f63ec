import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import { isRealDirectory, isRealFile, listNames } from '#git/erase/ground.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';
import { ObjectIds, type IdCollection } from './object-ids.ts';
import { PackIds } from './pack-ids.ts';

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
  readonly loose: IdCollection;
  readonly packs: readonly StoredPack[];
}

/** Lists every object of an object directory, from the names of files and the indexes of packs. */
export function takeInventory(objectsDir: string, idBytes: number): Inventory {
  if (!isRealDirectory(objectsDir)) return { loose: new ObjectIds(), packs: [] };
  return { loose: listLoose(objectsDir, idBytes), packs: listPacks(join(objectsDir, 'pack'), idBytes) };
}

/** Where a loose object is. */
export function loosePath(objectsDir: string, id: ObjectId): string {
  return join(objectsDir, id.slice(0, 2), id.slice(2));
}

function listLoose(objectsDir: string, idBytes: number): IdCollection {
  const rest = new RegExp(`^[0-9a-f]{${2 * idBytes - 2}}$`);
  const loose = new ObjectIds();
  for (const first of listNames(objectsDir)) {
    if (!/^[0-9a-f]{2}$/.test(first) || !isRealDirectory(join(objectsDir, first))) continue;
    for (const name of listNames(join(objectsDir, first))) if (rest.test(name)) loose.add(first + name);
  }
  return loose;
}

function listPacks(directory: string, idBytes: number): readonly StoredPack[] {
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
    const bytes = readOrMissing(`${path}.idx`);
    return bytes === undefined
      ? []
      : [{ name, path, endings: found, ids: new PackIds(bytes, idBytes, `${path}.idx`) }];
  });
}

/** Another git may take a pack away between listing and reading it. */
function readOrMissing(path: string): Buffer | undefined {
  return guardFiles(path, () => {
    try {
      return readFileSync(path);
    } catch (cause) {
      if (failedWith(cause, 'ENOENT')) return undefined;
      throw cause;
    }
  });
}

/** What tells whether an object is in an inventory. */
export function memberOf({ loose, packs }: Inventory): (id: ObjectId) => boolean {
  return (id) => packs.some(({ ids }) => ids.has(id)) || loose.has(id);
}
