import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { formatId } from '#domain/id.ts';
import { maskParts } from '#domain/removal/spans/mask-parts.ts';
import { secretPatterns } from '#domain/removal/spans/match-cuts.ts';

const id = formatId('hr', new Uint8Array(32).fill(3));
const MASK = `[redacted ${id}]`;
const parts = secretPatterns(utf8('the\nsecret'));

describe('parts of other bytes', () => {
  it('are masked wherever they stand, with either end of line and in UTF-16, and the rest stays', () => {
    const masked = maskParts(utf8('a the\r\nsecret b the\nsecret'), { id, parts });
    expect(decodeUtf8(masked ?? utf8(''))).toBe(`a ${MASK} b ${MASK}`);
    const wide = Buffer.from('\ufeffa the\nsecret', 'utf16le');
    expect(Buffer.from(maskParts(wide, { id, parts }) ?? []).toString('utf16le')).toBe(`\ufeffa ${MASK}`);
  });

  it('leave bytes alone in which none stands', () => {
    expect(maskParts(utf8('the secret'), { id, parts })).toBeUndefined();
  });

  it('take all of what they stand in too often', () => {
    const often = utf8('the\nsecret.'.repeat(25_000));
    expect(maskParts(often, { id, parts })?.length).toBe(MASK.length);
  });
});
