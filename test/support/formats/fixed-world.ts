import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { parseInstant, type Instant } from '#domain/time.ts';
import { createHasher } from '#crypto/hasher.ts';
import { derivePublicKey, rawEd25519, signerOf } from '#crypto/ed25519.ts';
import type { HolderKey, RawEd25519, Signer } from '#ports/keys.ts';
import { createTokenService } from '#tokens/tokens.ts';

/** A key pair whose seed is one byte repeated: everybody knows it, nobody may use it. */
export interface ExampleKey extends HolderKey {
  readonly name: string;
  /** The byte of the seed, in hexadecimal. */
  readonly seed: string;
  readonly signer: Signer;
}

function exampleKey(name: string, fill: number): ExampleKey {
  const secret = new Uint8Array(32).fill(fill);
  const publicKey = derivePublicKey(secret);
  const seed = fill.toString(16).padStart(2, '0');
  return { name, seed, publicKey, secret, signer: signerOf({ publicKey, secret }) };
}

/** The keys of the examples. */
export const KEYS = {
  root: exampleKey('root key of owner@example.com', 1),
  record: exampleKey('record key of owner@example.com', 2),
  session: exampleKey("holder key of the owner's session", 3),
  agent: exampleKey('holder key of review-worker', 4),
  replica: exampleKey('replica key', 5),
} as const;

export const OWNER = 'owner@example.com';
export const REPOSITORY = 'acme/core';
export const hasher = createHasher();

/** A time on the day of the examples. */
export function at(time: string): Instant {
  return parseInstant(`2026-11-21T${time}.000Z`);
}

/** The n-th salt: bytes that count on from 16 n. */
export function salt(n: number): string {
  return formatBase64Url(Uint8Array.from({ length: 16 }, (_, index) => 16 * n + index));
}

/** Tokens whose ephemeral keys have the seeds 0x20, 0x21, … in order of use. */
export function exampleTokens(): ReturnType<typeof createTokenService> {
  let next = 0x20;
  const keys: RawEd25519 = {
    ...rawEd25519,
    generateKey: () => {
      const secret = new Uint8Array(32).fill(next);
      next += 1;
      return { secret, publicKey: derivePublicKey(secret) };
    },
  };
  return createTokenService(keys);
}
