import { createHash } from 'node:crypto';
import { domainTag, type Hasher, type HashKind } from '#domain/hash.ts';

/** A hasher that needs no wasm: domain-separated SHA-256. */
export const SHA256_HASHER: Hasher = {
  hash(kind: HashKind, ...parts: readonly Uint8Array[]): Uint8Array {
    const hash = createHash('sha256').update(domainTag(kind));
    for (const part of parts) hash.update(part);
    return new Uint8Array(hash.digest());
  },
  stream(kind: HashKind) {
    const hash = createHash('sha256').update(domainTag(kind));
    return {
      update: (bytes) => void hash.update(bytes),
      digest: () => new Uint8Array(hash.digest()),
    };
  },
};
