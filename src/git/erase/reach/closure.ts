import type { Erasable } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { blobIds, Needles } from '#git/erase/needles.ts';
import { takeInventory, type Inventory } from '#git/erase/store/inventory.ts';
import type { IdSet } from '#git/erase/ids/id-numbers.ts';
import { readObjects, type SeenObject } from '#git/erase/store/read-objects.ts';
import { reachableFrom } from './known-reach.ts';
import { startReading } from './memory.ts';
import { referencesOf } from './references.ts';

/** What has to go, and where it stands. */
export interface Closure {
  readonly inventory: Inventory;
  readonly reachable: IdSet;
  /**
   * Objects that hold a removed content or salt, and all that name one of those, however far above: none of them is
   * reachable, so nothing that stays names one of them.
   */
  readonly doomed: IdSet;
}

/**
 * The closure, if it can have anything to do with some ids: undefined where all of them are reachable. Spares reading
 * every unreachable object.
 */
export async function findClosureBehind(
  ground: EraseGround,
  target: Erasable,
  { roots, ids }: { readonly roots: readonly ObjectId[]; readonly ids: Iterable<ObjectId> },
): Promise<Closure | undefined> {
  const reachable = await reachableFrom(ground, roots);
  for (const id of ids) if (!reachable.has(id)) return findClosure(ground, target, { roots });
  return undefined;
}

/**
 * Finds the closure of what is to be erased among the objects that the roots do not reach.
 *
 * @param roots beside refs, HEADs and indexes, which always count.
 * @param look is shown every stored object then, the reachable ones too.
 */
export async function findClosure(
  ground: EraseGround,
  target: Erasable,
  { roots, look }: { readonly roots: Iterable<ObjectId>; readonly look?: (object: SeenObject) => void },
): Promise<Closure> {
  const { runner, objectsDir, idBytes, tell } = ground;
  // Listed first: what is written meanwhile is not in the list and is left alone.
  const inventory = takeInventory(objectsDir, idBytes);
  const reachable = await reachableFrom(ground, roots);
  // Whoever looks for what is left reads everything, whatever was read before.
  const reading =
    look === undefined ? ground.readings.of(target, reachable) : startReading(reachable.numbers);
  const { above, begin, read } = reading;
  const { numbers } = reachable;
  // One that only an alternate holds still dooms what names it here.
  for (const id of blobIds(target)) if (!reachable.has(id)) begin.add(id);
  await readObjects(
    { runner, objectsDir, inventory, numbers, tell },
    (id) => look !== undefined || !(reachable.has(id) || read.has(id)),
    {
      needles: Needles.inObjects(target),
      see: (object) => {
        look?.(object);
        const { id, kind, hits, content } = object;
        const own = numbers.of(id);
        if (reachable.hasNumber(own)) return;
        read.addNumber(own);
        if (hits.content || hits.trace) begin.addNumber(own);
        if (content === undefined) return;
        for (const named of referencesOf(kind, content, idBytes)) {
          const below = numbers.of(named);
          // What is reachable names nothing that is not; only the others can pull something along.
          if (!reachable.hasNumber(below)) above.add(below, own);
        }
      },
    },
  );
  return { inventory, reachable, doomed: above.climb(begin) };
}
