import { utf8 } from '#domain/encoding/bytes.ts';

/** A quote of what lies deeper is left to whoever reads the reason: this keeps from slips, it is no search. */
const SEARCHED = 16 * 1024 * 1024;
/** Shorter words stand in any text. */
const SHORT = 8;
const LONG = 16;
const BETWEEN = /[\s"'`“”‘’()[\]{}<>,;=]+/u;
const ENDS = /^[.:!?]+|[.:!?]+$/gu;

/**
 * Tells whether a text that everybody may read quotes one of the contents: all of a short one, or a word of it that
 * looks like a value (letters and digits mixed, or {@link LONG} letters and more). May refuse an honest text, which
 * can be said in other words.
 */
export function quotesContent(text: string, contents: readonly Uint8Array[]): boolean {
  const words = text
    .split(BETWEEN)
    .flatMap((word) => [word, ...word.split(':')])
    .map((word) => word.replaceAll(ENDS, ''));
  const told = [...new Set(words)].filter(isTelling).map(utf8);
  return contents.some((content) => {
    const searched = content.subarray(0, SEARCHED);
    return isQuotedWhole(text, searched) || told.some((word) => includesBytes(searched, word));
  });
}

function isTelling(word: string): boolean {
  if (word.length >= LONG) return true;
  return word.length >= SHORT && /\d/.test(word) && /\p{L}/u.test(word);
}

/** A password alone in its file may be any word. */
function isQuotedWhole(text: string, content: Uint8Array): boolean {
  if (content.length > utf8(text).length + 2) return false;
  const whole = new TextDecoder().decode(content).trim();
  return whole.length >= 4 && text.includes(whole);
}

function includesBytes(content: Uint8Array, word: Uint8Array): boolean {
  const [first] = word;
  if (first === undefined) return false;
  for (let at = content.indexOf(first); at >= 0; at = content.indexOf(first, at + 1)) {
    if (word.every((byte, index) => content[at + index] === byte)) return true;
  }
  return false;
}
