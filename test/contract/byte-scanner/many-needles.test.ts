import { describe, expect, it } from 'vitest';
import { ManyNeedles } from '../../support/byte-scanner/many-needles.ts';
import { fc } from '../../support/seed.ts';

/** Few letters, so that needles overlap, begin alike and stand in one another. */
const letters = (minLength: number): fc.Arbitrary<Buffer> =>
  fc
    .array(fc.constantFrom(0x00, 0x61, 0xff), { minLength, maxLength: 4 * minLength + 20 })
    .map((bytes) => Buffer.from(bytes));

describe('many needles at once', () => {
  it('are those that are found one by one, wherever they stand', () => {
    let hits = 0;
    fc.assert(
      fc.property(
        fc.array(letters(4), { maxLength: 8 }),
        letters(0),
        letters(0),
        (needles, before, behind) => {
          const bytes = Buffer.concat([before, ...needles.slice(0, 1), behind]);
          const oneByOne = needles.flatMap((needle, index) => (bytes.includes(needle) ? [index] : []));
          hits += oneByOne.length;
          expect([...new ManyNeedles(needles).findIn(bytes)].toSorted((a, b) => a - b)).toEqual(oneByOne);
        },
      ),
      { numRuns: 500 },
    );
    expect(hits).toBeGreaterThan(200);
  });

  it('are found at the beginning and at the end, and not where one letter is missing', () => {
    const needle = Buffer.from('\0\0\0\0secret');
    const finder = new ManyNeedles([needle]);
    expect(finder.findIn(needle).size).toBe(1);
    expect(finder.findIn(Buffer.concat([Buffer.alloc(9), needle])).size).toBe(1);
    expect(finder.findIn(needle.subarray(0, -1)).size).toBe(0);
    expect(finder.findIn(needle.subarray(1)).size).toBe(0);
    expect(finder.findIn(Buffer.alloc(3)).size).toBe(0);
  });

  it('are no shorter than what they are looked up by', () => {
    expect(() => new ManyNeedles([Buffer.from('abc')])).toThrow('too short');
  });
});
