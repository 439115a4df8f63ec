import { createCipheriv, createDecipheriv, type DecipherGCM } from 'node:crypto';
import { concatBytes, equalBytes, formatHex, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { RandomBytes } from '#ports/platform.ts';
import { LARGEST_PLAINTEXT } from './quarantine-codec.ts';

/*
 * <common dir>/heddle/quarantine/<tombstone>, 0600, is one of
 *
 *   offset  0   8 bytes  "heddle-q"
 *           8   1        version, 1
 *           9  16        name of the key
 *          25  12        nonce
 *          37   …        ciphertext, AES-256-GCM
 *         end  16        tag
 *
 * of which the tag covers offsets 0 to 25 and the tombstone's id as associated data, and
 *
 *   {"note":"the content was destroyed","tombstone","type":"quarantine-spent","v":1}
 *
 * canonical JSON: for people. What was destroyed is told by the key's record, which the repository cannot forge.
 */

/** What a file tells without a key: which key opens it. */
export const BEGINNING_BYTES = 25;
const MAGIC = utf8('heddle-q');
const VERSION = Uint8Array.of(1);
export const NAME_BYTES = 16;
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
const PIECE_BYTES = 1024 * 1024;
/** Largest sealed file. */
export const LARGEST_SEALED = BEGINNING_BYTES + NONCE_BYTES + LARGEST_PLAINTEXT + TAG_BYTES;

/** The hexadecimal name of the key that a file asks for; undefined for what does not begin as a sealed file. */
export function keyNameOf(beginning: Uint8Array): string | undefined {
  const start = concatBytes(MAGIC, VERSION);
  if (beginning.length < BEGINNING_BYTES || !equalBytes(beginning.subarray(0, start.length), start)) {
    return undefined;
  }
  return formatHex(beginning.subarray(start.length, BEGINNING_BYTES));
}

export interface SealingKey {
  readonly tombstone: TombstoneId;
  /** 16 bytes. */
  readonly name: Uint8Array;
  /** 32 bytes, for this file alone. */
  readonly key: Uint8Array;
}

/** A sealed file, piece by piece. */
export function* sealPieces(
  { tombstone, name, key }: SealingKey,
  plaintext: Iterable<Uint8Array>,
  random: RandomBytes,
): Generator<Uint8Array> {
  const beginning = concatBytes(MAGIC, VERSION, name);
  const nonce = random(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(beginning, tombstone));
  yield concatBytes(beginning, nonce);
  for (const part of plaintext) {
    for (let at = 0; at < part.length; at += PIECE_BYTES) {
      yield cipher.update(part.subarray(at, at + PIECE_BYTES));
    }
  }
  cipher.final();
  yield cipher.getAuthTag();
}

/** The plaintext of a sealed file, in the file's own memory; undefined where a single bit of it is not as it was. */
export function unseal(file: Uint8Array, tombstone: TombstoneId, key: Uint8Array): Uint8Array | undefined {
  const start = BEGINNING_BYTES + NONCE_BYTES;
  const end = file.length - TAG_BYTES;
  if (end < start || keyNameOf(file) === undefined) return undefined;
  const nonce = file.subarray(BEGINNING_BYTES, start);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(file.subarray(0, BEGINNING_BYTES), tombstone));
  decipher.setAuthTag(file.subarray(end));
  const body = file.subarray(start, end);
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    body.set(decipher.update(body.subarray(at, at + PIECE_BYTES)), at);
  }
  return isAuthentic(decipher) ? body : undefined;
}

function isAuthentic(decipher: DecipherGCM): boolean {
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

function associatedData(beginning: Uint8Array, tombstone: TombstoneId): Uint8Array {
  return concatBytes(beginning, utf8(tombstone));
}

/** What stands in the place of a content that was destroyed. */
export function encodeSpentNote(tombstone: TombstoneId): Uint8Array {
  return encodeCanonical({
    type: 'quarantine-spent',
    v: 1,
    tombstone,
    note: 'the content was destroyed',
  });
}
