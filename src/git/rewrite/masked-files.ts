import type { ObjectId } from '#ports/objects.ts';
import type { MaskedFile, Rewriting } from '#ports/removal/rewriting.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import type { RawObjects } from '#git/erase/store/raw-objects.ts';
import { LARGE_OUTPUT_BYTES } from '#git/run.ts';
import { splitRecords } from '#git/worktree/records.ts';
import { GitWorktrees } from '#git/worktree/worktrees.ts';
import type { NewObjects } from './new-objects.ts';

/**
 * Finds what holds a part in the indexes of all worktrees, and makes what takes its place. An index keeps it also where
 * a rewriting was killed behind its refs.
 */
export async function findMaskedFiles(
  ground: EraseGround,
  { mask }: Rewriting,
  {
    holders,
    objects,
    fresh,
  }: { readonly holders: ReadonlySet<ObjectId>; readonly objects: RawObjects; readonly fresh: NewObjects },
): Promise<readonly MaskedFile[]> {
  if (holders.size === 0) return [];
  const worktrees = await new GitWorktrees(ground.runner, ground.places).list();
  const files: MaskedFile[] = [];
  for (const gitDir of listGitDirs(ground)) {
    const directory = worktrees.find((one) => one.gitDir === gitDir)?.directory ?? null;
    for (const { id, path } of await listIndex(ground, gitDir)) {
      const bytes = holders.has(id) ? mask((await objects.read(id)).content) : undefined;
      if (bytes !== undefined)
        files.push({ directory, path, blob: id, masked: await fresh.add('blob', bytes) });
    }
  }
  return files;
}

async function listIndex(
  { runner }: EraseGround,
  gitDir: string,
): Promise<readonly { readonly id: ObjectId; readonly path: Buffer }[]> {
  const { stdout } = await runner
    .withGitDir(gitDir)
    .run({ args: ['ls-files', '--stage', '-z'], maxOutputBytes: LARGE_OUTPUT_BYTES });
  return splitRecords(stdout).map((record) => {
    const tab = record.indexOf('\t');
    const [, id = ''] = record.toString('latin1', 0, Math.max(tab, 0)).split(' ');
    return { id, path: record.subarray(tab + 1) };
  });
}
