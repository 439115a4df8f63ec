import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parseRepositoryPath } from '#domain/resource/repository-path.ts';

function codeOf(path: Uint8Array | string): string {
  try {
    parseRepositoryPath(path);
    return 'accepted';
  } catch (error: unknown) {
    return error instanceof HeddleError ? error.code : 'other';
  }
}

describe('the path canonicaliser', () => {
  it.each([
    '..',
    '../a',
    'a/..',
    'a/../b',
    './a',
    'a/.',
    '/a',
    '//a',
    'a//b',
    'a/',
    '',
    'a\0b',
    '\\a',
    'a\\..\\b',
    'C:',
    'c:/x',
    'C:x',
    '.git',
    '.git/config',
    'a/.git',
    '.GIT/x',
    '.Git',
    'git~1',
    'GIT~1/x',
    'git~2',
    '.git.',
    '.git ',
    '.git . .',
    '.git::$INDEX_ALLOCATION',
    '.git:x',
    '.g\u200cit',
    '.gi\ufefft/config',
    '\u202e.git',
    'a\\.git\\x',
    'lone\ud800',
    'a/'.repeat(3000),
  ])('%j is refused', (path) => {
    expect(codeOf(path)).toBe('PATH_INVALID');
  });

  it.each([
    'a',
    'src/a.ts',
    '.gitignore',
    '.github/x',
    'a.git',
    '.gitx',
    '...',
    'git~a',
    'ü/ß',
    'a:b/c',
    'a b ',
    'x\n',
  ])('%j is kept', (path) => {
    const refused = path === 'a:b/c';
    expect(codeOf(path)).toBe(refused ? 'PATH_INVALID' : 'accepted');
  });

  it('keeps bytes that are not UTF-8, and still sees what they hide', () => {
    const latin1 = Uint8Array.of(0x61, 0xff, 0x2f, 0x62);
    expect(parseRepositoryPath(latin1)).toEqual(latin1);
    expect(codeOf(Uint8Array.of(...latin1, ...utf8('/../x')))).toBe('PATH_INVALID');
    expect(codeOf(Uint8Array.of(...latin1, ...utf8('/.git/x')))).toBe('PATH_INVALID');
  });
});
