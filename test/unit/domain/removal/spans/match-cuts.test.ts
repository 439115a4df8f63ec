import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { keptBytes } from '#domain/removal/spans/cuts.ts';
import { matchCuts, secretPatterns } from '#domain/removal/spans/match-cuts.ts';

const cutsIn = (content: string, ...patterns: string[]): unknown =>
  matchCuts(
    utf8(content),
    patterns.map((text) => ({ bytes: utf8(text), wide: false })),
  );

describe('matches of a secret', () => {
  it.each([
    [
      'at both ends',
      'key..key',
      ['key'],
      [
        [0, 3],
        [5, 8],
      ],
    ],
    ['beside one another: one', '.keykey.', ['key'], [[1, 7]]],
    ['that overlap: one', 'xababax', ['aba'], [[1, 6]]],
    ['of one byte many times', 'aaaa', ['aa'], [[0, 4]]],
    ['after a false beginning', 'aabaabaaa', ['aabaaa'], [[3, 9]]],
    ['of several patterns, joined', '.abcd.', ['abc', 'bcd'], [[1, 5]]],
    ['that are none', 'nothing', ['key'], []],
    ['longer than the content', 'ke', ['key'], []],
  ])('%s', (_, content, patterns, cuts) => {
    expect(cutsIn(content, ...patterns)).toEqual(cuts.map(([start, end]) => ({ start, end })));
  });

  it.each(['utf16le', 'swapped'])('take nothing beside them in %s', (encoding) => {
    const text = Buffer.from('\ufeffintro\n-----KEY-----\nrest', 'utf16le');
    const content = encoding === 'swapped' ? Buffer.from(text).swap16() : text;
    expect(matchCuts(content, secretPatterns(utf8('-----KEY-----')))).toEqual([{ start: 14, end: 40 }]);
    const odd = Buffer.concat([Buffer.from('x'), content]);
    // One byte beside, which of the orders it is cannot be told: no letter of it stays.
    const cuts = matchCuts(odd, secretPatterns(utf8('-----KEY-----'))) ?? [];
    expect(Buffer.from(keptBytes(odd, cuts)).toString('latin1').replaceAll('\0', '')).not.toMatch(/[KEY-]/);
  });

  it('are too many rather than without a bound', () => {
    expect(cutsIn('k.'.repeat(10_001), 'k')).toBeUndefined();
  });

  it('are found in a large content whatever it is like', () => {
    const content = new Uint8Array(4 * 1024 * 1024);
    const pattern = new Uint8Array(64 * 1024);
    expect(matchCuts(content, [{ bytes: pattern, wide: false }])).toEqual([
      { start: 0, end: content.length },
    ]);
    pattern[pattern.length - 1] = 1;
    expect(matchCuts(content, [{ bytes: pattern, wide: false }])).toEqual([]);
  });
});

describe('patterns of a secret', () => {
  it('are the ends of line and encodings in which files hold it', () => {
    const told = secretPatterns(utf8('a\nb')).map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
    expect(told).toEqual(['a\nb', 'a\0\n\0b\0', '\0a\0\n\0b', 'a\r\nb', 'a\0\r\0\n\0b\0', '\0a\0\r\0\n\0b']);
  });

  it('of bytes that are no text are those bytes', () => {
    const bytes = Uint8Array.of(0xff, 0x00, 0xfe, 0x01);
    expect(secretPatterns(bytes)).toEqual([{ bytes, wide: false }]);
  });
});
