import { join } from 'node:path';
import type { ObjectId } from '#ports/objects.ts';
import type { StagedAt } from '#ports/removal.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { isRealFile } from '#git/erase/store/real-files.ts';
import { readIndex } from '#git/erase/steps/index-edit.ts';
import { entriesWith } from '#git/erase/steps/index-entries.ts';
import { GitWorktrees } from '#git/worktree/worktrees.ts';

/** Where the indexes of this clone's worktrees stage these blobs. */
export async function findStaged(
  ground: EraseGround,
  blobs: ReadonlySet<ObjectId>,
): Promise<ReadonlyMap<ObjectId, readonly StagedAt[]>> {
  const staged = new Map<ObjectId, readonly StagedAt[]>();
  if (blobs.size === 0) return staged;
  const worktrees = await new GitWorktrees(ground.runner, ground.places).list();
  const directories = new Map(worktrees.map(({ gitDir, directory }) => [gitDir, directory]));
  for (const gitDir of listGitDirs(ground)) {
    if (!isRealFile(join(gitDir, 'index'))) continue;
    for (const { id, path } of await entriesWith(readIndex(ground, gitDir), blobs)) {
      const at = { directory: directories.get(gitDir) ?? gitDir, path: Buffer.from(path) };
      staged.set(id, [...(staged.get(id) ?? []), at]);
    }
  }
  return staged;
}
