import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import type { Erasable } from '#ports/removal.ts';
import { syncDirectory } from '#git/erase/exchange-file.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory, isRealFile, listNames } from '#git/erase/store/real-files.ts';
import { dropOldPacks, readOldPacks, writeOldPacks, writeRemake } from '#git/erase/journal.ts';
import { isNeededAgain, planEviction } from '#git/erase/reach/doomed.ts';
import { prepareScratch } from '#git/erase/scratch.ts';
import { takeInventory, type StoredPack } from '#git/erase/store/inventory.ts';
import { writeSuccessors } from '#git/erase/store/new-pack.ts';
import { removeIfThere } from '#git/private-file.ts';
import { IdNumbers } from '#git/erase/ids/id-numbers.ts';
import type { IdCollection } from '#git/erase/ids/object-ids.ts';
import { eraseTemporaries } from './temporary-files.ts';

const ATTEMPTS = 5;
/** The index first: without it git does not look at the rest. */
const ENDINGS = ['.idx', '.pack', '.rev', '.bitmap', '.mtimes', '.keep', '.promisor'] as const;

/**
 * Rewrites every pack that holds something of the closure, `.keep` and cruft packs too: all else of it goes into a
 * new pack, durable and in place before the old one is deleted. Nothing is deleted that was not listed at the
 * beginning, nor anything whose other objects do not stand elsewhere.
 */
export async function erasePacked(ground: EraseGround, target: Erasable): Promise<readonly string[]> {
  await prepareScratch(ground);
  const earlier = [
    ...finishDeleting(ground, readOldPacks(ground)),
    ...(await eraseTemporaries(ground, target, 'pack')),
  ];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { inventory, doomed } = await planEviction(ground, target);
    const affected = inventory.packs.filter((pack) => holdsDoomed(pack, doomed) && !isPromised(pack));
    if (affected.length === 0) return earlier;
    if (!(await writeAll(ground, affected, doomed))) continue;
    // Writing took a while. What somebody needs again by now is still there, in the old packs.
    if (await isNeededAgain(ground, doomed)) continue;
    const names = new Set(affected.map(({ name }) => name));
    requireElsewhere(ground, affected, doomed);
    writeOldPacks(ground, names);
    return [...earlier, ...finishDeleting(ground, names)];
  }
  throw new HeddleError('REF_MOVED', 'what is to be destroyed keeps being taken up again', {
    preserved: 'the packs that hold it',
  });
}

/** False where another git took one of the packs away meanwhile: then all has changed. */
async function writeAll(
  ground: EraseGround,
  affected: readonly StoredPack[],
  doomed: IdCollection,
): Promise<boolean> {
  for (const pack of affected) {
    try {
      await writeSuccessors(ground, pack, doomed);
    } catch (error) {
      if (isRealFile(`${pack.path}.pack`)) throw error;
      return false;
    }
  }
  return true;
}

function holdsDoomed({ ids }: StoredPack, doomed: IdCollection): boolean {
  const [few, many] = doomed.size < ids.size ? [doomed, ids] : [ids, doomed];
  for (const id of few) if (many.has(id)) return true;
  return false;
}

/** What a partial clone got from its promisor comes back from there: such packs are reported, not rewritten. */
export function isPromised({ endings }: StoredPack): boolean {
  return endings.has('.promisor');
}

/** The last look before the point where something is destroyed. */
function requireElsewhere(ground: EraseGround, affected: readonly StoredPack[], doomed: IdCollection): void {
  const old = new Set(affected.map(({ name }) => name));
  const now = takeInventory(ground.objectsDir, ground.idBytes);
  const others = now.packs.filter(({ name }) => !old.has(name));
  const elsewhere = new IdNumbers([{ loose: now.loose, packs: others }]);
  for (const { ids, name } of affected) {
    for (const id of ids) {
      if (elsewhere.find(id) !== undefined || doomed.has(id)) continue;
      throw new HeddleError('OBJECT_CORRUPT', 'an object of a pack was not taken over', {
        facts: { object: id, pack: name },
        preserved: 'the pack',
      });
    }
  }
}

function finishDeleting(ground: EraseGround, names: ReadonlySet<string>): readonly string[] {
  const directory = join(ground.objectsDir, 'pack');
  if (names.size === 0 || !isRealDirectory(directory)) return [];
  // It names packs that go: git would look for objects there before it looks elsewhere.
  const multi = listNames(directory).filter(
    (name) => name.startsWith('multi-pack-index') && !name.endsWith('.lock'),
  );
  if (multi.length > 0) {
    const bitmap = multi.some((name) => name.endsWith('.bitmap'));
    writeRemake(ground, ['multi-pack-index', ...(bitmap ? ['bitmap'] : [])]);
  }
  for (const name of multi) removeIfThere(join(directory, name));
  for (const name of names) for (const ending of ENDINGS) removeIfThere(join(directory, name + ending));
  syncDirectory(directory);
  dropOldPacks(ground);
  return [`${names.size} packs, rewritten without it`];
}
