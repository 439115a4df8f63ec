import { createHash } from 'node:crypto';

export type HashName = 'sha1' | 'sha256';

export const HASH_BYTES: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32 };

/** Git's id of an object. */
export function objectId(hash: HashName, type: string, content: Uint8Array): string {
  return createHash(hash).update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/** Which hash a file of Git's ends with; SHA-1 where none fits, as in a file that was cut. */
export function trailerHash(bytes: Buffer): HashName {
  return endsWithHash(bytes, 'sha256') ? 'sha256' : 'sha1';
}

/** True where the file's last bytes are the hash of what stands before. */
function endsWithHash(bytes: Buffer, hash: HashName): boolean {
  const end = bytes.length - HASH_BYTES[hash];
  if (end < 0) return false;
  return createHash(hash).update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end));
}
