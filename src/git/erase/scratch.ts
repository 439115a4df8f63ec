import { join } from 'node:path';
import { makePrivateDirectory, removeIfThere } from '#git/private-file.ts';
import { removeLeftIncoming } from '#git/transport/incoming.ts';
import { releaseOwnLock } from './git-lock.ts';
import { releaseChildLocks } from './recorded-child.ts';
import { undoHalfInstalled } from './store/new-pack.ts';
import type { EraseGround } from './ground.ts';
import { isRealDirectory, listNames } from './store/real-files.ts';

/*
 * <git common dir>/heddle/erase/, there while something is being erased:
 *   lock                the lock on one of Git's files (see git-lock.ts)
 *   index, log          a file of Git's, rebuilt, before it takes the other's place
 *   doomed, old-packs, remake   what is to go, and to be made anew (see journal.ts)
 *   child               the git that may hold a lock (see recorded-child.ts)
 *   new-<…>.pack …      packs that are about to take the place of others (see store/new-pack.ts)
 */

/** Names of files that outlive a step: the next one needs them. */
const LASTING = new Set(['doomed', 'old-packs', 'remake']);

/** Makes heddle's own place for an erasure, and clears what a killed one left half done. */
export async function prepareScratch(ground: EraseGround): Promise<void> {
  makePrivateDirectory(ground.scratchDir);
  removeLeftIncoming(ground.places.commonDir);
  releaseOwnLock(ground);
  undoHalfInstalled(ground);
  await releaseChildLocks(ground);
  for (const name of listNames(ground.scratchDir)) {
    if (!LASTING.has(name)) removeIfThere(join(ground.scratchDir, name));
  }
}

/** Takes the place away again, with everything in it. */
export function dropScratch(ground: EraseGround): void {
  if (!isRealDirectory(ground.scratchDir)) return;
  releaseOwnLock(ground);
  removeIfThere(ground.scratchDir);
}
