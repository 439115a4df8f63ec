import { describe, expect, it } from 'vitest';
import { Lookalike } from '#git/erase/lookalike.ts';
import { Needles } from '#git/erase/needles.ts';
import type { Erasable } from '#ports/removal.ts';
import { fc } from '../../../support/seed.ts';

const targetOf = (contents: readonly Uint8Array[], salts: readonly string[] = []): Erasable => ({
  contents: contents.map((bytes, index) => ({ blob: String(index).repeat(40).slice(0, 40), bytes })),
  salts,
  replacements: new Map(),
});

/** Few letters, so that parts of contents stand in other places too. */
const text = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength, maxLength });

describe('needles', () => {
  it('find what plain search finds, in one piece and in many', () => {
    fc.assert(
      fc.property(
        fc.array(text(16, 24), { minLength: 1, maxLength: 4 }),
        text(0, 400),
        fc.array(fc.nat(60), { maxLength: 20 }),
        (contents, hay, cuts) => {
          const needles = Needles.inObjects(targetOf(contents.map((content) => Buffer.from(content))));
          const bytes = Buffer.from(hay);
          const expected = contents.some((content) => hay.includes(content));
          expect(needles.search(bytes).content).toBe(expected);
          const stream = needles.stream();
          let at = 0;
          for (const cut of cuts) {
            stream.push(bytes.subarray(at, at + cut));
            at += cut;
          }
          stream.push(bytes.subarray(at));
          expect(stream.end().content).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('find one that begins in one window of a stream and ends in another, and a short one only alone', () => {
    const content = Buffer.from('x'.repeat(20) + 'the end of it');
    const needles = Needles.inObjects(targetOf([content, Buffer.from('tiny')]));
    for (const before of [0, 1, 262_120, 262_143, 262_144, 524_270, 1_000_000]) {
      const stream = needles.stream();
      const bytes = Buffer.concat([Buffer.alloc(before, 'y'), content, Buffer.alloc(300_000, 'z')]);
      for (let at = 0; at < bytes.length; at += 65_536) stream.push(bytes.subarray(at, at + 65_536));
      expect(stream.end().content, String(before)).toBe(true);
    }
    const stream = needles.stream();
    stream.push(Buffer.alloc(1_000_000, 'y'));
    stream.push(Buffer.from('tiny'));
    expect(stream.end().content).toBe(false);
    expect(needles.search(Buffer.from('tiny')).content).toBe(true);
    expect(needles.search(Buffer.from('tiny too')).content).toBe(false);
  });

  it('know a very long content by a part of it that varies', () => {
    const content = Buffer.concat([
      Buffer.alloc(2_000_000),
      Buffer.from('head'),
      Buffer.alloc(3_000_000, 'ab'),
    ]);
    const needles = Needles.inWorktrees(targetOf([content]));
    expect(needles.longest).toBe(1024 * 1024);
    expect(needles.search(content).content).toBe(true);
    expect(needles.search(Buffer.alloc(6_000_000)).content).toBe(false);
  });

  it('look for salts as text and for ids in binary', () => {
    const target = targetOf([], ['AAECAwQFBgcICQoLDA0ODw']);
    expect(Needles.inObjects(target).search(Buffer.from('"AAECAwQFBgcICQoLDA0ODw"')).trace).toBe(true);
    const binary = Needles.ofBinaryIds(['ab'.repeat(20)]);
    expect(binary.search(Buffer.concat([Buffer.from('x'), Buffer.alloc(20, 0xab)])).trace).toBe(true);
    expect(Needles.inObjects(targetOf([])).search(Buffer.from('anything')).content).toBe(false);
  });
});

describe('a near copy', () => {
  const lines = Array.from({ length: 10 }, (_, index) => `a line of some length, number ${index}`);
  const lookalike = new Lookalike(targetOf([Buffer.from(lines.join('\n')), Buffer.from('short\nlines\n')]));
  const resembles = (found: readonly string[]): boolean => lookalike.resembles(Buffer.from(found.join('\n')));

  it('has more than half of the distinct longer lines, in any order, also behind the marks of a patch', () => {
    expect(resembles(lines.slice(0, 6).toReversed())).toBe(true);
    expect(resembles(lines.slice(0, 5))).toBe(false);
    expect(resembles(Array.from({ length: 9 }, () => lines[0] ?? ''))).toBe(false);
    expect(resembles(lines.slice(2, 8).map((line) => `+\t${line}\r`))).toBe(true);
    expect(resembles(['short', 'lines'])).toBe(false);
    // What stands before a line is skipped byte by byte first: it must skip what the comparison strips.
    for (const before of ['> > ', '\t \v\f ', '+-# ', '\r']) {
      expect(resembles(['', 'x', ...lines.slice(0, 6).map((line) => `${before}${line}  `)])).toBe(true);
    }
    const nbsp = lines.slice(0, 6).map((line) => `\u00a0${line}`);
    expect(lookalike.resembles(Buffer.from(nbsp.join('\n'), 'latin1'))).toBe(true);
  });

  it('is not looked for in binary files', () => {
    expect(resembles(['\0', ...lines])).toBe(false);
  });
});
