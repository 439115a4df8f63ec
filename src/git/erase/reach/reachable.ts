import type { ObjectId } from '#ports/objects.ts';
import { CatFile } from '#git/objects/cat-file.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { listAlternates } from '#git/erase/store/alternates.ts';
import { eachLine } from '#git/erase/store/each-line.ts';
import { IdNumbers, IdSet } from '#git/erase/ids/id-numbers.ts';
import { takeInventory } from '#git/erase/store/inventory.ts';
import type { GitRunner } from '#git/run.ts';

/**
 * Every object that refs (but those of a pattern), the HEADs and indexes of all worktrees, and `roots` reach; without
 * `indexes` where these are to be left out. Roots that are not stored are left out. Throws `OBJECT_CORRUPT` where what is reachable is not all there: nothing may be destroyed then.
 */
export async function findReachable(
  ground: EraseGround,
  roots: Iterable<ObjectId>,
  {
    without,
    indexes = 'count',
  }: { readonly without?: string; readonly indexes?: 'count' | 'leave-out' } = {},
): Promise<IdSet> {
  const stored = await keepStored(ground.runner, [...new Set(roots)]);
  return listed(
    ground,
    [
      'rev-list',
      '--objects',
      '--no-object-names',
      ...(without === undefined ? [] : [`--exclude=${without}`]),
      '--all',
      ...(indexes === 'count' ? ['--indexed-objects'] : []),
      '--stdin',
    ],
    stored,
  );
}

/** Of these ids those that git has, alternates included. */
export async function keepStored(runner: GitRunner, ids: readonly ObjectId[]): Promise<readonly ObjectId[]> {
  if (ids.length === 0) return [];
  const git = new CatFile(runner);
  try {
    const headers = await git.headers(ids);
    return ids.filter((_, index) => headers[index] !== undefined);
  } finally {
    await git.close();
  }
}

/** Every object that these reach, and nothing else. */
export async function findBelow(ground: EraseGround, ids: readonly ObjectId[]): Promise<IdSet> {
  const stored = await keepStored(ground.runner, [...new Set(ids)]);
  if (stored.length === 0) return new IdSet(numbersOf(ground));
  return listed(ground, ['rev-list', '--objects', '--no-object-names', '--stdin'], stored);
}

/** What git lists from these, taken down as it comes. */
async function listed(
  ground: EraseGround,
  args: readonly [string, ...string[]],
  from: readonly ObjectId[],
): Promise<IdSet> {
  const ids = new IdSet(numbersOf(ground));
  const stdin = Buffer.from(from.map((id) => `${id}\n`).join(''));
  await eachLine(ground.runner, { args, stdin }, (line) => ids.add(line));
  return ids;
}

/** One number for each object of this clone's own stores and of those that it borrows from, whatever goes meanwhile. */
export function numbersOf({ numbers, objectsDir, idBytes }: EraseGround): IdNumbers {
  return numbers.of(() => {
    const stores = [objectsDir, ...listAlternates(objectsDir)];
    return new IdNumbers(stores.map((directory) => takeInventory(directory, idBytes)));
  });
}
