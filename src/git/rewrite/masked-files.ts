import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import type { MaskedFile, Rewriting } from '#ports/removal/rewriting.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { readIndex } from '#git/erase/steps/index-edit.ts';
import { entriesWith } from '#git/erase/steps/index-entries.ts';
import type { RawObjects } from '#git/erase/store/raw-objects.ts';
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
    if (!isRealFile(join(gitDir, 'index'))) continue;
    for (const { id, path } of await entriesWith(readIndex(ground, gitDir), holders)) {
      const bytes = mask((await objects.read(id)).content);
      if (bytes !== undefined)
        files.push({ directory, path, blob: id, masked: await fresh.add('blob', bytes) });
    }
  }
  return files;
}
