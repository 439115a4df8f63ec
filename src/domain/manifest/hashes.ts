import { parseBase64Url } from '#domain/encoding/base64url.ts';
import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher, StreamingHash } from '#domain/hash.ts';
import { formatDigest, formatId, idBytes, parseDigest, type Digest, type DirectoryId } from '#domain/id.ts';
import { unescapeSegment } from '#domain/encoding/percent-escape.ts';
import type { EntrySecret, ManifestEntry } from './entry.ts';

const SALT_BYTES = 16;

/** The 16 bytes of a salt; throws `FORMAT_INVALID`. */
export function saltBytes(salt: string): Uint8Array {
  const bytes = parseBase64Url(salt);
  if (bytes?.length !== SALT_BYTES) throw new HeddleError('FORMAT_INVALID', 'a salt is not 16 bytes');
  return bytes;
}

/** The raw bytes of an entry's name; throws `FORMAT_INVALID` for a name that is not escaped by the rule. */
export function rawName(name: string): Uint8Array {
  const bytes = unescapeSegment(name);
  if (bytes === undefined)
    throw new HeddleError('FORMAT_INVALID', 'a manifest name is not escaped by the rule');
  return bytes;
}

/** A secret with which a name can be hashed. */
export type NamedSecret = Exclude<EntrySecret, { readonly kind: 'name-id' }>;

/** The key that names are hashed with: one-way from the salt, so that it may outlive it. */
export function nameKey(hasher: Hasher, secret: NamedSecret): Uint8Array {
  return secret.kind === 'salt' ? hasher.hash('salt-name', saltBytes(secret.salt)) : idBytes(secret.nameKey);
}

/** What is left of an entry's secret without its content: nothing from which the content can be guessed. */
export function withoutContent(hasher: Hasher, secret: EntrySecret): EntrySecret {
  if (secret.kind === 'name-id') return { ...secret, contentKey: null };
  return { kind: 'name-key', nameKey: formatDigest(nameKey(hasher, secret)) };
}

/** What is left of it without its name: nothing from which the name can be guessed. */
export function withoutName(hasher: Hasher, entry: Pick<ManifestEntry, 'name' | 'secret'>): EntrySecret {
  const { secret } = entry;
  if (secret.kind === 'name-id') return secret;
  const key = secret.kind === 'salt' ? contentKey(hasher, secret.salt) : null;
  return { kind: 'name-id', nameId: entryNameId(hasher, entry), contentKey: key };
}

/** `nameId` of an entry: hash of kind "name" over name key ‖ raw name bytes. */
export function entryNameId(hasher: Hasher, entry: Pick<ManifestEntry, 'name' | 'secret'>): Digest {
  if (entry.secret.kind === 'name-id') return entry.secret.nameId;
  const bytes = concatBytes(nameKey(hasher, entry.secret), rawName(entry.name));
  return formatDigest(hasher.hash('name', bytes));
}

/** The key that contents are hashed with, from `openContent`: one-way from a salt, or what is left of one. */
export function contentKey(hasher: Hasher, salt: string): Digest {
  if (salt.length === DIGEST_LENGTH) return parseDigest(salt);
  return formatDigest(hasher.hash('salt-content', saltBytes(salt)));
}

/** Starts the hash of a content under a salt or key: hash of kind "file" over content key ‖ content. */
export function startContentHash(hasher: Hasher, salt: string): StreamingHash {
  const hash = hasher.stream('file');
  hash.update(keyBytes(hasher, salt));
  return hash;
}

/** Hashes a content that is in memory, under a salt or key. */
export function contentId(hasher: Hasher, salt: string, content: Uint8Array): Digest {
  return formatDigest(hasher.hash('file', keyBytes(hasher, salt), content));
}

function keyBytes(hasher: Hasher, salt: string): Uint8Array {
  return salt.length === DIGEST_LENGTH
    ? idBytes(parseDigest(salt))
    : hasher.hash('salt-content', saltBytes(salt));
}

/** A salt is shorter. */
const DIGEST_LENGTH = 52;

/** A submodule's content is the id of its commit, as text. */
export function submoduleContent(commit: string): Uint8Array {
  return utf8(commit);
}

/** Hash of kind "directory" over the entries' `[mode, kind, nameId, id]`, in list order. */
export function entriesHash(hasher: Hasher, entries: readonly ManifestEntry[]): Uint8Array {
  const rows = entries.map((entry) => [entry.mode, entry.kind, entryNameId(hasher, entry), entry.id]);
  return hasher.hash('directory', encodeCanonical(rows));
}

/** A directory with a single list. */
export function directoryId(hasher: Hasher, entries: readonly ManifestEntry[]): DirectoryId {
  return formatId('ht', entriesHash(hasher, entries));
}

/** A directory with buckets: hash of kind "directory" over `{"buckets":[…]}`, null where one is empty. */
export function bucketedDirectoryId(hasher: Hasher, buckets: readonly (Digest | null)[]): DirectoryId {
  return formatId('ht', hasher.hash('directory', encodeCanonical({ buckets })));
}

/** Which of the 256 buckets an entry belongs to. */
export function bucketOf(hasher: Hasher, entry: ManifestEntry): number {
  return idBytes(entryNameId(hasher, entry))[0] ?? 0;
}
