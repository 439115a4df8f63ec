import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Setting } from '#git/environment.ts';
import { unexpectedAnswer } from '#git/failure.ts';
import { EMPTY_TREE } from '#git/objects/hash.ts';
import { parseRawDiff, type RawChange } from './raw-diff.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';

const ABSENT = '000000';

/** How an index differs from a commit or a tree, null for the empty one. Null as its file is the user's own index. */
export async function diffIndex(
  runner: GitRunner,
  {
    from,
    indexFile,
    settings = [],
    looksAt = 'index',
  }: {
    readonly from: ObjectId | null;
    readonly indexFile: string | null;
    readonly settings?: readonly Setting[];
    /** `files`: the work tree's where they are not as the index has them; these have no new id. */
    readonly looksAt?: 'index' | 'files';
  },
): Promise<readonly TreeChange[]> {
  const { stdout } = await runner.run({
    args: [
      'diff-index',
      ...(looksAt === 'index' ? ['--cached'] : []),
      '--raw',
      '-z',
      '--no-abbrev',
      '--no-renames',
      '--no-relative',
      '--ignore-submodules=none',
      from ?? EMPTY_TREE,
      '--',
    ],
    settings,
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
    ...(indexFile === null ? {} : { indexFile }),
  });
  return parseRawDiff(splitRecords(stdout), 'diff-index').map(toChange);
}

function splitRecords(stdout: Buffer): readonly Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < stdout.length;) {
    const end = stdout.indexOf(0, at);
    if (end === -1) throw unexpectedAnswer('diff-index');
    records.push(stdout.subarray(at, end));
    at = end + 1;
  }
  return records;
}

function toChange({ path, oldMode, oldId, newMode, newId }: RawChange): TreeChange {
  return {
    path,
    oldMode: oldMode === ABSENT ? null : oldMode,
    oldId: oldMode === ABSENT ? null : oldId,
    newMode: newMode === ABSENT ? null : newMode,
    newId: newMode === ABSENT ? null : newId,
  };
}
