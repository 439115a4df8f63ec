import { HeddleError } from '#domain/error.ts';

/** Most bytes of one pack that is read without git: the reader holds packs whole, twice. */
export const LARGEST_PACK = 64 * 1024 * 1024;
/** Most bytes of one object, and of each object that it is a delta of. */
export const LARGEST_OBJECT = 64 * 1024 * 1024;

/**
 * Everything that a repository can have and the reader without git does not read: a closed list, of which each is
 * refused by name. What is not listed is read; damage is `OBJECT_CORRUPT`, never a shorter answer.
 */
export const NOT_READ = {
  format: 'a repository format that is newer than this heddle',
  extension: 'an extension of the repository format that this heddle does not know',
  objectFormat: 'the object format sha256',
  refStorage: 'the ref storage reftable',
  partialClone: 'partial clones',
  sparse: 'sparse checkouts',
  worktree: 'a work tree away from its repository (core.worktree)',
  alternates: 'objects of another repository (alternates) where git is missing',
  grafts: 'grafts where git is missing',
  largePack: 'packs above 64 MiB where git is missing',
  largeObject: 'objects above 64 MiB where git is missing',
  oldIndex: 'pack indexes of version 1 where git is missing',
  packWithoutIndex: 'packs without an index of their own where git is missing',
  linkedRef: 'refs that are symbolic links where git is missing',
} as const;

/** The error for something of the list; `detail` says where it was found, or what it is. */
export function notRead(what: keyof typeof NOT_READ, detail: string): HeddleError {
  const feature = NOT_READ[what];
  return new HeddleError('GIT_UNSUPPORTED', `heddle does not support ${feature}`, {
    facts: { feature, found: detail.slice(0, 200) },
    preserved: 'nothing was changed',
  });
}
