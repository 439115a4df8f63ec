import { randomFillSync } from 'node:crypto';

/** Bytes from the system's cryptographic generator, in an array of their own. */
export function randomBytes(length: number): Uint8Array {
  return randomFillSync(new Uint8Array(length));
}
