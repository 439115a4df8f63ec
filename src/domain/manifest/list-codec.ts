import { compareBytes } from '#domain/encoding/bytes.ts';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, parseId, type Digest } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { kindOfMode, type EntryKind, isNameless, type EntrySecret, type ManifestEntry } from './entry.ts';
import { rawName, saltBytes } from './hashes.ts';
import { isPlaceholder } from './placeholder.ts';

/*
 * A directory's list, the file `_` (or `_00` … `_ff`), canonical JSON:
 *
 *   {"entries":[ENTRY…],"type":"directory","v":1}         a single list, or one bucket
 *   {"buckets":[DIGEST|null × 256],"type":"directory","v":1}
 *
 *   ENTRY  {"id","kind","mode","name","salt"}              as captured
 *          {"id","kind","mode","name","nameKey"}           its content was purged
 *          {"contentKey"|null,"id","kind","mode","name","nameId"} its name was taken away: `name` is a placeholder
 *
 * Entries stand in order of their raw name bytes; nameless ones keep their place, and stand last in newer lists.
 */

/** What a list file may be at most. */
export const LARGEST_LIST_BYTES = 64 * 1024 * 1024;
const BUCKETS = 256;
const KINDS: readonly EntryKind[] = ['file', 'symlink', 'submodule', 'directory'];

export type DirectoryList =
  | { readonly entries: readonly ManifestEntry[] }
  | { readonly buckets: readonly (Digest | null)[] };

/** Encodes a list file. */
export function encodeList(list: DirectoryList): Uint8Array {
  const body = 'entries' in list ? { entries: list.entries.map(encodeEntry) } : { buckets: list.buckets };
  return encodeCanonical({ type: 'directory', v: 1, ...body });
}

/** Decodes a list file strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeList(bytes: Uint8Array): DirectoryList {
  const reader = new JsonReader(decodeCanonical(bytes, 'manifest list', LARGEST_LIST_BYTES), 'manifest list');
  reader.version('directory', 1);
  if (reader.has('buckets')) {
    const buckets = reader.list('buckets', parseBucket, BUCKETS);
    reader.end();
    if (buckets.length !== BUCKETS) throw reader.invalid('has not 256 buckets');
    return { buckets };
  }
  const entries = reader.list('entries', decodeEntry, 1_000_000);
  reader.end();
  assertOrder(entries);
  return { entries };
}

function parseBucket(value: Json): Digest | null {
  if (value === null) return null;
  if (typeof value !== 'string') throw new HeddleError('FORMAT_INVALID', 'a bucket is not a digest');
  return parseDigest(value);
}

/** One entry as JSON. */
export function encodeEntry(entry: ManifestEntry): Json {
  const { mode, kind, id, name, secret } = entry;
  const common = { mode, kind, id, name };
  switch (secret.kind) {
    case 'salt':
      return { ...common, salt: secret.salt };
    case 'name-key':
      return { ...common, nameKey: secret.nameKey };
    case 'name-id':
      return { ...common, nameId: secret.nameId, contentKey: secret.contentKey };
  }
}

/** Reads one entry strictly; throws `FORMAT_INVALID`. */
export function decodeEntry(value: Json): ManifestEntry {
  const reader = new JsonReader(value, 'manifest entry');
  const mode = reader.string('mode', 6);
  const kind = reader.oneOf('kind', KINDS);
  if (kindOfMode(mode) !== kind) throw reader.invalid('has a mode that is not of its kind');
  const idText = reader.string('id', 60);
  const id = kind === 'directory' ? parseId('ht', idText) : parseDigest(idText);
  const name = reader.string('name', 16_384);
  assertName(name);
  const secret = readSecret(reader);
  reader.end();
  if (secret.kind === 'name-id' && !isPlaceholder(name)) throw reader.invalid('has a name and hides it');
  return { name, mode, kind, id, secret };
}

function readSecret(reader: JsonReader): EntrySecret {
  if (reader.has('nameId')) {
    const nameId = parseDigest(reader.string('nameId', 60));
    const contentKey = reader.nullableString('contentKey', 60);
    return { kind: 'name-id', nameId, contentKey: contentKey === null ? null : parseDigest(contentKey) };
  }
  if (!reader.has('salt')) return { kind: 'name-key', nameKey: parseDigest(reader.string('nameKey', 60)) };
  const salt = reader.string('salt', 22);
  saltBytes(salt);
  return { kind: 'salt', salt };
}

function assertName(name: string): void {
  const bytes = rawName(name);
  const bad = bytes.length === 0 || bytes.includes(0) || bytes.includes(0x2f);
  if (bad || name === '.' || name === '..' || name.toLowerCase() === '.git') {
    throw new HeddleError('FORMAT_INVALID', 'a manifest entry has a name that no tree may hold');
  }
}

function assertOrder(entries: readonly ManifestEntry[]): void {
  let last: Uint8Array | undefined;
  const names = new Set(entries.map(({ name }) => name));
  if (names.size !== entries.length) {
    throw new HeddleError('FORMAT_INVALID', 'manifest entries are not in order');
  }
  for (const entry of entries) {
    if (isNameless(entry)) continue;
    const name = rawName(entry.name);
    if (last !== undefined && compareBytes(last, name) >= 0) {
      throw new HeddleError('FORMAT_INVALID', 'manifest entries are not in order');
    }
    last = name;
  }
}
