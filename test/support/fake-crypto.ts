import { createHash } from 'node:crypto';
import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { domainTag, type Hasher, type HashKind, type StreamingHash } from '#domain/hash.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/** A hasher of the same shape as the real one, for tests that need no wasm. */
export const FAKE_HASHER: Hasher = {
  hash: (kind, ...parts) => {
    const hash = createHash('sha256').update(domainTag(kind));
    for (const part of parts) hash.update(part);
    return new Uint8Array(hash.digest());
  },
  stream: (kind): StreamingHash => {
    const hash = createHash('sha256').update(domainTag(kind));
    return {
      update: (bytes) => {
        hash.update(bytes);
      },
      digest: () => new Uint8Array(hash.digest()),
    };
  },
};

/** Anybody can make such a signature: it tells tests who is said to have signed what, and nothing more. */
export function fakeSign(kind: HashKind, hash: Uint8Array, key: PublicKeyHex): Uint8Array {
  return new Uint8Array(
    createHash('sha512')
      .update(concatBytes(utf8(domainTag(kind)), hash, utf8(key)))
      .digest(),
  );
}

export function fakeVerify(
  kind: HashKind,
  hash: Uint8Array,
  signature: Uint8Array,
  publicKey: PublicKeyHex,
): boolean {
  return Buffer.from(fakeSign(kind, hash, publicKey)).equals(Buffer.from(signature));
}

const KEYS = new Map<string, PublicKeyHex>();

/** A key that is named rather than made. */
export function fakeKey(name: string): PublicKeyHex {
  const known = KEYS.get(name);
  if (known !== undefined) return known;
  const key = fakeHash(name);
  KEYS.set(name, key);
  return key;
}

/** 64 digits that are named rather than made. Not remembered: of these there may be as many as there are cases. */
export function fakeHash(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}
