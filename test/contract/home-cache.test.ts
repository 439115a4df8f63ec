import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest } from '#domain/id.ts';
import type { HomeCache } from '#ports/home-cache.ts';
import { openHomeCache } from '#storage/home-cache.ts';
import { createMemoryHomeCache } from '../support/memory/home-cache.ts';

const root = mkdtempSync(join(tmpdir(), 'heddle-home-cache-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const [ONE, OTHER] = [1, 2].map((byte) => formatDigest(new Uint8Array(32).fill(byte))) as [
  ReturnType<typeof formatDigest>,
  ReturnType<typeof formatDigest>,
];

function onDisk(): { readonly cache: HomeCache; readonly heddle: string } {
  const common = mkdtempSync(join(root, 'clone-'));
  mkdirSync(join(common, 'heddle'));
  return { cache: openHomeCache(common, 'authority'), heddle: join(common, 'heddle') };
}

const implementations: readonly (readonly [string, () => HomeCache])[] = [
  ['in memory', createMemoryHomeCache],
  ['on disk', () => onDisk().cache],
];

describe.each(implementations)('what is kept of what was verified %s', (_, open) => {
  it('is what was written last, for each replica', async () => {
    const cache = open();
    expect(await cache.isEmpty()).toBe(true);
    expect(await cache.read(ONE)).toBeUndefined();
    await cache.write(ONE, utf8('first, and longer'));
    await cache.write(ONE, utf8('second'));
    expect(await cache.isEmpty()).toBe(false);
    expect(await cache.read(ONE)).toEqual(utf8('second'));
    expect(await cache.read(OTHER)).toBeUndefined();
  });
});

describe('on disk', () => {
  it('nothing is made by reading, and nothing but the file by writing', async () => {
    const { cache, heddle } = onDisk();
    await cache.read(ONE);
    expect(readdirSync(heddle)).toEqual([]);
    await cache.write(ONE, utf8('text'));
    expect(readdirSync(heddle).toSorted()).toEqual(['authority', 'tmp']);
    expect(readdirSync(join(heddle, 'authority'))).toEqual([`${ONE}.json`]);
    expect(readdirSync(join(heddle, 'tmp'))).toEqual([]);
  });

  it('what cannot be read or written stands in nobody’s way', async () => {
    const { cache, heddle } = onDisk();
    writeFileSync(join(heddle, 'authority'), 'a file');
    await cache.write(ONE, utf8('text'));
    expect([await cache.isEmpty(), await cache.read(ONE)]).toEqual([true, undefined]);
    rmSync(join(heddle, 'authority'));
    mkdirSync(join(heddle, 'authority', `${ONE}.json`), { recursive: true });
    await cache.write(ONE, utf8('text'));
    expect(await cache.read(ONE)).toBeUndefined();
  });

  it('is not written through a link that leads elsewhere', async () => {
    const { cache, heddle } = onDisk();
    const elsewhere = mkdtempSync(join(root, 'elsewhere-'));
    symlinkSync(elsewhere, join(heddle, 'authority'));
    await cache.write(ONE, utf8('text'));
    expect(readdirSync(elsewhere)).toEqual([]);
  });
});
