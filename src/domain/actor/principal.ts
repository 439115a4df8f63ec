import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';

const LONGEST = 320;
/** Controls, invisible formatting (bidirectional overrides, joiners) and separators of lines. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Tells whether text can name a principal. */
export function isPrincipal(text: string): boolean {
  return isPlainName(text);
}

/**
 * Tells whether a name has one visible spelling (normal form C, no invisible characters, no white space at its
 * ends) and is never taken for an option.
 */
export function isPlainName(text: string): boolean {
  return (
    text !== '' &&
    text.length <= LONGEST &&
    !text.startsWith('-') &&
    text.trim() === text &&
    !INVISIBLE.test(text) &&
    decodeUtf8(utf8(text)) === text &&
    text.normalize('NFC') === text
  );
}
