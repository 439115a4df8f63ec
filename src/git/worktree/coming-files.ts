import type { ComingFiles, RepositoryPlaces } from '#ports/repository.ts';
import { findConversions, type ConversionGround } from '#git/contents/conversions.ts';
import { rawBeginning } from '#git/contents/file-bytes.ts';
import { diffIndex } from '#git/diff-index.ts';
import { absolutePath } from './changed-files.ts';
import { comingBlobs } from './coming-blobs.ts';

/** What is about to be stored of a work tree; git is asked where more than the bytes is wanted. */
export function comingFiles(
  ground: ConversionGround,
  places: RepositoryPlaces,
  paths: readonly Uint8Array[],
): ComingFiles {
  const { runner, indexFile, settings } = ground;
  return {
    paths,
    read: (path, most) => rawBeginning(absolutePath(places, path), most),
    async blobs(asked) {
      const conversions = await findConversions(ground, asked);
      const blobs = await comingBlobs(ground, places, asked);
      return blobs.map((blob, index) => (conversions[index] === 'any' ? undefined : blob));
    },
    async replaced(from) {
      const options = { from, indexFile, settings: settings.overrides, looksAt: 'files' } as const;
      return (await diffIndex(runner, options)).filter(({ oldId }) => oldId !== null);
    },
  };
}
