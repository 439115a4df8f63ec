import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openCostlyDigest } from '#crypto/travelling/costly-digest.ts';
import { utf8 } from '#domain/encoding/bytes.ts';

describe('a costly digest', () => {
  it('is scrypt at the cost of the format, one for each that was asked for at once', async () => {
    const digest = openCostlyDigest();
    const salt = utf8('salt');
    const cost = { N: 65_536, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
    const [first, second] = await Promise.all(
      ['a', 'b'].map((content) => digest({ content: utf8(content), salt })),
    );
    expect(Buffer.from(first ?? []).equals(scryptSync('a', 'salt', 32, cost))).toBe(true);
    expect(Buffer.from(second ?? []).equals(scryptSync('b', 'salt', 32, cost))).toBe(true);
  });
});
