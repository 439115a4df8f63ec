import type { ObjectId } from '#ports/objects.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { findConversions, storedIds, type ConversionGround } from '#git/contents/conversions.ts';
import { rawBlobId } from '#git/contents/file-bytes.ts';
import { lookAt } from '#git/contents/walk-files.ts';
import { guardFiles } from '#git/private-file.ts';

/**
 * The blobs that git would make of files and links of the work tree, its filters applied; undefined for what is
 * neither, vanishes or changes meanwhile. Nothing is stored.
 */
export async function comingBlobs(
  ground: ConversionGround,
  { worktree }: Pick<RepositoryPlaces, 'worktree'>,
  paths: readonly Uint8Array[],
): Promise<readonly (ObjectId | undefined)[]> {
  const root = Buffer.from(`${worktree}/`);
  const stats = paths.map((path) => lookAt(Buffer.concat([root, path])));
  const blobs = paths.map((path, index) => {
    const stat = stats[index];
    if (stat?.isFile() !== true && stat?.isSymbolicLink() !== true) return undefined;
    const absolute = Buffer.concat([root, path]);
    return guardFiles(absolute, () => rawBlobId(absolute, stat));
  });
  const conversions = await findConversions(ground, paths);
  const converted = [...paths.keys()].filter(
    (index) => stats[index]?.isFile() === true && conversions[index] !== undefined,
  );
  const stored = await storedIds(
    ground,
    converted.flatMap((index) => paths[index] ?? []),
  );
  for (const [place, index] of converted.entries()) blobs[index] = stored[place];
  return blobs;
}
