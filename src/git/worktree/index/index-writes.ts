import { LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type { Setting } from '#git/environment.ts';
import type { RepositorySettings } from '#git/settings.ts';
import { readAttributes } from '#git/worktree/attributes.ts';
import type { IndexChanges } from '#git/worktree/changed-files.ts';
import { joinRecords } from '#git/worktree/records.ts';

export interface IndexWrites {
  readonly runner: GitRunner;
  readonly indexFile: string;
  readonly settings: RepositorySettings;
  readonly stores: 'contents' | 'nothing';
}

const ENOUGH_FOR_A_PACK = 100;

interface Manner {
  readonly settings?: readonly Setting[];
  readonly instead?: readonly Setting[];
}

/*
 * Git's batched fsync keeps loose objects in a directory of its own until the end. A pack begun after the first
 * of them (a link, an empty file) is begun there too, and is then looked for where it no longer is: whatever
 * may stream a "big" file into a pack goes without the batch.
 */
const ONE_BY_ONE: Manner = { instead: [['core.fsyncMethod', 'fsync']] };
/** Nothing is big enough for a pack: more than the largest file that is captured. */
const IN_A_BATCH: Manner = { settings: [['core.bigFileThreshold', '2g']] };
/** Everything is "big": one pack instead of a file for each, ten times as fast for ten thousand. */
const IN_A_PACK: Manner = { ...ONE_BY_ONE, settings: [['core.bigFileThreshold', '1']] };

/** Files with one of these may be converted; git does not stream them. */
const CONVERTING = ['text', 'eol', 'crlf', 'filter', 'ident', 'working-tree-encoding'] as const;

/** Tells whether so much is written that packs are worth it. */
export function isMany({ written }: Pick<IndexChanges, 'written'>): boolean {
  return written.length >= ENOUGH_FOR_A_PACK;
}

/** Does to an index what has to be done, and stores the content, where it is to be stored. */
export async function writeChanges(writes: IndexWrites, changes: IndexChanges): Promise<void> {
  await update(writes, ['--force-remove'], { paths: changes.removed, manner: ONE_BY_ONE });
  if (writes.stores === 'nothing')
    return update(writes, [...ADD, '--info-only'], { paths: changes.written, manner: ONE_BY_ONE });
  if (!isMany(changes)) return update(writes, ADD, { paths: changes.written, manner: ONE_BY_ONE });
  const { converted, plain } = await sortOut(writes, changes.written);
  await update(writes, ADD, { paths: converted, manner: IN_A_BATCH });
  await update(writes, ADD, { paths: plain, manner: IN_A_PACK });
}

const ADD = ['--add', '--remove', '--replace'] as const;

async function update(
  { runner, indexFile, settings: { overrides } }: IndexWrites,
  flags: readonly string[],
  { paths, manner }: { readonly paths: readonly Uint8Array[]; readonly manner: Manner },
): Promise<void> {
  if (paths.length === 0) return;
  await runner.run({
    ...manner,
    args: ['update-index', '-z', ...flags, '--stdin'],
    stdin: joinRecords(paths),
    indexFile,
    settings: [...overrides, ...(manner.settings ?? [])],
    deadlineMs: LONG_DEADLINE_MS,
  });
}

/** A file that git would not stream is an object of its own, and those are fast in a batch alone. */
async function sortOut(
  { runner, indexFile, settings }: IndexWrites,
  paths: readonly Uint8Array[],
): Promise<{ readonly converted: readonly Uint8Array[]; readonly plain: readonly Uint8Array[] }> {
  if (settings.convertsLineEndings) return { converted: paths, plain: [] };
  const question = { indexFile, settings: settings.overrides, names: CONVERTING };
  const attributes = await readAttributes(runner, paths, question);
  const converted: Uint8Array[] = [];
  const plain: Uint8Array[] = [];
  for (const [index, path] of paths.entries()) {
    const values = [...(attributes[index]?.values() ?? [])];
    const untouched = values.every((value) => value === 'unspecified' || value === 'unset');
    (untouched ? plain : converted).push(path);
  }
  return { converted, plain };
}
