import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ObjectIds } from '#git/erase/ids/object-ids.ts';

function idOf(text: string, kind = 'sha1'): string {
  return createHash(kind).update(text).digest('hex');
}

describe('ids as bytes', () => {
  const many = Array.from({ length: 5000 }, (_, index) => idOf(`${index}`));

  it('are found, each once, and come in the order in which they were added', () => {
    const ids = new ObjectIds([...many, ...many.toReversed()]);
    expect(ids.size).toBe(many.length);
    expect([...ids]).toEqual(many);
    expect(many.every((id, place) => ids.has(id) && ids.find(id) === place && ids.at(place) === id)).toBe(
      true,
    );
  });

  it('are not found where they were not added', () => {
    const ids = new ObjectIds(many);
    expect(many.some((id) => ids.has(idOf(id)))).toBe(false);
    expect(ids.at(many.length)).toBe('');
    for (const none of ['', many[0]?.slice(1) ?? '', `${'g'.repeat(40)}`, '0'.repeat(64)]) {
      expect(ids.has(none)).toBe(false);
    }
    expect(new ObjectIds().has('0'.repeat(40))).toBe(false);
  });

  it('may be all alike but for their end', () => {
    const alike = Array.from(
      { length: 300 },
      (_, index) => `${'0'.repeat(36)}${index.toString(16).padStart(4, '0')}`,
    );
    const ids = new ObjectIds(alike);
    expect([...ids]).toEqual(alike);
    expect(alike.every((id) => ids.has(id))).toBe(true);
    expect(ids.has('f'.repeat(40))).toBe(false);
  });

  it('may be of SHA-256, and are never of two lengths', () => {
    const ids = new ObjectIds(['a', 'b'].map((text) => idOf(text, 'sha256')));
    expect(ids.has(idOf('a', 'sha256'))).toBe(true);
    expect(ids.has(idOf('a'))).toBe(false);
    expect(() => ids.add(idOf('a'))).toThrow();
    expect(() => new ObjectIds(['no id'])).toThrow();
  });

  it('are walked while they grow', () => {
    const ids = new ObjectIds([idOf('0')]);
    let count = 0;
    for (const _ of ids) {
      count += 1;
      if (count < 200) ids.add(idOf(`${count}`));
    }
    expect(count).toBe(200);
  });
});
