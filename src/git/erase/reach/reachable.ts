import type { ObjectId } from '#ports/objects.ts';
import { CatFile } from '#git/objects/cat-file.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';

/**
 * Every object that refs (but those of a pattern), the HEADs and indexes of all worktrees, and `roots` reach. Roots
 * that are not stored are left out. Throws `OBJECT_CORRUPT` where what is reachable is not all there: nothing may be destroyed then.
 */
export async function findReachable(
  runner: GitRunner,
  roots: Iterable<ObjectId>,
  { without }: { readonly without?: string } = {},
): Promise<ReadonlySet<ObjectId>> {
  const stored = await keepStored(runner, [...new Set(roots)]);
  const { stdout } = await runner.run({
    args: [
      'rev-list',
      '--objects',
      '--no-object-names',
      ...(without === undefined ? [] : [`--exclude=${without}`]),
      '--all',
      '--indexed-objects',
      '--stdin',
    ],
    stdin: Buffer.from(stored.map((id) => `${id}\n`).join('')),
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  return new Set(splitIds(stdout));
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
export async function findBelow(runner: GitRunner, ids: readonly ObjectId[]): Promise<ReadonlySet<ObjectId>> {
  const stored = await keepStored(runner, [...new Set(ids)]);
  if (stored.length === 0) return new Set();
  const { stdout } = await runner.run({
    args: ['rev-list', '--objects', '--no-object-names', '--stdin'],
    stdin: Buffer.from(stored.map((id) => `${id}\n`).join('')),
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  return new Set(splitIds(stdout));
}

function* splitIds(output: Buffer): Generator<ObjectId> {
  for (let start = 0; start < output.length;) {
    const end = output.indexOf(0x0a, start);
    if (end === -1) return;
    yield output.toString('latin1', start, end);
    start = end + 1;
  }
}
