import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { liesIn, parsePathArgument } from '#domain/resource/path-argument.ts';

const lies = (top: string, path: string): boolean => liesIn([parsePathArgument(top)], utf8(path));

describe('a path that somebody names', () => {
  it('is a file, or everything below a directory', () => {
    expect(lies('src/a', 'src/a')).toBe(true);
    expect(lies('src/a', 'src/a/b')).toBe(true);
    expect(lies('src', 'src/a/b')).toBe(true);
    expect(lies('src', 'src-evil')).toBe(false);
    expect(lies('src', 'srd')).toBe(false);
    expect(lies('src/a', 'src')).toBe(false);
    expect(liesIn([], utf8('src'))).toBe(false);
  });

  it('is everything where it is a dot', () => {
    expect(lies('.', 'a/b')).toBe(true);
  });

  it('may end with slashes', () => {
    expect(decodeUtf8(parsePathArgument('src//'))).toBe('src');
  });

  it('is refused where it leads elsewhere', () => {
    for (const path of ['', '/', '..', '../a', 'a/../b', './a', '/a', '.git', 'a/.GIT/b', 'a\0b', 'a//b']) {
      expect(() => parsePathArgument(path), path).toThrow(HeddleError);
    }
  });
});
