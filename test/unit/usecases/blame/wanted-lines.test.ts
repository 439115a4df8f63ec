import { describe, expect, it } from 'vitest';
import { parseLineRange } from '#commands/history/line-range.ts';
import { HeddleError } from '#domain/error.ts';
import { findLines } from '#usecases/blame/wanted-lines.ts';

const LINES = ['import a', 'function one() {', '  return a/b;', '}', 'function two() {', '}'];

const found = (text: string): readonly [number, number] => {
  const { first, last } = findLines(LINES, parseLineRange(text), 'a.ts');
  return [first, last];
};

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof HeddleError ? error.code : 'another';
  }
  return 'none';
}

describe('lines that are asked about', () => {
  it.each([
    ['3', [3, 3]],
    ['2,4', [2, 4]],
    ['2,40', [2, 6]],
    ['4,', [4, 6]],
    [',2', [1, 2]],
    ['2,+2', [2, 3]],
    ['3,-2', [2, 3]],
    ['2,-9', [1, 2]],
    ['/^function/,+2', [2, 3]],
    ['/function one/,/^}/', [2, 4]],
    ['3,/^}/', [3, 4]],
    ['/function two/,/^}/', [5, 6]],
    ['/a\\/b/', [3, 3]],
    ['/one\\(\\)/,3', [2, 3]],
  ])('%s', (text, range) => {
    expect(found(text)).toEqual(range);
  });

  it.each(['', ',', '0', '5,2', '3,+0', 'x', '/open', '//', '1,2,3', '/[/', '+3', `/${'a'.repeat(501)}/`])(
    'refuses %s',
    (text) => {
      expect(codeOf(() => parseLineRange(text))).toBe('USAGE');
    },
  );

  it.each(['7', '/nothing like it/', '6,/^}/'])('does not find %s', (text) => {
    expect(codeOf(() => found(text))).toBe('NOT_FOUND');
  });
});
