import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import {
  alignCuts,
  areSoundCuts,
  cutBytes,
  keptBytes,
  marksOf,
  mergeCuts,
} from '#domain/removal/spans/cuts.ts';

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : decodeUtf8(bytes);

describe('cuts', () => {
  it('are one where they overlap or touch, and in order', () => {
    const cuts = [
      { start: 8, end: 9 },
      { start: 2, end: 4 },
      { start: 4, end: 6 },
      { start: 3, end: 5 },
    ];
    expect(mergeCuts(cuts)).toEqual([
      { start: 2, end: 6 },
      { start: 8, end: 9 },
    ]);
  });

  it('leave the rest, and say where they were by it alone', () => {
    const content = utf8('0123456789');
    const cuts = mergeCuts([
      { start: 0, end: 2 },
      { start: 5, end: 9 },
    ]);
    expect(text(keptBytes(content, cuts))).toBe('2349');
    expect(cutBytes(content, cuts).map(text)).toEqual(['01', '5678']);
    expect(marksOf(cuts)).toEqual([0, 3]);
  });

  it.each([
    [
      'in order',
      [
        { start: 0, end: 1 },
        { start: 2, end: 4 },
      ],
      true,
    ],
    [
      'that touch',
      [
        { start: 0, end: 2 },
        { start: 2, end: 4 },
      ],
      false,
    ],
    [
      'that go backwards',
      [
        { start: 2, end: 4 },
        { start: 0, end: 1 },
      ],
      false,
    ],
    ['that cut nothing', [{ start: 1, end: 1 }], false],
    ['behind the end', [{ start: 1, end: 5 }], false],
    ['before the beginning', [{ start: -1, end: 1 }], false],
  ])('%s are sound: %j is %s', (_, cuts, sound) => {
    expect(areSoundCuts(cuts, 4)).toBe(sound);
  });

  it('are found again from what is kept, where they can be', () => {
    const content = utf8('ab-SECRET-cd-OTHER-ef');
    const cuts = [
      { start: 3, end: 9 },
      { start: 13, end: 18 },
    ];
    const kept = keptBytes(content, cuts);
    expect(alignCuts(content, kept, marksOf(cuts))).toEqual(cuts);
    expect(alignCuts(content, utf8('xb--cd--ef'), marksOf(cuts))).toBeUndefined();
    expect(alignCuts(content, utf8('ab--c'), marksOf(cuts))).toBeUndefined();
    expect(alignCuts(content, content, [3])).toBeUndefined();
  });

  it('are not looked for any longer where what is kept was made for that', () => {
    const [many, half] = ['a'.repeat(20_000), 'a'.repeat(10_000)];
    const hostile = utf8(`a${many}bXz`);
    const kept = utf8(`a${half}bz`);
    expect(alignCuts(hostile, kept, [1, half.length + 2])).toBeUndefined();
    // The same, a hundredth of it: what nobody made for that is found.
    const [few, some] = ['a'.repeat(100), 'a'.repeat(50)];
    expect(alignCuts(utf8(`a${few}bXz`), utf8(`a${some}bz`), [1, some.length + 2])).toHaveLength(2);
  });
});
