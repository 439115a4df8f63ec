import type { JsonReader } from '#domain/encoding/json-reader.ts';
import type { PublicKeyHex } from './token.ts';

const PUBLIC_KEY = /^[0-9a-f]{64}$/;

/** Tells whether text is written as a public key; whether it is a point of the curve is the signature's question. */
export function isPublicKey(text: string): boolean {
  return PUBLIC_KEY.test(text);
}

/** Reads a field that holds a public key; throws `FORMAT_INVALID`. */
export function readPublicKey(reader: JsonReader, name: string): PublicKeyHex {
  const key = reader.string(name, 64);
  if (!isPublicKey(key)) throw reader.invalid(`has no proper ${name}`);
  return key;
}
