import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { IdNumbers, IdSet } from '#git/erase/ids/id-numbers.ts';
import { PageCache } from '#git/erase/ids/paged-file.ts';
import { SortedIds } from '#git/erase/ids/sorted-ids.ts';

const idOf = (text: string): string => createHash('sha1').update(text).digest('hex');
const sorted = (ids: readonly string[]): SortedIds =>
  SortedIds.of(
    ids.toSorted().map((id) => Buffer.from(id, 'hex')),
    20,
    new PageCache(),
  );
const many = Array.from({ length: 5000 }, (_, index) => idOf(`${index}`));

describe('ids in order', () => {
  it('are found at their place, and others are not', () => {
    const ids = sorted(many);
    expect([...ids]).toEqual(many.toSorted());
    expect(many.every((id) => ids.at(ids.find(id) ?? -1) === id)).toBe(true);
    expect(many.some((id) => ids.has(idOf(id)))).toBe(false);
    for (const none of ['', many[0]?.slice(1) ?? '', 'g'.repeat(40), '0'.repeat(64)])
      expect(ids.has(none)).toBe(false);
    expect(sorted([]).has('0'.repeat(40))).toBe(false);
  });

  it('are found where somebody chose them to be alike', () => {
    for (const fill of ['0', 'f']) {
      const alike = Array.from(
        { length: 300 },
        (_, index) => fill.repeat(36) + index.toString(16).padStart(4, '0'),
      );
      const ids = sorted([...alike, ...many]);
      expect(alike.every((id) => ids.at(ids.find(id) ?? -1) === id)).toBe(true);
      expect(ids.has(`${fill.repeat(36)}ffff`)).toBe(false);
    }
  });

  it('are found in a file without a name where they are too many to be held', () => {
    const more = Array.from({ length: 60_000 }, (_, index) => idOf(`${index}`));
    const ids = sorted(more);
    expect([...ids]).toEqual(more.toSorted());
    expect(more.every((id) => ids.at(ids.find(id) ?? -1) === id)).toBe(true);
    expect(ids.has(idOf('none'))).toBe(false);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('heddle-erase-'))).toEqual([]);
  });

  it('are merged, each once', () => {
    const merged = SortedIds.merged([many.slice(0, 3000), [], many.slice(2000)].map(sorted));
    expect([...merged]).toEqual(many.toSorted());
    expect(SortedIds.merged([]).size).toBe(0);
  });
});

describe('numbers of ids', () => {
  const stores = [
    { loose: sorted(many.slice(0, 10)), packs: [] },
    { loose: sorted([]), packs: [] },
    { loose: sorted(many.slice(5, 3000)), packs: [] },
  ];

  it('are one for each, whether it is stored once, twice or nowhere', () => {
    const numbers = new IdNumbers(stores);
    const given = many.map((id) => numbers.of(id));
    expect(new Set(given).size).toBe(many.length);
    expect(given.map((number) => numbers.at(number))).toEqual(many);
    expect(many.map((id) => numbers.find(id))).toEqual(given);
    expect(numbers.find(idOf('none'))).toBeUndefined();
    expect(() => numbers.of('no id')).toThrow();
  });

  it('make sets that hold what was added, each once', () => {
    const numbers = new IdNumbers(stores);
    const added = many.filter((_, index) => index % 7 === 0);
    const ids = new IdSet(numbers, [...added, ...added]);
    expect(ids.size).toBe(added.length);
    expect([...ids].toSorted()).toEqual(added.toSorted());
    expect(many.filter((id) => ids.has(id))).toEqual(added);
    expect(ids.has(idOf('none'))).toBe(false);
  });
});
