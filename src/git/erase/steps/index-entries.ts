import type { ObjectId } from '#ports/objects.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { LARGE_OUTPUT_BYTES } from '#git/run.ts';
import { splitRecords } from '#git/worktree/records.ts';
import type { IndexDraft } from './index-edit.ts';

/** An entry of an index, of any stage. */
export interface IndexEntry {
  /** `H` usually, `h` where it counts as unchanged, `S` where it is not to be in the work tree. */
  readonly tag: string;
  readonly mode: string;
  readonly id: ObjectId;
  readonly stage: string;
  readonly path: Buffer;
}

/** The entries of an index that name one of these blobs. */
export async function entriesWith(
  draft: IndexDraft,
  blobs: ReadonlySet<ObjectId>,
): Promise<readonly IndexEntry[]> {
  const records = await draft.run(['ls-files', '--stage', '-v', '-z']);
  return records.flatMap((record) => {
    const tab = record.indexOf('\t');
    const [tag = '', mode = '', id = '', stage = ''] = record
      .toString('latin1', 0, Math.max(tab, 0))
      .split(' ');
    return blobs.has(id) ? [{ tag, mode, id, stage, path: record.subarray(tab + 1) }] : [];
  });
}

/** Of these entries those that the worktree's HEAD does not itself hold at the same path: those are Git history. */
export async function notInHead(
  { runner }: EraseGround,
  gitDir: string,
  entries: readonly IndexEntry[],
): Promise<readonly IndexEntry[]> {
  if (entries.length === 0) return [];
  const { code, stdout } = await runner.withGitDir(gitDir).run({
    args: ['ls-tree', '-r', '-z', '--full-tree', 'HEAD'],
    // No commit yet.
    accept: [128],
    maxOutputBytes: LARGE_OUTPUT_BYTES,
  });
  if (code !== 0) return entries;
  const held = new Set(
    splitRecords(stdout).map((record) => record.toString('latin1').replace(/^\d+ \w+ /, '')),
  );
  return entries.filter(({ id, path }) => !held.has(`${id}\t${path.toString('latin1')}`));
}
