import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { concatBytes, formatHex, parseHex, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { domainTag, type HashKind } from '#domain/hash.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import { randomBytes } from '#platform/random.ts';
import type { HolderKey, RawEd25519, Signer, VerifySignature } from '#ports/keys.ts';
import { isCanonicalKey, isCurvePoint } from './ed25519-point.ts';

const SECRET_BYTES = 32;
const KEY_BYTES = 32;
const HASH_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** What stands before the raw bytes in DER: PKCS #8 (RFC 8410). */
const SECRET_PREFIX = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);
/** Stands in a JSON Web Key where nobody looks. */
const NO_KEY = Buffer.alloc(KEY_BYTES).toString('base64url');

/** Ed25519 on bare bytes: for tokens, whose payloads have their own separation. */
export const rawEd25519: RawEd25519 = {
  signRaw: (secret, message) => signBytes(importSecret(secret), message),
  verifyRaw: (publicKey, message, signature) => {
    if (signature.length !== SIGNATURE_BYTES) return false;
    const key = importPublic(publicKey);
    return key !== undefined && verify(null, message, key, signature);
  },
  generateKey: () => {
    const secret = randomBytes(SECRET_BYTES);
    return { publicKey: derivePublicKey(secret), secret };
  },
  isAcceptableKey: isCurvePoint,
};

/** Verifies a signature over `"heddle/<kind>/v1" ‖ 0x00 ‖ hash`; false for anything malformed. */
export const verifySignature: VerifySignature = (kind, hash, signature, publicKey) =>
  hash.length === HASH_BYTES && rawEd25519.verifyRaw(publicKey, signedBytes(kind, hash), signature);

/** A signer that keeps its key imported. Throws `KEY_REJECTED` where secret and public key do not belong together. */
export function signerOf(holder: HolderKey): Signer {
  const key = importSecret(holder.secret);
  if (derivePublicKey(holder.secret) !== holder.publicKey) {
    throw new HeddleError('KEY_REJECTED', 'a secret key does not belong to its public key', {
      facts: { publicKey: holder.publicKey.slice(0, SECRET_BYTES * 2) },
    });
  }
  return {
    publicKey: holder.publicKey,
    sign: (kind, hash) => {
      if (hash.length !== HASH_BYTES) throw new Error('invariant: what is signed is a hash of 32 bytes');
      return signBytes(key, signedBytes(kind, hash));
    },
  };
}

/** The public key of a 32-byte seed. Throws `KEY_REJECTED`. */
export function derivePublicKey(secret: Uint8Array): PublicKeyHex {
  const known = derived.get(secret);
  if (known !== undefined) return known;
  const publicKey = publicKeyOf(importSecret(secret));
  derived.set(secret, publicKey);
  return publicKey;
}

/**
 * By the very bytes in memory, which nobody changes: a file's secret is checked where it is read, and used afterwards.
 * What is kept goes when they go.
 */
const derived = new WeakMap<Uint8Array, PublicKeyHex>();
const importedSecrets = new WeakMap<Uint8Array, KeyObject>();

function publicKeyOf(secret: KeyObject): PublicKeyHex {
  const bytes = Buffer.from(createPublicKey(secret).export({ format: 'jwk' }).x ?? '', 'base64url');
  if (bytes.length !== KEY_BYTES) throw new Error('invariant: an Ed25519 key has one encoding');
  return formatHex(bytes);
}

function signedBytes(kind: HashKind, hash: Uint8Array): Uint8Array {
  return concatBytes(utf8(domainTag(kind)), hash);
}

function signBytes(key: KeyObject, message: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, key));
}

function importSecret(secret: Uint8Array): KeyObject {
  if (secret.length !== SECRET_BYTES)
    throw new HeddleError('KEY_REJECTED', 'a secret key has a wrong length');
  const known = importedSecrets.get(secret);
  if (known !== undefined) return known;
  const key = tryImportSecret(secret) ?? tryImportDer(secret);
  // Without a cause: a foreign error might quote what it was given.
  if (key === undefined) throw new HeddleError('KEY_REJECTED', 'this Node cannot use an Ed25519 key');
  importedSecrets.set(secret, key);
  return key;
}

/**
 * As {@link tryImport}, in a quarter of the time that DER takes. The format wants a public key beside the secret one:
 * OpenSSL works its own out, and a Node that compares them takes none of this.
 */
function tryImportSecret(secret: Uint8Array): KeyObject | undefined {
  const d = Buffer.from(secret).toString('base64url');
  try {
    return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d, x: NO_KEY }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function tryImportDer(secret: Uint8Array): KeyObject | undefined {
  const der = Buffer.concat([SECRET_PREFIX, secret]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    return undefined;
  } finally {
    der.fill(0);
  }
}

/** Importing costs as much as verifying; a history is signed by few keys. */
const MOST_KEYS = 1_024;
const imported = new Map<PublicKeyHex, KeyObject>();

function importPublic(publicKey: PublicKeyHex): KeyObject | undefined {
  const known = imported.get(publicKey);
  if (known !== undefined) return known;
  const bytes = isCanonicalKey(publicKey) ? parseHex(publicKey) : undefined;
  if (bytes === undefined) return undefined;
  const key = tryImport(bytes);
  if (imported.size >= MOST_KEYS) imported.clear();
  if (key !== undefined) imported.set(publicKey, key);
  return key;
}

/** As a JSON Web Key, which OpenSSL takes as it is; a DER structure it tries several decoders on, six times as long. */
function tryImport(bytes: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(bytes).toString('base64url') },
      format: 'jwk',
    });
  } catch {
    return undefined;
  }
}
