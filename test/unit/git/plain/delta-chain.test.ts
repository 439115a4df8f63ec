import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeltaChains, type PackBytes } from '#git/plain/delta-chain.ts';
import { PackLookup } from '#git/plain/pack-lookup.ts';
import { forgeDelta, forgePack, type ForgedEntry } from '../../../support/repositories/forge-pack.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-chain-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const idOf = (index: number): string => index.toString(16).padStart(40, '0');

/** Each version is the one before without its last byte. */
function shrinking(first: Buffer, versions: number): readonly ForgedEntry[] {
  const sizes = [24, 16, 8, 0];
  return Array.from({ length: versions }, (_, index) => {
    if (index === 0) return { id: idOf(0), type: 3, data: first };
    const length = first.length - index;
    const copy = [0xf0, ...sizes.map((shift) => (length >> shift) & 255).reverse()].slice(0, 4);
    return { id: idOf(index), type: 6, base: index - 1, data: forgeDelta(length + 1, length, copy) };
  });
}

/** Opens what was forged and counts the reads of it. */
function opened(entries: readonly ForgedEntry[]) {
  const lookup = new PackLookup(forgePack(directory, entries));
  let reads = 0;
  const pack: PackBytes = {
    find: (id) => lookup.find(id),
    read(at, length) {
      reads += 1;
      return lookup.read(at, length);
    },
  };
  const offset = (index: number): number => pack.find(idOf(index)) ?? -1;
  return { pack, offset, reads: () => reads, close: () => lookup.close() };
}

describe('a chain of deltas', () => {
  it('is read once, however many of its objects are asked for', () => {
    const first = Buffer.from('the first of them all, in forty bytes and');
    const { pack, offset, reads, close } = opened(shrinking(first, 30));
    const chains = new DeltaChains();
    for (let index = 29; index >= 0; index -= 1) {
      const { kind, content } = chains.read(pack, offset(index));
      expect([kind, content.toString()]).toEqual(['blob', first.toString('utf8', 0, first.length - index)]);
    }
    expect(reads()).toBe(30);
    close();
  });

  it('is read the same where it is more than is kept', () => {
    const first = Buffer.alloc(3_000_000, 'heddle');
    const { pack, offset, close } = opened(shrinking(first, 5));
    const chains = new DeltaChains();
    for (const index of [4, 2, 3, 0, 4]) {
      expect(chains.read(pack, offset(index)).content.equals(first.subarray(0, first.length - index))).toBe(
        true,
      );
    }
    close();
  });

  it('is kept for each pack apart', () => {
    const chains = new DeltaChains();
    for (const word of ['one', 'two']) {
      const { pack, offset, close } = opened(shrinking(Buffer.from(word), 2));
      expect(chains.read(pack, offset(1)).content.toString()).toBe(word.slice(0, 2));
      close();
    }
  });
});
