import { unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Erasable } from '#ports/removal.ts';
import { syncDirectory } from '#git/erase/exchange-file.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { planEviction } from '#git/erase/reach/doomed.ts';
import { prepareScratch } from '#git/erase/scratch.ts';
import { loosePath } from '#git/erase/store/inventory.ts';
import { eraseTemporaries } from './temporary-files.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';

/** Unlinks every loose object of the closure, and no other; temporary ones that hold it too. Durable on return. */
export async function eraseLooseObjects(ground: EraseGround, target: Erasable): Promise<readonly string[]> {
  await prepareScratch(ground);
  const { inventory, doomed } = await planEviction(ground, target);
  const directories = new Set<string>();
  let count = 0;
  for (const id of inventory.loose) {
    if (!doomed.has(id)) continue;
    const path = loosePath(ground.objectsDir, id);
    if (unlinkIfThere(path)) count += 1;
    directories.add(dirname(path));
  }
  for (const directory of directories) syncDirectory(directory);
  return [
    ...(count === 0 ? [] : [`${count} loose objects`]),
    ...(await eraseTemporaries(ground, target, 'object')),
  ];
}

function unlinkIfThere(path: string): boolean {
  return guardFiles(path, () => {
    try {
      unlinkSync(path);
      return true;
    } catch (cause) {
      if (failedWith(cause, 'ENOENT')) return false;
      throw cause;
    }
  });
}
