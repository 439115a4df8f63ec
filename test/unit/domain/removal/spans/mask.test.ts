import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { formatId } from '#domain/id.ts';
import { maskKept, masksIn, standsInMasks, unmask } from '#domain/removal/spans/mask.ts';

const ID = formatId('hr', new Uint8Array(32).fill(3));
const MASK = `[redacted ${ID}]`;

describe('a mask', () => {
  it('names the tombstone in place of each part, and stands for any length', () => {
    const masked = maskKept(utf8('key = \nend\n'), { id: ID, marks: [6, 10] });
    expect(decodeUtf8(masked)).toBe(`key = ${MASK}\nend${MASK}\n`);
  });

  it.each([
    ['little-endian', 'utf-16le', [0xff, 0xfe], 0],
    ['big-endian', 'utf-16be', [0xfe, 0xff], 1],
  ] as const)('is in UTF-16 where the text is, %s', (_, encoding, mark, low) => {
    const units = utf8('a\nb');
    const kept = Uint8Array.from([
      ...mark,
      ...[...units].flatMap((byte) => (low === 0 ? [byte, 0] : [0, byte])),
    ]);
    const masked = maskKept(kept, { id: ID, marks: [6] });
    expect(new TextDecoder(encoding).decode(masked)).toBe(`a\n${MASK}b`);
    expect(unmask(masked, { id: ID, marks: [6] })).toEqual(kept);
  });

  it('is plain where it stands before or in the byte order mark', () => {
    const kept = Uint8Array.of(0xff, 0xfe, 0x61, 0);
    for (const marks of [[0], [1]]) {
      const masked = maskKept(kept, { id: ID, marks });
      expect(Buffer.from(masked).includes(MASK)).toBe(true);
      expect(unmask(masked, { id: ID, marks })).toEqual(kept);
    }
  });

  it('cannot be made for bytes that it has in it', () => {
    expect(['redacted', '[reda', ' hr-'].map((text) => standsInMasks(utf8(text)))).toEqual([
      true,
      true,
      true,
    ]);
    expect([MASK, 'redaction', '\xff'].map((text) => standsInMasks(utf8(text)))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is told from other text by the whole of it', () => {
    const text = `${MASK} [redacted hr-abc] x${MASK}y hr-${'a'.repeat(52)}`;
    expect(masksIn(text)).toEqual([ID]);
  });

  it('is found only where it belongs', () => {
    const masked = maskKept(utf8('ab'), { id: ID, marks: [1] });
    expect(unmask(masked, { id: ID, marks: [1] })).toEqual(utf8('ab'));
    expect(unmask(masked, { id: ID, marks: [0] })).toBeUndefined();
    expect(unmask(masked, { id: ID, marks: [1, 2] })).toBeUndefined();
    expect(unmask(utf8('ab'), { id: ID, marks: [1] })).toBeUndefined();
    expect(unmask(masked.subarray(0, -2), { id: ID, marks: [1] })).toBeUndefined();
  });
});
