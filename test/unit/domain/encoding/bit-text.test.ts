import { describe, expect, it } from 'vitest';
import { formatBase32, isBase32, parseBase32 } from '#domain/encoding/base32.ts';
import { formatBase64Url, isBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { fc } from '../../../support/seed.ts';

const ENCODINGS = [
  {
    name: 'base32',
    format: formatBase32,
    parse: parseBase32,
    isOf: isBase32,
    letters: '0123456789abcdefghjkmnpqrstvwxyz',
  },
  {
    name: 'base64url',
    format: formatBase64Url,
    parse: parseBase64Url,
    isOf: isBase64Url,
    letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
  },
];

describe.each(ENCODINGS)('bytes as $name', ({ format, parse, isOf, letters }) => {
  // Letters, the ones beside them in other alphabets, line ends, and what is no byte and no single unit.
  const letter = fc.constantFrom(
    ...Array.from(letters),
    'I',
    'u',
    'o',
    '=',
    '+',
    '/',
    '.',
    '\n',
    'é',
    '一',
    '😀',
    '\ud800',
  );

  it('are what was formatted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = format(bytes);
        expect(parse(text)).toEqual(bytes);
        expect(isOf(text, bytes.length)).toBe(true);
        expect(isOf(text, bytes.length + 1)).toBe(false);
        expect(isOf(`${text}\n`, bytes.length)).toBe(false);
      }),
    );
  });

  it('are told without being made just where they could be', () => {
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 60 }), fc.integer({ min: 0, max: 40 }), (text, bytes) => {
        expect(isOf(text.join(''), bytes)).toBe(parse(text.join(''))?.length === bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('have no other last letter than one whose spare bits are zero', () => {
    const text = format(new Uint8Array(32).fill(255)).slice(0, -1);
    for (const last of letters) {
      expect(isOf(text + last, 32)).toBe(parse(text + last)?.length === 32);
    }
    expect(Array.from(letters).filter((last) => isOf(text + last, 32)).length).toBeLessThan(letters.length);
  });
});
