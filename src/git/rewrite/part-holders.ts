import type { ObjectId } from '#ports/objects.ts';
import type { Rewriting } from '#ports/removal/rewriting.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { Needles } from '#git/erase/needles.ts';
import { findBelow, numbersOf } from '#git/erase/reach/reachable.ts';
import { takeInventory } from '#git/erase/store/inventory.ts';
import { readObjects } from '#git/erase/store/read-objects.ts';
import { isForeign, type Roots } from './roots.ts';

/** Objects that hold a part among other things. */
export interface PartHolders {
  readonly blobs: ReadonlySet<ObjectId>;
  /** Commits and tags. */
  readonly texts: ReadonlySet<ObjectId>;
}

/**
 * Looks through every object of this clone for parts that go. What only sets of heddle's own reach is left out: their
 * records are signed, and have a way of their own.
 */
export async function findPartHolders(
  ground: EraseGround,
  { parts, blobs }: Rewriting,
  { refs }: Pick<Roots, 'refs'>,
): Promise<PartHolders> {
  const held = { blobs: new Set<ObjectId>(), texts: new Set<ObjectId>() };
  if (parts.length === 0) return held;
  const { runner, objectsDir, idBytes } = ground;
  const inventory = takeInventory(objectsDir, idBytes);
  await readObjects({ runner, objectsDir, inventory, numbers: numbersOf(ground) }, () => true, {
    needles: Needles.ofParts(parts),
    see: ({ id, kind, hits }) => {
      if (!hits.content) return;
      if (kind === 'blob' && !blobs.has(id)) held.blobs.add(id);
      if (kind === 'commit' || kind === 'tag') held.texts.add(id);
    },
  });
  if (held.blobs.size + held.texts.size === 0) return held;
  const foreign = refs.filter(({ name }) => isForeign(name)).map(({ id }) => id);
  for (const id of await findBelow(ground, foreign)) {
    held.blobs.delete(id);
    held.texts.delete(id);
  }
  return held;
}
