import { describe, expect, it } from 'vitest';
import { applyDelta } from '#git/plain/apply-delta.ts';
import { forgeDelta } from '../../../support/repositories/forge-pack.ts';

const BASE = Buffer.from('0123456789'.repeat(7000));

describe('a delta', () => {
  it('copies out of its base and adds what follows, in order', () => {
    const delta = forgeDelta(BASE.length, 7, [0x91, 3, 2, 2, 120, 121, 0x90, 3]);
    expect(applyDelta(BASE, delta, 100)?.toString()).toBe('34xy012');
  });

  it('copies 65,536 bytes where it names no size, and from places of four bytes', () => {
    const delta = forgeDelta(BASE.length, 65_536 + 2, [0x80, 0x9f, 0x10, 0x11, 1, 0, 2]);
    const found = applyDelta(BASE, delta, 100_000);
    expect(found?.subarray(0, 65_536).equals(BASE.subarray(0, 65_536))).toBe(true);
    expect(found?.subarray(65_536).toString()).toBe(BASE.subarray(0x11110, 0x11112).toString());
  });

  it.each<readonly [string, Buffer]>([
    ['of another base', forgeDelta(3, 1, [0x90, 1])],
    ['with a longer result than wanted', forgeDelta(BASE.length, 101, [0x90, 101])],
    ['that makes less than it says', forgeDelta(BASE.length, 9, [0x90, 3])],
    ['that makes more than it says', forgeDelta(BASE.length, 2, [0x90, 3])],
    ['with an instruction that means nothing', forgeDelta(BASE.length, 1, [0, 0x90, 1])],
    ['that copies from behind its base', forgeDelta(BASE.length, 9, [0x97, 255, 255, 255, 9])],
    ['that ends inside what it adds', forgeDelta(BASE.length, 3, [3, 120])],
    ['without sizes', Buffer.alloc(0)],
    ['with a size without an end', Buffer.alloc(20, 0xff)],
  ])('%s makes nothing', (_what, delta) => {
    expect(applyDelta(BASE, delta, 100)).toBeUndefined();
  });
});
