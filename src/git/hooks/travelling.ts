import { utf8 } from '#domain/encoding/bytes.ts';
import type { ObjectId } from '#ports/objects.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { isObjectId } from '#git/objects/hash.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';

/** Whether commits lead to one that no ref, and no `HEAD`, leads to yet. */
export async function bringsNew(runner: GitRunner, tips: readonly ObjectId[]): Promise<boolean> {
  if (tips.length === 0) return false;
  const { stdout } = await runner.run({
    args: ['rev-list', '--max-count=1', '--stdin', '--not', '--all'],
    stdin: lines(tips),
    deadlineMs: LONG_DEADLINE_MS,
  });
  return stdout.length > 0;
}

/** Objects behind tips that no ref which was fetched from the remote leads to. */
export async function outgoingObjects(
  runner: GitRunner,
  tips: readonly ObjectId[],
  remote: string,
): Promise<readonly ObjectId[]> {
  if (tips.length === 0) return [];
  const { stdout } = await runner.run({
    args: ['rev-list', '--objects', '--no-object-names', '--stdin', '--not', knownOf(remote)],
    stdin: lines(tips),
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  const ids = stdout.toString('latin1').split('\n').filter(Boolean);
  if (!ids.every(isObjectId)) throw unexpectedAnswer('rev-list');
  return ids;
}

/** The commits among them, with their parents. */
export async function outgoingCommits(
  runner: GitRunner,
  tip: ObjectId,
  remote: string,
): Promise<readonly { readonly commit: ObjectId; readonly parents: readonly ObjectId[] }[]> {
  const { stdout } = await runner.run({
    args: ['rev-list', '--parents', '--stdin', '--not', knownOf(remote)],
    stdin: lines([tip]),
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  const rows = stdout.toString('latin1').split('\n').filter(Boolean);
  return rows.map((row) => {
    const [commit = '', ...parents] = row.split(' ');
    if (![commit, ...parents].every(isObjectId)) throw unexpectedAnswer('rev-list');
    return { commit, parents };
  });
}

/** A remote that is named by its address has no refs here; of any other, what a pattern could mean is left out. */
function knownOf(remote: string): string {
  return /^[\w.-]+(?:\/[\w.-]+)*$/.test(remote) ? `--remotes=${remote}` : '--remotes';
}

function lines(ids: readonly ObjectId[]): Uint8Array {
  return utf8(ids.map((id) => `${id}\n`).join(''));
}
