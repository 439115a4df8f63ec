import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { encodeFallbackRefs, parseFallbackRefs } from '#domain/remotes/fallback-refs.ts';

const [A, B] = ['a'.repeat(40), 'b'.repeat(40)];
const FIRST = `${A} refs/heddle/authority\n`;
const SECOND = `${B} refs/heddle/threads/task/login\n`;

describe('refs on the branch of a host that takes no others', () => {
  it('are written in one way', () => {
    const refs = new Map([
      ['refs/heddle/threads/task/login', B],
      ['refs/heddle/authority', A],
    ]);
    const bytes = encodeFallbackRefs(refs);
    expect(new TextDecoder().decode(bytes)).toBe(`heddle refs v1\n${FIRST}${SECOND}`);
    expect([...parseFallbackRefs(bytes)]).toEqual([...refs].toReversed());
    expect(parseFallbackRefs(utf8('heddle refs v1\n')).size).toBe(0);
  });

  it.each([
    '',
    'heddle refs v1',
    `heddle refs v2\n${FIRST}`,
    `heddle refs v1\n${SECOND}${FIRST}`,
    `heddle refs v1\n${FIRST}${FIRST}`,
    `heddle refs v1\n${FIRST}\n`,
    `heddle refs v1\n${FIRST}${SECOND.trimEnd()}`,
    `heddle refs v1\r\n${FIRST}`,
    `heddle refs v1\n${A} refs/heads/main\n`,
    `heddle refs v1\n${A}  refs/heddle/authority\n`,
    `heddle refs v1\n${A.toUpperCase()} refs/heddle/authority\n`,
    `heddle refs v1\n${A} refs/heddle/threads/${'x'.repeat(400)}\n`,
  ])('are refused as %j', (text) => {
    expect(() => parseFallbackRefs(utf8(text))).toThrow(expect.objectContaining({ code: 'FORMAT_INVALID' }));
  });

  it('are refused where they are larger than anybody needs', () => {
    expect(() => parseFallbackRefs(new Uint8Array(4 * 1024 * 1024 + 1))).toThrow('does not hold refs');
  });
});
