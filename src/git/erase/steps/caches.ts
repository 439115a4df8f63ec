import { dirname, join } from 'node:path';
import { rmSync } from 'node:fs';
import type { ObjectId } from '#ports/objects.ts';
import type { Erasable } from '#ports/removal.ts';
import type { EraseGround } from '#git/erase/ground.ts';
import { isRealDirectory, isRealFile } from '#git/erase/store/real-files.ts';
import { blobIds } from '#git/erase/needles.ts';
import { findClosure } from '#git/erase/reach/closure.ts';
import { reachableFrom } from '#git/erase/reach/known-reach.ts';
import { allRoots, strongRoots } from '#git/erase/reach/roots.ts';
import { prepareScratch } from '#git/erase/scratch.ts';
import type { Temporary } from '#git/erase/temporaries.ts';
import { walkFiles } from '#git/erase/walk-files.ts';
import { guardFiles, removeIfThere } from '#git/private-file.ts';
import { quotes } from './pseudo-refs.ts';
import { findTemporaries } from './temporary-files.ts';

/**
 * Removes copies that git and its helpers keep aside: recorded conflict resolutions, what `fsck --lost-found` wrote,
 * the file behind a removed pointer of Git LFS, temporary objects and packs, heddle's own temporary files.
 */
export async function eraseCaches(ground: EraseGround, target: Erasable): Promise<readonly string[]> {
  await prepareScratch(ground);
  const resolutions = findResolutions(ground, target);
  for (const name of resolutions) removeIfThere(join(ground.places.commonDir, name));
  const kinds = [
    ['files of lost-found', await findLostFound(ground, target)],
    ['files of Git LFS', await findLargeFiles(ground, target)],
    ['temporary files', await findTemporaries(ground, target, 'other')],
  ] as const;
  for (const [, files] of kinds) {
    for (const { path } of files) guardFiles(path, () => rmSync(path, { force: true }));
  }
  // How many, not which: these files are named by hashes of what is in them.
  return [['recorded resolutions', resolutions] as const, ...kinds]
    .filter(([, files]) => files.length > 0)
    .map(([what, files]) => `${files.length} ${what}`);
}

/** Directories of recorded resolutions (`rerere`) with a removed content, or most of its lines. */
export function findResolutions({ places: { commonDir } }: EraseGround, target: Erasable): string[] {
  const root = join(commonDir, 'rr-cache');
  if (!isRealDirectory(root)) return [];
  const directories = new Set(
    [...walkFiles(root)]
      .filter(({ kind, path }) => kind === 'file' && quotes(path, target))
      .map(({ relative }) => join('rr-cache', dirname(relative.toString()))),
  );
  return [...directories].filter((name) => name !== 'rr-cache/.');
}

/** What `fsck --lost-found` wrote: blobs as files, commits as files with their id. */
export async function findLostFound(ground: EraseGround, target: Erasable): Promise<readonly Temporary[]> {
  const root = join(ground.places.commonDir, 'lost-found');
  if (!isRealDirectory(root)) return [];
  const files = [...walkFiles(root)].filter(({ kind }) => kind === 'file');
  if (files.length === 0) return [];
  const blobs = blobIds(target);
  const { doomed } = await findClosure(ground, target, { roots: await allRoots(ground) });
  return files
    .filter(({ path, relative }) => {
      const name = relative.toString('latin1').replace(/^.*\//s, '');
      return doomed.has(name) || blobs.has(name) || quotes(path, target);
    })
    .map(({ path, relative }) => ({ path, relative: Buffer.concat([Buffer.from('lost-found/'), relative]) }));
}

const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})\n/;

/** The large files that removed pointers stand for, unless something that is reachable still names a pointer. */
async function findLargeFiles(ground: EraseGround, target: Erasable): Promise<readonly Temporary[]> {
  const { commonDir } = ground.places;
  const found = largeFilePaths(target).filter(({ name }) => isRealFile(join(commonDir, name)));
  if (found.length === 0) return [];
  const reachable = await reachableFrom(ground, await strongRoots(ground));
  return found
    .filter(({ blob }) => !reachable.has(blob))
    .map(({ name }) => ({ path: Buffer.from(join(commonDir, name)), relative: Buffer.from(name) }));
}

/** Where Git LFS keeps the files behind removed pointers, below the common directory. */
export function largeFilePaths({
  contents,
}: Erasable): readonly { readonly name: string; readonly blob: ObjectId }[] {
  return contents.flatMap(({ bytes, blob }) => {
    const id = POINTER.exec(Buffer.from(bytes.subarray(0, 1024)).toString('latin1'))?.[1];
    return id === undefined ? [] : [{ name: `lfs/objects/${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`, blob }];
  });
}
