import type { ObjectId } from '#ports/objects.ts';
import { CatFile } from '#git/objects/cat-file.ts';
import { ObjectIds, type IdCollection } from '#git/erase/store/object-ids.ts';
import { eachLine } from '#git/erase/store/each-line.ts';
import type { GitRunner } from '#git/run.ts';

/**
 * Every object that refs (but those of a pattern), the HEADs and indexes of all worktrees, and `roots` reach. Roots
 * that are not stored are left out. Throws `OBJECT_CORRUPT` where what is reachable is not all there: nothing may be destroyed then.
 */
export async function findReachable(
  runner: GitRunner,
  roots: Iterable<ObjectId>,
  { without }: { readonly without?: string } = {},
): Promise<IdCollection> {
  const stored = await keepStored(runner, [...new Set(roots)]);
  return listed(
    runner,
    [
      'rev-list',
      '--objects',
      '--no-object-names',
      ...(without === undefined ? [] : [`--exclude=${without}`]),
      '--all',
      '--indexed-objects',
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
export async function findBelow(runner: GitRunner, ids: readonly ObjectId[]): Promise<IdCollection> {
  const stored = await keepStored(runner, [...new Set(ids)]);
  if (stored.length === 0) return new ObjectIds();
  return listed(runner, ['rev-list', '--objects', '--no-object-names', '--stdin'], stored);
}

/** What git lists from these, taken down as it comes. */
async function listed(
  runner: GitRunner,
  args: readonly [string, ...string[]],
  from: readonly ObjectId[],
): Promise<IdCollection> {
  const ids = new ObjectIds();
  const stdin = Buffer.from(from.map((id) => `${id}\n`).join(''));
  await eachLine(runner, { args, stdin }, (line) => ids.add(line));
  return ids;
}
