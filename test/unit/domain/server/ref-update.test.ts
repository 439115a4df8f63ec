import { describe, expect, it } from 'vitest';
import { MOST_UPDATES, parseRefUpdates } from '#domain/server/ref-update.ts';

const [A, B, NONE] = ['a'.repeat(40), 'b'.repeat(40), '0'.repeat(40)];

describe('what git tells a hook of a push', () => {
  it('is read line by line, zeros for what is not there', () => {
    expect(parseRefUpdates('')).toEqual([]);
    expect(parseRefUpdates(`${A} ${B} refs/heads/main\n${NONE} ${A} refs/tags/v1\n`)).toEqual([
      { name: 'refs/heads/main', old: A, new: B },
      { name: 'refs/tags/v1', old: null, new: A },
    ]);
    expect(parseRefUpdates(`${A} ${NONE} refs/heads/gone\n`)).toEqual([
      { name: 'refs/heads/gone', old: A, new: null },
    ]);
  });

  it.each([
    ['a line that is cut off', `${A} ${B} refs/heads/main`],
    ['another form', `${A} ${B}\n`],
    ['a short id', `${A.slice(1)} ${B} refs/heads/main\n`],
    ['what is no ref', `${A} ${B} HEAD\n`],
    ['a ref twice', `${A} ${B} refs/heads/x\n${B} ${A} refs/heads/x\n`],
    [
      'too many',
      Array.from({ length: MOST_UPDATES + 1 }, (_, at) => `${A} ${B} refs/heads/${at}\n`).join(''),
    ],
  ])('is refused with %s', (_, text) => {
    expect(() => parseRefUpdates(text)).toThrow(expect.objectContaining({ code: 'FORMAT_INVALID' }) as Error);
  });
});
