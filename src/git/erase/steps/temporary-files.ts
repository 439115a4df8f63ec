import { rmSync } from 'node:fs';
import type { Erasable } from '#ports/removal.ts';
import { DeepSearch } from '#git/erase/deep-search.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { listTemporaries, type Temporary, type TemporaryKind } from '#git/erase/temporaries.ts';
import { guardFiles } from '#git/private-file.ts';

/** Temporary files that hold a removed content. */
export async function findTemporaries(
  ground: EraseGround,
  target: Erasable,
  kind: TemporaryKind,
): Promise<readonly Temporary[]> {
  const files = listTemporaries(ground, kind);
  if (files.length === 0) return [];
  const search = new DeepSearch(ground, target);
  try {
    const found: Temporary[] = [];
    for (const file of files) if (await search.finds(file.path)) found.push(file);
    return found;
  } finally {
    await search.close();
  }
}

/** Removes them. */
export async function eraseTemporaries(
  ground: EraseGround,
  target: Erasable,
  kind: 'object' | 'pack',
): Promise<readonly string[]> {
  const found = await findTemporaries(ground, target, kind);
  for (const { path } of found) guardFiles(path, () => rmSync(path, { force: true }));
  return found.length === 0 ? [] : [`${found.length} temporary ${kind} files`];
}
