import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';

const LONGEST = 320;
/** Controls, invisible formatting (bidirectional overrides, joiners) and separators of lines. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** By far the most names, of which nothing more is to be asked: each class of letters takes long to be set up. */
const VISIBLE_ASCII = /^[ -~]*$/;

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
    (VISIBLE_ASCII.test(text) || hasOneSpelling(text))
  );
}

function hasOneSpelling(text: string): boolean {
  return !INVISIBLE.test(text) && decodeUtf8(utf8(text)) === text && text.normalize('NFC') === text;
}
