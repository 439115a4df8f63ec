import { formatBase64Url, isBase64Url } from '#domain/encoding/base64url.ts';
import type { JsonReader } from '#domain/encoding/json-reader.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, type Digest } from '#domain/id.ts';

const SALT_BYTES = 16;

/** The digest by which a record names its sidecar: hash of kind "texts" over the sidecar's canonical bytes. */
export function textsDigest(hasher: Hasher, bytes: Uint8Array): Digest {
  return formatDigest(hasher.hash('texts', bytes));
}

/** A fresh salt of 16 random bytes, base64url: what keeps a sidecar's digest from testing a guess. */
export function newSalt(random: (length: number) => Uint8Array): string {
  return formatBase64Url(random(SALT_BYTES));
}

/** Reads the salt of a sidecar; throws `FORMAT_INVALID`. */
export function readSalt(reader: JsonReader): string {
  const salt = reader.string('salt', 22);
  if (!isBase64Url(salt, SALT_BYTES)) throw reader.invalid('has no proper salt');
  return salt;
}
