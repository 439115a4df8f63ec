import type { Residue } from '#domain/results/removal-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { keepStored } from '#git/erase/reach/reachable.ts';
import { listAlternates } from '#git/erase/store/alternates.ts';
import { takeInventory, type Inventory } from '#git/erase/store/inventory.ts';

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
