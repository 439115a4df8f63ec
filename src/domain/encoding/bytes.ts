/** Byte helpers that need nothing but the language: no Node builtin may enter the domain. */

const ENCODER = new TextEncoder();
const STRICT_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Each byte in two hexadecimal digits: trees have an id in every entry. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Encodes text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** Decodes UTF-8 strictly; returns undefined where the bytes are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return STRICT_DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Joins byte arrays into a new one. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Orders two byte strings as `memcmp` does, the shorter first where one begins the other. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Tells whether two byte strings are equal. Not constant-time: never for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/** Bytes that somebody typed or piped in, without the end of their last line. */
export function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  if (bytes[end - 1] === 0x0a) end -= 1;
  if (bytes[end - 1] === 0x0d) end -= 1;
  return bytes.subarray(0, end);
}

/** Formats bytes as lower-case hexadecimal. */
export function formatHex(bytes: Uint8Array): string {
  let text = '';
  // By index: an iterator takes several times as long until it is optimised.
  for (let at = 0; at < bytes.length; at += 1) text += HEX[bytes[at] ?? 0] ?? '';
  return text;
}

/** Parses lower-case hexadecimal; undefined for anything else. */
export function parseHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = 16 * digitAt(text, 2 * index) + digitAt(text, 2 * index + 1);
  }
  return bytes;
}

function digitAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code <= NINE ? code - ZERO : code - LETTER_A + 10;
}

const [ZERO, NINE, LETTER_A] = [0x30, 0x39, 0x61];
