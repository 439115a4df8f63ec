import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import { HeddleError } from '#domain/error.ts';
import { randomBytes } from '#platform/random.ts';

/*
 * scrypt (RFC 7914) makes a key of the passphrase, AES-256-GCM seals the secrets under it:
 * sealed = ciphertext ‖ tag (16). A fresh salt makes a fresh key each time, so no nonce is used twice under one.
 */

/** Cost of the only derivation that is accepted; about 128 MiB and 0.4 s. */
export const SCRYPT = { n: 131_072, r: 8, p: 1 } as const;
export const SALT_BYTES = 16;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** What is public of a sealing; part of the authenticated header. */
export interface SealParameters {
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
}

/** New salt and nonce. */
export function newSealParameters(): SealParameters {
  return { salt: randomBytes(SALT_BYTES), nonce: randomBytes(NONCE_BYTES) };
}

/** What is sealed or opened under a passphrase, and the header that is authenticated with it. */
export interface SealInput extends SealParameters {
  readonly passphrase: Uint8Array;
  readonly header: Uint8Array;
  readonly content: Uint8Array;
}

/** Encrypts and authenticates. Throws `PASSPHRASE_MISSING` for an empty passphrase. */
export async function sealSecrets(input: SealInput): Promise<Uint8Array> {
  const key = await deriveKey(input.passphrase, input.salt);
  try {
    const cipher = createCipheriv('aes-256-gcm', key, input.nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(input.header);
    return Buffer.concat([cipher.update(input.content), cipher.final(), cipher.getAuthTag()]);
  } finally {
    key.fill(0);
  }
}

/** Decrypts; a wrong passphrase and a changed file look alike: `PASSPHRASE_WRONG`. */
export async function openSecrets(input: SealInput): Promise<Uint8Array> {
  const key = await deriveKey(input.passphrase, input.salt);
  const end = input.content.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, input.nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(input.header);
    decipher.setAuthTag(input.content.subarray(end));
    return Buffer.concat([decipher.update(input.content.subarray(0, end)), decipher.final()]);
  } catch {
    throw new HeddleError('PASSPHRASE_WRONG', 'the passphrase does not open these keys');
  } finally {
    key.fill(0);
  }
}

function deriveKey(passphrase: Uint8Array, salt: Uint8Array): Promise<Buffer> {
  if (passphrase.length === 0) throw new HeddleError('PASSPHRASE_MISSING', 'the passphrase is empty');
  const cost = { N: SCRYPT.n, r: SCRYPT.r, p: SCRYPT.p, maxmem: 160 * SCRYPT.n * SCRYPT.r };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, KEY_BYTES, cost, (error, key) => {
      if (error === null) resolve(key);
      else
        reject(
          new HeddleError('KEY_LOCKED', 'this machine cannot derive a key from the passphrase', {
            cause: error,
          }),
        );
    });
  });
}
