const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const VALUES = new Map(Array.from(ALPHABET, (letter, value) => [letter, value]));

/** Formats bytes in lower-case Crockford base32 without padding; trailing bits are zero. */
export function formatBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((buffer >>> bits) & 31);
    }
    buffer &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET.charAt((buffer << (5 - bits)) & 31) : text;
}

/** Parses what {@link formatBase32} writes and nothing else: no upper case, no aliases, no stray bits. */
export function parseBase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let buffer = 0;
  let bits = 0;
  let length = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) return undefined;
    buffer = (buffer << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length] = (buffer >>> bits) & 255;
      length += 1;
      buffer &= (1 << bits) - 1;
    }
  }
  return buffer === 0 && bits < 5 ? bytes : undefined;
}
