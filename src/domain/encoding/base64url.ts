import { createBitText } from './bit-text.ts';

const URL_SAFE = createBitText('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

/** Formats bytes as base64url without padding (RFC 4648 section 5). */
export function formatBase64Url(bytes: Uint8Array): string {
  return URL_SAFE.format(bytes);
}

/** Parses unpadded base64url strictly: no other alphabet, no stray bits. */
export function parseBase64Url(text: string): Uint8Array | undefined {
  return URL_SAFE.parse(text);
}

/** Tells whether a text is what {@link formatBase64Url} writes of so many bytes. */
export function isBase64Url(text: string, bytes: number): boolean {
  return URL_SAFE.isOf(text, bytes);
}
