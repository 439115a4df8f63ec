import { resolve, join } from 'node:path';
import type { Residue } from '#domain/results/removal-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { keepStored } from '#git/erase/reach/reachable.ts';
import { takeInventory, type Inventory } from '#git/erase/store/inventory.ts';
import { readSmallFile } from '#git/private-file.ts';

const LARGEST_LIST = 1024 * 1024;
const DEEPEST = 5;

/** Other object directories that this clone borrows from, where they hold one of the blobs. They are not touched. */
export async function surveyAlternates(
  { runner, objectsDir, idBytes }: EraseGround,
  inventory: Inventory,
  blobs: ReadonlySet<ObjectId>,
): Promise<readonly Residue[]> {
  const where = 'objects/info/alternates';
  const lent = listAlternates(objectsDir).some((directory) =>
    holds(takeInventory(directory, idBytes), blobs),
  );
  if (lent) {
    const note = 'another repository’s objects, which this one borrows';
    return [{ place: 'alternate', where, owner: 'git', note }];
  }
  // Git may still reach it in a way of its own, such as through a link.
  const elsewhere = holds(inventory, blobs) ? [] : await keepStored(runner, [...blobs]);
  const note = 'stands where git finds it and heddle does not look';
  return elsewhere.length === 0 ? [] : [{ place: 'alternate', where: 'objects', owner: 'git', note }];
}

function holds({ loose, packs }: Inventory, blobs: ReadonlySet<ObjectId>): boolean {
  return (
    [...blobs].some((id) => loose.has(id)) || packs.some(({ ids }) => [...blobs].some((id) => ids.has(id)))
  );
}

/** Every object directory that one borrows from, directly or not. */
function listAlternates(objectsDir: string): readonly string[] {
  const found = new Set<string>();
  let level = [objectsDir];
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const next = level.flatMap((directory) => readAlternates(directory)).filter((path) => !found.has(path));
    for (const path of next) found.add(path);
    level = next;
  }
  return [...found];
}

function readAlternates(objectsDir: string): readonly string[] {
  const list = readSmallFile(join(objectsDir, 'info', 'alternates'), LARGEST_LIST);
  if (list === undefined) return [];
  return Buffer.from(list)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => resolve(objectsDir, line.replace(/^"(.*)"$/, '$1')));
}
