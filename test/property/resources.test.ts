import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { escapePath, escapeSegment, unescapePath, unescapeSegment } from '#domain/encoding/percent-escape.ts';
import { pathProblem } from '#domain/resource/repository-path.ts';
import {
  ancestorsOf,
  commonAncestor,
  covers,
  formatResource,
  parseResource,
  pathResource,
} from '#domain/resource/resource.ts';
import { naiveCovers } from '../support/naive-decision.ts';
import { fc } from '../support/seed.ts';

const RUNS = { numRuns: 3000 };

const word = fc.constantFrom('a', 'a', 'a', 'b', 'ab', 'a-b');
const words = (min: number, max = 3) =>
  fc.array(word, { minLength: min, maxLength: max }).map((list) => list.join('/'));
const resource = fc
  .tuple(words(1), words(0), words(0))
  .map(([repository, thread, path]) => `${repository}${thread && `@${thread}`}${path && `:${path}`}`);
const wide = fc.oneof(
  resource,
  fc
    .tuple(words(1, 1), words(0, 1), words(0, 1))
    .map(([repository, thread, path]) => `${repository}${thread && `@${thread}`}${path && `:${path}`}`),
  words(1),
);
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 24 }),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => new TextEncoder().encode(text)),
  fc
    .array(fc.constantFrom(0x2f, 0x25, 0x40, 0x3a, 0x41, 0x2e, 0xc3, 0xa9, 0xff), { maxLength: 12 })
    .map((list) => Uint8Array.from(list)),
);

function accepted(text: string): boolean {
  try {
    parseResource(text);
    return true;
  } catch (error: unknown) {
    if (error instanceof HeddleError) return false;
    throw error;
  }
}

describe('resources', () => {
  it('cover just what has them among its ancestors', () => {
    let covered = 0;
    fc.assert(
      fc.property(wide, resource, (scope, below) => {
        const expected = naiveCovers(scope, below);
        covered += expected ? 1 : 0;
        expect(covers(scope, below)).toBe(expected);
        expect(ancestorsOf(below).includes(scope)).toBe(expected);
      }),
      RUNS,
    );
    expect(covered).toBeGreaterThan(50);
  });

  it('have ancestors without repetition, themselves first, each covering them', () => {
    fc.assert(
      fc.property(resource, (text) => {
        const above = ancestorsOf(text);
        expect(above[0]).toBe(text);
        expect(new Set(above).size).toBe(above.length);
        for (const scope of above) expect(covers(scope, text)).toBe(true);
      }),
      RUNS,
    );
  });

  it('have the narrowest common ancestor', () => {
    fc.assert(
      fc.property(resource, resource, (a, b) => {
        const shared = ancestorsOf(a).filter((scope) => ancestorsOf(b).includes(scope));
        const common = commonAncestor([parseResource(a), parseResource(b)]);
        expect(common === undefined ? undefined : formatResource(common)).toBe(shared[0]);
      }),
      RUNS,
    );
  });

  it('have one spelling: what is accepted comes back, and nothing else throws', () => {
    const letters = fc.constantFrom(
      'a',
      'b',
      '/',
      '@',
      ':',
      '%',
      '4',
      '0',
      '.',
      '..',
      '%40',
      '%2F',
      '%ff',
      '%FF',
      'é',
      '\n',
      '-',
    );
    let good = 0;
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 8 }), (list) => {
        const text = list.join('');
        if (!accepted(text)) return;
        good += 1;
        expect(formatResource(parseResource(text))).toBe(text);
      }),
      { ...RUNS, numRuns: 8000 },
    );
    expect(good).toBeGreaterThan(100);
  });
});

describe('escaping', () => {
  it('gives every path one escaped form, and back the same bytes', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const path = escapePath(bytes);
        expect(path).toMatch(/^[^@:\n]*$/);
        expect(unescapePath(path)).toEqual(bytes);
        const segment = escapeSegment(bytes);
        expect(segment).not.toContain('/');
        expect(unescapeSegment(segment)).toEqual(bytes);
      }),
      RUNS,
    );
  });

  it('takes no second form for the same bytes', () => {
    const letters = fc.constantFrom('%', '4', '1', '0', 'F', 'f', 'C', '3', 'A', '9', 'a', '/', '@', 'é');
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 9 }), (list) => {
        const text = list.join('');
        const bytes = unescapePath(text);
        if (bytes !== undefined) expect(escapePath(bytes)).toBe(text);
      }),
      { ...RUNS, numRuns: 8000 },
    );
  });

  it('makes a resource of every canonical path', () => {
    let canonical = 0;
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        if (pathProblem(bytes) !== undefined) return;
        canonical += 1;
        const text = pathResource('acme/core', 'task', bytes);
        expect(unescapePath(parseResource(text).path.join('/'))).toEqual(bytes);
      }),
      RUNS,
    );
    expect(canonical).toBeGreaterThan(300);
  });
});
