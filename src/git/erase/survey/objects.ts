import type { Residue } from '#domain/results/removal-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Erasable } from '#ports/removal.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { Lookalike } from '#git/erase/lookalike.ts';
import { blobIds } from '#git/erase/needles.ts';
import { findClosure } from '#git/erase/reach/closure.ts';
import { findOperations, type Operations } from '#git/erase/reach/operations.ts';
import { listPseudoRefs } from '#git/erase/reach/pseudo-refs.ts';
import { findReachable, numbersOf } from '#git/erase/reach/reachable.ts';
import { listReflogs, isStashLog, readReflog } from '#git/erase/reach/reflogs.ts';
import { strongRoots } from '#git/erase/reach/roots.ts';
import { isPromised } from '#git/erase/steps/packs.ts';
import { nameLog, namesDoomed } from '#git/erase/steps/reflogs.ts';
import type { Inventory } from '#git/erase/store/inventory.ts';
import { IdSet } from '#git/erase/ids/id-numbers.ts';
import type { IdCollection } from '#git/erase/ids/object-ids.ts';
import type { SeenObject } from '#git/erase/store/read-objects.ts';
import { surveyAlternates } from './alternates.ts';
import { surveyHolders } from './holders.ts';
import { surveySimilar } from './similar.ts';

/** Objects that hold it, by where they are stored, and everything that keeps one of them alive. */
export async function surveyObjects(ground: EraseGround, target: Erasable): Promise<readonly Residue[]> {
  const blobs = blobIds(target);
  const lookalike = new Lookalike(target);
  const roots = await strongRoots(ground);
  const numbers = numbersOf(ground);
  const found = new IdSet(numbers);
  const similar = new IdSet(numbers);
  let naming = 0;
  const replacements = new Set(target.replacements.values());
  const look = ({ id, kind, hits, content }: SeenObject): void => {
    if (blobs.has(id) || hits.content || hits.trace) found.add(id);
    else if (hits.named) naming += 1;
    else if (
      kind === 'blob' &&
      content !== undefined &&
      !replacements.has(id) &&
      lookalike.resembles(content)
    ) {
      similar.add(id);
    }
  };
  const closure = await findClosure(ground, target, { roots, look });
  const reached = [...found].filter((id) => closure.reachable.has(id));
  // Only what is reachable at all is worth finding out by what.
  const held = reached.length === 0 ? new IdSet(numbers) : await findHeld(ground, { roots, reached, blobs });
  return [
    ...surveyStores(closure.inventory, found, held),
    ...(await surveyHolders(ground, target, reached)),
    ...surveyLogs(ground, closure.doomed, await findOperations(ground)),
    ...(await surveyAlternates(ground, closure.inventory, blobs)),
    ...(await surveySimilar(ground, similar)),
    ...tellNames(naming),
  ];
}

/**
 * What Git keeps when heddle is through: what its own refs and HEADs reach, and of its indexes all but the removed blobs
 * themselves, since their entries go with these.
 */
async function findHeld(
  ground: EraseGround,
  {
    roots,
    reached,
    blobs,
  }: {
    readonly roots: readonly ObjectId[];
    readonly reached: readonly ObjectId[];
    readonly blobs: ReadonlySet<ObjectId>;
  },
): Promise<IdSet> {
  const without = 'refs/heddle/*';
  const held = await findReachable(ground, roots, { without, indexes: 'leave-out' });
  const others = reached.filter((id) => !blobs.has(id) && !held.has(id));
  if (others.length === 0) return held;
  const indexed = await findReachable(ground, roots, { without });
  for (const id of others) if (indexed.has(id)) held.add(id);
  return held;
}

/** Notes on it, messages that quote it: nobody gets the content back from those, but a guess of it can be tested. */
function tellNames(naming: number): readonly Residue[] {
  if (naming === 0) return [];
  const note = `its id stands in ${countNote(naming)}: notes, messages`;
  return [{ place: 'similar', where: 'objects', owner: 'git', note }];
}

function surveyStores(
  { loose, packs }: Inventory,
  found: IdCollection,
  held: IdCollection,
): readonly Residue[] {
  const residue: Residue[] = [];
  for (const owner of ['heddle', 'git'] as const) {
    const ids = [...found].filter((id) => held.has(id) === (owner === 'git'));
    const count = ids.filter((id) => loose.has(id)).length;
    if (count > 0) residue.push({ place: 'loose-object', where: 'objects', owner, note: countNote(count) });
    for (const pack of packs) {
      const inPack = ids.filter((id) => pack.ids.has(id)).length;
      if (inPack === 0) continue;
      const where = `objects/pack/${pack.name}.pack`;
      residue.push({
        place: 'pack',
        where,
        owner: isPromised(pack) ? 'git' : owner,
        note: isPromised(pack) ? 'comes from a promisor, and would come back' : countNote(inPack),
      });
    }
  }
  return residue;
}

function countNote(count: number): string {
  return count === 1 ? '1 object' : `${count} objects`;
}

function surveyLogs(ground: EraseGround, doomed: IdCollection, operations: Operations): readonly Residue[] {
  const logs = listReflogs(ground)
    .filter((log) => !isStashLog(log))
    .flatMap((log): readonly Residue[] => {
      const count = readReflog(log.path).filter((line) => namesDoomed(line, doomed)).length;
      if (count === 0) return [];
      return [
        {
          place: 'reflog',
          where: nameLog(ground, log),
          owner: 'heddle',
          note: count === 1 ? '1 entry' : `${count} entries`,
        },
      ];
    });
  const pseudo = listPseudoRefs(ground, operations)
    .filter(({ ids }) => ids.some((id) => doomed.has(id)))
    .map(({ where }): Residue => ({ place: 'pseudo-ref', where, owner: 'heddle', note: null }));
  return [...logs, ...pseudo];
}
