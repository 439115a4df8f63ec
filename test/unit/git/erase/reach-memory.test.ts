import { describe, expect, it } from 'vitest';
import { IdNumbers, IdSet } from '#git/erase/ids/id-numbers.ts';
import { ReachMemory, ReadingMemory } from '#git/erase/reach/memory.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40));

describe('what is reachable', () => {
  const reachable = new IdSet(new IdNumbers([]), [A ?? '', B ?? '']);

  function remembering(roots: readonly string[]): ReachMemory {
    const memory = new ReachMemory();
    memory.add({ sources: 'then', roots: new Set(roots), reachable });
    return memory;
  }

  it('is known while nothing moved, also from more roots that are reached anyway', () => {
    expect(remembering([]).find('then', [])).toBe(reachable);
    expect(remembering([]).find('then', [A ?? '', B ?? ''])).toBe(reachable);
  });

  it('is asked for again where a ref moved, a root was added or one is gone', () => {
    expect(remembering([]).find('now', [])).toBeUndefined();
    expect(remembering([]).find('then', [C ?? ''])).toBeUndefined();
    expect(remembering([A ?? '']).find('then', [])).toBeUndefined();
  });
});

describe('what was read of unreachable objects', () => {
  it('is good for one target and one answer about what is reachable', () => {
    const target = { contents: [], salts: [], replacements: new Map() };
    const memory = new ReadingMemory();
    const reachable = new IdSet(new IdNumbers([]));
    const reading = memory.of(target, reachable);
    expect(memory.of(target, reachable)).toBe(reading);
    expect(memory.of(target, new IdSet(new IdNumbers([])))).not.toBe(reading);
    const again = memory.of(target, reachable);
    expect(memory.of({ ...target }, reachable)).not.toBe(again);
  });

  it('is gone once it is forgotten', () => {
    const target = { contents: [], salts: [], replacements: new Map() };
    const memory = new ReadingMemory();
    const reachable = new IdSet(new IdNumbers([]));
    const reading = memory.of(target, reachable);
    memory.forget();
    expect(memory.of(target, reachable)).not.toBe(reading);
  });
});
