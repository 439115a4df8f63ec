import { describe, expect, it } from 'vitest';
import { formatId } from '#domain/id.ts';
import {
  alignCuts,
  areSoundCuts,
  cutBytes,
  keptBytes,
  marksOf,
  mergeCuts,
} from '#domain/removal/spans/cuts.ts';
import { lineCuts } from '#domain/removal/spans/line-cuts.ts';
import { maskKept, unmask } from '#domain/removal/spans/mask.ts';
import { matchCuts, secretPatterns } from '#domain/removal/spans/match-cuts.ts';
import { fc } from '../../support/seed.ts';

const options = { numRuns: 500, verbose: false };

const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => formatId('hr', bytes));
// Few different bytes, so that a pattern stands in many places; the first of a byte order mark among them.
const letters = fc.constantFrom(0x61, 0x62, 0x0a, 0x0d, 0x00, 0xff, 0xfe);
const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.array(letters, { minLength, maxLength }).map((list) => Uint8Array.from(list));
const content = bytes(1, 60);
// A few letters alone may stand in a tombstone's id.
const secrets = bytes(4, 8).filter((secret) => secret.some((byte) => ![0x61, 0x62, 0x00].includes(byte)));
const holding = fc
  .tuple(secrets, fc.array(bytes(0, 8), { minLength: 2, maxLength: 5 }))
  .map(([secret, rests]) => ({
    secret,
    content: Uint8Array.from(
      rests.flatMap((rest, index) => (index === 0 ? [...rest] : [...secret, ...rest])),
    ),
  }));
const cutContent = content.chain((whole) =>
  fc
    .array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: whole.length })), {
      minLength: 1,
      maxLength: 5,
    })
    .map((pairs) => ({
      whole,
      cuts: mergeCuts(pairs.map(([start, size]) => ({ start, end: Math.min(whole.length, start + size) }))),
    })),
);

const holds = (whole: Uint8Array, part: Uint8Array): boolean =>
  Buffer.from(whole).includes(Buffer.from(part));

describe('parts that are cut out', () => {
  it('leave the rest as it was, behind any mask', () => {
    fc.assert(
      fc.property(cutContent, id, ({ whole, cuts }, tombstone) => {
        expect(areSoundCuts(cuts, whole.length)).toBe(true);
        const [kept, marks] = [keptBytes(whole, cuts), marksOf(cuts)];
        expect(marks.every((mark, index) => mark <= kept.length && mark > (marks[index - 1] ?? -1))).toBe(
          true,
        );
        const masked = maskKept(kept, { id: tombstone, marks });
        expect(unmask(masked, { id: tombstone, marks })).toEqual(kept);
        const sizes = cutBytes(whole, cuts).reduce((sum, { length }) => sum + length, 0);
        expect(kept.length + sizes).toBe(whole.length);
      }),
      options,
    );
  });

  it('are found again, or others that leave the same', () => {
    fc.assert(
      fc.property(cutContent, ({ whole, cuts }) => {
        const kept = keptBytes(whole, cuts);
        const found = alignCuts(whole, kept, marksOf(cuts)) ?? [];
        expect(areSoundCuts(found, whole.length)).toBe(true);
        expect(keptBytes(whole, found)).toEqual(kept);
        expect(marksOf(found)).toEqual(marksOf(cuts));
      }),
      options,
    );
  });

  it('say nothing of how long they were', () => {
    fc.assert(
      fc.property(bytes(0, 20), bytes(0, 20), fc.integer({ min: 1, max: 30 }), (before, after, size) => {
        const cuts = [{ start: before.length, end: before.length + size }];
        const whole = Uint8Array.from([...before, ...Array.from({ length: size }, () => 0x63), ...after]);
        expect(marksOf(cuts)).toEqual([before.length]);
        expect(keptBytes(whole, cuts)).toEqual(Uint8Array.from([...before, ...after]));
      }),
      options,
    );
  });
});

describe('a secret that is cut out', () => {
  it('stands in no file any more, wherever it stood', () => {
    fc.assert(
      fc.property(holding, id, ({ secret, content: whole }, tombstone) => {
        const cuts = matchCuts(whole, secretPatterns(secret)) ?? [];
        expect(cuts.length).toBeGreaterThan(0);
        const masked = maskKept(keptBytes(whole, cuts), { id: tombstone, marks: marksOf(cuts) });
        expect(holds(masked, secret)).toBe(false);
      }),
      options,
    );
  });

  it('is found as a plain search finds it', () => {
    fc.assert(
      fc.property(content, bytes(1, 4), (whole, secret) => {
        const cuts = matchCuts(whole, [{ bytes: secret, wide: false }]) ?? [];
        const plain: { start: number; end: number }[] = [];
        for (let start = 0; start + secret.length <= whole.length; start += 1) {
          const end = start + secret.length;
          if (Buffer.from(whole.subarray(start, end)).equals(secret)) plain.push({ start, end });
        }
        expect(cuts).toEqual(mergeCuts(plain));
      }),
      options,
    );
  });
});

describe('lines that are cut out', () => {
  it('leave one line for each range, and every other line', () => {
    const text = fc.array(fc.constantFrom('', 'a', 'bc'), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(text, fc.constantFrom('\n', '\r\n'), fc.nat(), fc.nat(), (lines, end, from, more) => {
        const first = 1 + (from % lines.length);
        const last = Math.min(lines.length, first + (more % 3));
        const whole = new TextEncoder().encode(lines.map((line) => line + end).join(''));
        const found = lineCuts(whole, [{ first, last }]);
        const left = [...lines.slice(0, first - 1), '', ...lines.slice(last)]
          .map((line) => line + end)
          .join('');
        expect(found.kind).toBe('cuts');
        if (found.kind === 'cuts') expect(new TextDecoder().decode(keptBytes(whole, found.cuts))).toBe(left);
      }),
      options,
    );
  });
});
