import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { keptBytes } from '#domain/removal/spans/cuts.ts';
import { lineCuts, parseLineRanges } from '#domain/removal/spans/line-cuts.ts';

function kept(content: string | Uint8Array, ranges: string): string | undefined {
  const bytes = typeof content === 'string' ? utf8(content) : content;
  const found = lineCuts(bytes, parseLineRanges(ranges) ?? []);
  return found.kind === 'cuts' ? decodeUtf8(keptBytes(bytes, found.cuts)) : found.kind;
}

describe('ranges of lines', () => {
  it.each([
    ['3', [{ first: 3, last: 3 }]],
    [
      '2-4,9',
      [
        { first: 2, last: 4 },
        { first: 9, last: 9 },
      ],
    ],
  ])('are %s', (typed, ranges) => {
    expect(parseLineRanges(typed)).toEqual(ranges);
  });

  it.each(['', '0', '4-2', '1-', '-3', '1,', ' 1', '1-2-3', '01', 'x', '9999999999', '1,'.repeat(1001)])(
    'are not %j',
    (typed) => {
      expect(parseLineRanges(typed)).toBeUndefined();
    },
  );
});

describe('lines that are cut out', () => {
  it.each([
    ['one', 'a\nb\nc\n', '2', 'a\n\nc\n'],
    ['several as one line', 'a\nb\nc\nd\n', '2-3', 'a\n\nd\n'],
    ['ranges that follow on one another as one', 'a\nb\nc\nd\n', '3,2', 'a\n\nd\n'],
    ['the first', 'a\nb\n', '1', '\nb\n'],
    ['the last, without an end of line', 'a\nb', '2', 'a\n'],
    ['with the other end of line', 'a\r\nb\r\nc\r\n', '2', 'a\r\n\r\nc\r\n'],
    ['all of them', 'a\nb\n', '1-2', '\n'],
    ['behind a byte order mark', '\ufeffa\nb\n', '1', '\ufeff\nb\n'],
    ['an empty one: nothing', 'a\n\nc\n', '2', 'a\n\nc\n'],
    ['empty ones with others', 'a\n\nc\n\n', '1-4', '\n'],
  ])('are %s', (_, content, ranges, rest) => {
    expect(kept(content, ranges)).toBe(rest);
  });

  it('are found in UTF-16, and nowhere else where bytes are zero', () => {
    const wide = Buffer.from('\ufeffaĊb\r\nsecret\r\nc', 'utf16le');
    const found = lineCuts(wide, [{ first: 2, last: 2 }]);
    expect(found.kind === 'cuts' && Buffer.from(keptBytes(wide, found.cuts)).toString('utf16le')).toBe(
      '\ufeffaĊb\r\n\r\nc',
    );
    const swapped = Buffer.from(wide).swap16();
    const same = lineCuts(swapped, [{ first: 2, last: 2 }]);
    expect(same).toEqual(found);
    expect(kept(Uint8Array.of(0x61, 0, 0x0a), '1')).toBe('binary');
  });

  it('are told apart from lines that are not there', () => {
    expect(lineCuts(utf8('a\nb\n'), [{ first: 2, last: 3 }])).toEqual({ kind: 'beyond', line: 3, lines: 2 });
    expect(lineCuts(utf8('a\nb\n'), [{ first: 5, last: 6 }])).toEqual({ kind: 'beyond', line: 5, lines: 2 });
    expect(lineCuts(utf8(''), [{ first: 1, last: 1 }])).toEqual({ kind: 'beyond', line: 1, lines: 0 });
  });
});
