import { createBitText } from './bit-text.ts';

const CROCKFORD = createBitText('0123456789abcdefghjkmnpqrstvwxyz');

/** Formats bytes in lower-case Crockford base32 without padding. */
export function formatBase32(bytes: Uint8Array): string {
  return CROCKFORD.format(bytes);
}

/** Parses what {@link formatBase32} writes and nothing else: no upper case, no aliases, no stray bits. */
export function parseBase32(text: string): Uint8Array | undefined {
  return CROCKFORD.parse(text);
}

/** Tells whether a text is what {@link formatBase32} writes of so many bytes. */
export function isBase32(text: string, bytes: number): boolean {
  return CROCKFORD.isOf(text, bytes);
}
