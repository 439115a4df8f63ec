import { relative } from 'node:path';
import type { Erasable } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';
import { listGitDirs, type EraseGround } from '#git/erase/ground.ts';
import { blobIds } from '#git/erase/needles.ts';
import { prepareScratch } from '#git/erase/scratch.ts';
import { editIndex, type IndexDraft } from './index-edit.ts';

/** Forgets how conflicts were resolved, in each worktree whose index keeps a removed blob for that. */
export async function eraseResolveUndo(ground: EraseGround, target: Erasable): Promise<readonly string[]> {
  await prepareScratch(ground);
  const blobs = blobIds(target);
  const done: string[] = [];
  for (const gitDir of listGitDirs(ground)) {
    const changed = await editIndex(ground, gitDir, async (draft) => {
      if (!(await holdsResolveUndo(draft, blobs))) return false;
      await draft.run(['update-index', '--clear-resolve-undo']);
      return true;
    });
    if (changed) done.push(`resolve-undo entries of ${nameGitDir(ground, gitDir)}`);
  }
  return done;
}

/** Tells whether an index can still undo a resolution that had one of these blobs. */
export async function holdsResolveUndo(draft: IndexDraft, blobs: ReadonlySet<ObjectId>): Promise<boolean> {
  const records = await draft.run(['ls-files', '--resolve-undo', '-z']);
  return records.some((record) => {
    const id = record.toString('latin1', 0, 80).split(' ', 2)[1];
    return id !== undefined && blobs.has(id);
  });
}

/** How a worktree's Git directory is called where people read it. */
export function nameGitDir({ places }: EraseGround, gitDir: string): string {
  const below = relative(places.commonDir, gitDir);
  return below === '' ? 'the main worktree' : below;
}
