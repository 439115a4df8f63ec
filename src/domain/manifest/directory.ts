import { compareBytes } from '#domain/encoding/bytes.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, type Digest, type DirectoryId } from '#domain/id.ts';
import { isNameless, LARGEST_SINGLE_LIST, type ManifestEntry } from './entry.ts';
import { bucketOf, bucketedDirectoryId, directoryId, entriesHash, rawName } from './hashes.ts';
import { encodeList } from './list-codec.ts';

/** A directory's list as it is stored: its id and the files that hold it. */
export interface StoredDirectory {
  readonly id: DirectoryId;
  /** File name (`_`, `_00` … `_ff`) to content. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Lays a directory's entries out as list files and computes its id. */
export function storeDirectory(hasher: Hasher, entries: readonly ManifestEntry[]): StoredDirectory {
  if (entries.length <= LARGEST_SINGLE_LIST) {
    const id = directoryId(hasher, entries);
    return { id, files: new Map([['_', encodeList({ entries })]]) };
  }
  const buckets = groupByBucket(hasher, entries);
  const digests: (Digest | null)[] = [];
  const files = new Map<string, Uint8Array>();
  for (let bucket = 0; bucket < 256; bucket += 1) {
    const held = buckets.get(bucket);
    digests.push(held === undefined ? null : formatDigest(entriesHash(hasher, held)));
    if (held !== undefined) files.set(bucketFile(bucket), encodeList({ entries: held }));
  }
  files.set('_', encodeList({ buckets: digests }));
  return { id: bucketedDirectoryId(hasher, digests), files };
}

function groupByBucket(
  hasher: Hasher,
  entries: readonly ManifestEntry[],
): ReadonlyMap<number, readonly ManifestEntry[]> {
  const buckets = new Map<number, ManifestEntry[]>();
  for (const entry of entries) {
    const bucket = bucketOf(hasher, entry);
    const held = buckets.get(bucket);
    if (held === undefined) buckets.set(bucket, [entry]);
    else held.push(entry);
  }
  return buckets;
}

/** The file of a bucket: `_` and two hexadecimal digits. */
export function bucketFile(bucket: number): string {
  return `_${bucket.toString(16).padStart(2, '0')}`;
}

/** Puts entries in order of their raw names; nameless ones come last, in the order given. */
export function sortEntries(entries: Iterable<ManifestEntry>): readonly ManifestEntry[] {
  const named: { readonly name: Uint8Array; readonly entry: ManifestEntry }[] = [];
  const nameless: ManifestEntry[] = [];
  for (const entry of entries) {
    if (isNameless(entry)) nameless.push(entry);
    else named.push({ name: rawName(entry.name), entry });
  }
  named.sort((a, b) => compareBytes(a.name, b.name));
  return [...named.map(({ entry }) => entry), ...nameless];
}
