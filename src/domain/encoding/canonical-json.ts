import canonicalize from 'canonicalize';
import { decodeUtf8, utf8 } from './bytes.ts';
import { HeddleError } from '#domain/error.ts';

/** What signed or hashed JSON may hold: no numbers but integers below 2⁵³. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Encodes a value as canonical JSON (RFC 8785), UTF-8. */
export function encodeCanonical(value: Json): Uint8Array {
  return utf8(formatCanonical(value));
}

function formatCanonical(value: Json): string {
  assertIntegers(value);
  const text = canonicalize(value);
  if (text === undefined) throw new Error('invariant: a JSON value has a canonical form');
  return text;
}

/**
 * Decodes canonical JSON and nothing else: what does not encode back to the same bytes (other order,
 * white space, duplicate keys, other escapes, fractions) throws `FORMAT_INVALID`.
 *
 * @param what names the record in the error.
 * @param maxBytes refuses longer input before parsing it.
 */
export function decodeCanonical(bytes: Uint8Array, what: string, maxBytes: number): Json {
  if (bytes.length > maxBytes) throw invalid(what, `longer than ${maxBytes} bytes`);
  const text = decodeUtf8(bytes);
  if (text === undefined) throw invalid(what, 'not UTF-8');
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw invalid(what, 'not JSON', cause);
  }
  // Strictly decoded, a mark of byte order kept, equal texts are equal bytes.
  if (!isCanonical(value, text, what)) throw invalid(what, 'not in canonical form');
  return value;
}

function isCanonical(value: Json, text: string, what: string): boolean {
  try {
    return isPlainlyCanonical(value, text) || formatCanonical(value) === text;
  } catch (cause) {
    throw invalid(what, 'holds what has no canonical form', cause);
  }
}

/**
 * Nearly all that is read is: the engine writes strings and integers as RFC 8785 has them, and what is left is the order
 * of the keys. Escapes, among which letters may be that have no UTF-8, are left to the whole form, and so is all else.
 */
function isPlainlyCanonical(value: Json, text: string): boolean {
  return !text.includes('\\u') && isInOrder(value) && JSON.stringify(value) === text;
}

/** Keys by their UTF-16 units, and no number but integers. */
function isInOrder(value: Json): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'number' || Number.isSafeInteger(value);
  if (Array.isArray(value)) return value.every(isInOrder);
  let before: string | undefined;
  for (const [key, held] of Object.entries(value)) {
    if ((before !== undefined && before >= key) || !isInOrder(held)) return false;
    before = key;
  }
  return true;
}

function assertIntegers(value: Json): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new HeddleError('FORMAT_INVALID', 'a number is not an integer below 2^53');
  }
  if (Array.isArray(value)) value.forEach(assertIntegers);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(assertIntegers);
}

function invalid(what: string, why: string, cause?: unknown): HeddleError {
  return new HeddleError('FORMAT_INVALID', `${what} is ${why}`, { facts: { record: what }, cause });
}
