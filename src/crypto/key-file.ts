import type { PrincipalKeys } from '#domain/authority/authority.ts';
import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { concatBytes } from '#domain/encoding/bytes.ts';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { isPrincipal } from '#domain/actor/principal.ts';
import { isCurvePoint } from './ed25519-point.ts';
import { NONCE_BYTES, SALT_BYTES, SCRYPT, TAG_BYTES, type SealParameters } from './key-seal.ts';

/*
 * A principal's keys, canonical JSON:
 *   {"principal","protection","record","root","secrets","type":"keys","v":1}
 * `protection` is null, or {"cipher":"aes-256-gcm","kdf":"scrypt","n","nonce","p","r","salt"}; `secrets` is
 * base64url of the root's and the record key's seeds (64 bytes), sealed where there is a protection. Everything
 * but `secrets` is the header that the seal authenticates.
 */

/** Longest file that is read. */
export const MAX_KEY_FILE_BYTES = 8_192;
const SEED_BYTES = 32;
const SECRETS_BYTES = 2 * SEED_BYTES;

export interface KeyFile extends PrincipalKeys {
  readonly principal: string;
  readonly protection: SealParameters | null;
  /** Plain or sealed, as `protection` says. */
  readonly secrets: Uint8Array;
}

/** Encodes the whole file. */
export function encodeKeyFile(file: KeyFile): Uint8Array {
  return encodeCanonical({ ...headerOf(file), secrets: formatBase64Url(file.secrets) });
}

/** The bytes that the seal authenticates. */
export function encodeKeyHeader(file: Omit<KeyFile, 'secrets'>): Uint8Array {
  return encodeCanonical(headerOf(file));
}

/** Decodes a file strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeKeyFile(bytes: Uint8Array): KeyFile {
  const reader = new JsonReader(decodeCanonical(bytes, 'key file', MAX_KEY_FILE_BYTES), 'key file');
  reader.version('keys', 1);
  const principal = reader.string('principal');
  if (!isPrincipal(principal)) throw reader.invalid('has no proper principal');
  const file = { principal, root: readKey(reader, 'root'), record: readKey(reader, 'record') };
  if (file.root === file.record) throw reader.invalid('has one key twice');
  const sealed = reader.nullableObject('protection');
  const protection = sealed === null ? null : readProtection(sealed);
  const secrets = readBytes(reader, 'secrets', SECRETS_BYTES + (protection === null ? 0 : TAG_BYTES));
  reader.end();
  return { ...file, protection, secrets };
}

/** The two seeds behind the 64 bytes of opened secrets. */
export function splitSecrets(secrets: Uint8Array): {
  readonly root: Uint8Array;
  readonly record: Uint8Array;
} {
  return { root: secrets.slice(0, SEED_BYTES), record: secrets.slice(SEED_BYTES) };
}

/** The 64 bytes to seal. */
export function joinSecrets(root: Uint8Array, record: Uint8Array): Uint8Array {
  return concatBytes(root, record);
}

function headerOf(file: Omit<KeyFile, 'secrets'>): Record<string, Json> {
  const { principal, root, record, protection } = file;
  return { type: 'keys', v: 1, principal, root, record, protection: protection && protectionOf(protection) };
}

function protectionOf({ salt, nonce }: SealParameters): Record<string, Json> {
  return {
    kdf: 'scrypt',
    ...SCRYPT,
    salt: formatBase64Url(salt),
    cipher: 'aes-256-gcm',
    nonce: formatBase64Url(nonce),
  };
}

function readProtection(reader: JsonReader): SealParameters {
  reader.oneOf('kdf', ['scrypt']);
  reader.oneOf('cipher', ['aes-256-gcm']);
  // Other costs than the one that is written would let a changed file weaken the key or fill the memory.
  const cost = [reader.integer('n'), reader.integer('r'), reader.integer('p')].join();
  if (cost !== [SCRYPT.n, SCRYPT.r, SCRYPT.p].join()) throw reader.invalid('has an unknown cost');
  const parameters = {
    salt: readBytes(reader, 'salt', SALT_BYTES),
    nonce: readBytes(reader, 'nonce', NONCE_BYTES),
  };
  reader.end();
  return parameters;
}

function readKey(reader: JsonReader, name: string): string {
  const key = reader.string(name, 64);
  if (!isCurvePoint(key)) throw reader.invalid(`has no proper ${name}`);
  return key;
}

function readBytes(reader: JsonReader, name: string, length: number): Uint8Array {
  const bytes = parseBase64Url(reader.string(name));
  if (bytes?.length !== length) throw reader.invalid(`has no proper ${name}`);
  return bytes;
}
