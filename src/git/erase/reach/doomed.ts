import type { Erasable } from '#ports/removal.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { readDoomed, writeDoomed } from '#git/erase/journal.ts';
import type { Inventory } from '#git/erase/store/inventory.ts';
import { IdSet } from '#git/erase/ids/id-numbers.ts';
import type { IdCollection } from '#git/erase/ids/object-ids.ts';
import { findClosure } from './closure.ts';
import { reachableFrom } from './known-reach.ts';
import { allRoots } from './roots.ts';

/** What of the store is to be evicted, written down before the first of it goes. */
export interface Eviction {
  readonly inventory: Inventory;
  readonly doomed: IdCollection;
}

/**
 * Finds what nothing holds any more, together with what a killed eviction had not come to. Durable on return, so that
 * the rest is found when what it stands on is gone already.
 */
export async function planEviction(ground: EraseGround, target: Erasable): Promise<Eviction> {
  const { inventory, reachable, doomed } = await findClosure(ground, target, {
    roots: await allRoots(ground),
  });
  const all = new IdSet(reachable.numbers, doomed);
  for (const id of readDoomed(ground)) if (!reachable.has(id)) all.add(id);
  if (all.size > 0) writeDoomed(ground, all);
  return { inventory, doomed: all };
}

/** Tells whether something that was to go has come to be needed since. */
export async function isNeededAgain(ground: EraseGround, doomed: IdCollection): Promise<boolean> {
  const reachable = await reachableFrom(ground, await allRoots(ground));
  for (const id of doomed) if (reachable.has(id)) return true;
  return false;
}
