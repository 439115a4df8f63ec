import { describe, expect, it } from 'vitest';
import { broughtTips, type ReachedCommit } from '#domain/state/brought-commit.ts';

const own = (commit: string, ...parents: readonly string[]): ReachedCommit => ({
  commit,
  parents,
  madeHere: true,
});
const others = (commit: string, ...parents: readonly string[]): ReachedCommit => ({
  commit,
  parents,
  madeHere: false,
});

describe('what came to a worktree from elsewhere', () => {
  it('is the newest of commits that follow each other', () => {
    expect(broughtTips([others('c', 'b'), others('b', 'a')])).toEqual(['c']);
  });

  it('is nothing where only work of its own was committed', () => {
    expect(broughtTips([own('c', 'b'), own('b', 'a')])).toEqual([]);
  });

  it('is what lies below commits of its own, or beside them in a merge', () => {
    expect(broughtTips([own('d', 'c'), own('c', 'b'), others('b', 'a')])).toEqual(['b']);
    expect(broughtTips([own('merge', 'mine', 'theirs'), own('mine', 'a'), others('theirs', 'a')])).toEqual([
      'theirs',
    ]);
  });

  it('counts once, also where a commit of its own that was merged elsewhere lies between', () => {
    expect(broughtTips([others('d', 'mine'), own('mine', 'b'), others('b', 'a')])).toEqual(['d']);
  });

  it('may have several tips', () => {
    const merged = own('merge', 'mine', 'one', 'two');
    expect(
      broughtTips([
        merged,
        own('mine', 'a'),
        others('one', 'older'),
        others('two', 'older'),
        others('older'),
      ]),
    ).toEqual(['one', 'two']);
  });
});
