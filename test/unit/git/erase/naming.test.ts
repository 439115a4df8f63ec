import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { IdNumbers } from '#git/erase/ids/id-numbers.ts';
import { NumberPairs } from '#git/erase/ids/number-pairs.ts';
import { Naming } from '#git/erase/reach/naming.ts';

function idOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

/** Takes ids, and holds so many pairs in memory. */
class Names {
  readonly #numbers = new IdNumbers([]);
  readonly #naming: Naming;

  constructor(mostHeld?: number) {
    this.#naming = new Naming(this.#numbers, new NumberPairs(mostHeld));
  }

  add(below = '', above = ''): void {
    this.#naming.add(this.#numbers.of(below), this.#numbers.of(above));
  }

  climb(begin: readonly string[]): ReadonlySet<string> {
    return new Set(this.#naming.climb(begin));
  }
}

describe('what names what', () => {
  it('leads from objects to all above them, and to nothing else', () => {
    const [blob = '', tree, other, commit, above = '', aside] = ['b', 't', 'o', 'c', 'a', 's'].map(idOf);
    const names = new Names();
    const pairs = [
      [blob, tree],
      [blob, other],
      [tree, commit],
      [commit, above],
      [above, tree],
      [aside, idOf('elsewhere')],
    ];
    for (const [below, upper] of pairs) names.add(below, upper);
    expect(names.climb([blob])).toEqual(new Set([blob, tree, other, commit, above]));
    expect(names.climb([above])).toEqual(new Set([above, tree, commit]));
    expect(names.climb([idOf('nobody names it')])).toEqual(new Set([idOf('nobody names it')]));
    expect(names.climb([]).size).toBe(0);
  });

  it('is kept of more than fits at first', () => {
    const names = new Names();
    for (let index = 0; index < 3000; index += 1) names.add(idOf(`${index}`), idOf(`${index + 1}`));
    expect(names.climb([idOf('0')]).size).toBe(3001);
    expect(names.climb([idOf('2990')]).size).toBe(11);
  });

  it('is kept of more than is held, in files that have no name, and of what comes later', () => {
    const names = new Names(2048);
    for (let index = 0; index < 9000; index += 1) names.add(idOf(`${index % 4500}`), idOf(`up ${index}`));
    expect(names.climb([idOf('7')])).toEqual(new Set(['7', 'up 7', 'up 4507'].map(idOf)));
    names.add(idOf('up 4507'), idOf('later'));
    expect(names.climb([idOf('7')])).toEqual(new Set(['7', 'up 7', 'up 4507', 'later'].map(idOf)));
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('heddle-erase-'))).toEqual([]);
  });
});
