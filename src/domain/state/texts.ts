import { formatBase64Url } from '#domain/encoding/base64url.ts';
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
