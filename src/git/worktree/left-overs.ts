import type { ObjectId } from '#ports/objects.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS } from '#git/run.ts';
import { readCachedTree } from './index/cached-tree.ts';
import type { ChangeSearch, IndexChanges } from './changed-files.ts';
import { splitRecords } from './records.ts';

/**
 * Files that an earlier scan put into the index and no state has, and that git ignores by now: whoever was refused for
 * one, and was told to leave it out with `.gitignore`, did. Nothing is asked where the index is as it was captured.
 */
export async function findLeftOvers(
  search: ChangeSearch,
  seed: ObjectId | null,
): Promise<readonly Uint8Array[]> {
  if (seed !== null && readCachedTree(search.indexFile) === seed) return [];
  const added = await list(search, addedTo(seed));
  if (added.length === 0) return [];
  const ignored = await list(search, ['ls-files', '-z', '--cached', '--ignored', '--exclude-standard']);
  const out = new Set(ignored.map(keyOf));
  return added.filter((path) => out.has(keyOf(path)));
}

/** The same changes, but that these go. */
export function without(changes: IndexChanges, leftOvers: readonly Uint8Array[]): IndexChanges {
  if (leftOvers.length === 0) return changes;
  const gone = new Set(leftOvers.map(keyOf));
  const others = (paths: readonly Uint8Array[]): readonly Uint8Array[] =>
    paths.filter((path) => !gone.has(keyOf(path)));
  return { removed: [...others(changes.removed), ...leftOvers], written: others(changes.written) };
}

function addedTo(seed: ObjectId | null): readonly [string, ...string[]] {
  if (seed === null) return ['ls-files', '-z', '--cached'];
  return ['diff-index', '--cached', '-z', '--name-only', '--no-renames', '--diff-filter=A', seed];
}

async function list(
  { runner, indexFile, settings }: ChangeSearch,
  args: readonly [string, ...string[]],
): Promise<readonly Uint8Array[]> {
  const { stdout } = await runner.run({
    args,
    indexFile,
    settings,
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  return splitRecords(stdout);
}

function keyOf(path: Uint8Array): string {
  return Buffer.from(path).toString('latin1');
}
