import { createHash } from 'node:crypto';

/** SHA-256 of text as UTF-8, in hexadecimal: for formats of others alone. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
