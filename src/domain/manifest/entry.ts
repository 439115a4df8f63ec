import type { Digest, DirectoryId } from '#domain/id.ts';

export type EntryKind = 'file' | 'symlink' | 'submodule' | 'directory';

/** What hides an entry's name and content from guessing, and what is left of it after a purge. */
export type EntrySecret =
  /** 16 random bytes, base64url: both keys come from it. */
  | { readonly kind: 'salt'; readonly salt: string }
  /** The content was purged: only the name's key is left. */
  | { readonly kind: 'name-key'; readonly nameKey: Digest }
  /** The name was taken away: what stands as `name` is a placeholder. Null where the content is hidden too. */
  | { readonly kind: 'name-id'; readonly nameId: Digest; readonly contentKey: Digest | null };

/** One entry of a directory's list. */
export interface ManifestEntry {
  /** Percent-escaped name; see `percent-escape.ts`. Of an entry whose name was taken away its placeholder. */
  readonly name: string;
  /** Git's mode, octal. */
  readonly mode: string;
  readonly kind: EntryKind;
  /** A file's, symlink's or submodule's content hash; a directory's id. */
  readonly id: Digest | DirectoryId;
  readonly secret: EntrySecret;
}

/** Tells whether an entry's name is a placeholder. */
export function isNameless({ secret }: Pick<ManifestEntry, 'secret'>): boolean {
  return secret.kind === 'name-id';
}

/**
 * What an entry's content is hashed with, as text: its salt, or the key that is left of it without the name; undefined
 * where the content is hidden.
 */
export function openContent({ secret }: Pick<ManifestEntry, 'secret'>): string | undefined {
  if (secret.kind === 'salt') return secret.salt;
  return secret.kind === 'name-id' ? (secret.contentKey ?? undefined) : undefined;
}

/** Above this number a directory's list is split into 256 buckets by the first byte of `nameId`. */
export const LARGEST_SINGLE_LIST = 2048;

/** The kind that a Git mode stands for; undefined for a mode that Git does not write today. */
export function kindOfMode(mode: string): EntryKind | undefined {
  return MODES.get(mode);
}

const MODES: ReadonlyMap<string, EntryKind> = new Map([
  ['100644', 'file'],
  ['100755', 'file'],
  ['120000', 'symlink'],
  ['160000', 'submodule'],
  ['40000', 'directory'],
]);
