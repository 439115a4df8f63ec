import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { partedAt } from '#usecases/states/brought/parted-at.ts';
import { leftOut } from '#usecases/states/brought/left-out.ts';
import { plainFiles, writeCommit } from '../../../../support/memory/files.ts';
import { treeAt } from '../../../../support/memory/landing.ts';
import { initialised } from '../../../../support/memory/scenes.ts';

let workspace: Workspace;

beforeEach(async () => {
  ({ workspace } = await initialised());
});

function commit(files: Readonly<Record<string, string>>, ...parents: readonly ObjectId[]): Promise<ObjectId> {
  return writeCommit(workspace.writer, plainFiles(files), parents);
}

describe('where two histories parted', () => {
  it('is the last that both have, an ancestor itself, or nothing', async () => {
    const root = await commit({ a: '1' });
    const fork = await commit({ a: '2' }, root);
    const one = await commit({ a: '3' }, await commit({ a: '4' }, fork));
    const other = await commit({ a: '5' }, fork);
    expect(await partedAt(workspace, one, other)).toEqual([fork]);
    expect(await partedAt(workspace, one, fork)).toEqual([fork]);
    expect(await partedAt(workspace, root, one)).toEqual([root]);
    expect(await partedAt(workspace, one, one)).toEqual([one]);
    expect(await partedAt(workspace, one, await commit({ b: '1' }))).toEqual([]);
  });

  it('is each of several, and nothing below them', async () => {
    const root = await commit({ a: '1' });
    const [left, right] = [await commit({ a: '2' }, root), await commit({ a: '3' }, root)];
    const [one, other] = [await commit({ a: '4' }, left, right), await commit({ a: '5' }, right, left)];
    expect((await partedAt(workspace, one, other))?.toSorted()).toEqual([left, right].toSorted());
  });

  it('cannot be told where history is cut off', async () => {
    const one = await commit({ a: '1' }, '1'.repeat(40));
    const other = await commit({ a: '2' }, '2'.repeat(40));
    expect(await partedAt(workspace, one, other)).toBeUndefined();
  });
});

describe('what is left out of a commit', () => {
  const HAD = { both: 'old', theirs: 'old', ours: 'old' };

  async function joined(before: ObjectId, base: ObjectId, result: Readonly<Record<string, string>>) {
    const [from, tree] = [await treeAt(workspace, before), await treeAt(workspace, await commit(result))];
    const { changes, isTold } = await leftOut(workspace, { before, from, base, tree: tree ?? '' });
    return { paths: changes.map(({ path }) => new TextDecoder().decode(path)), isTold };
  }

  it('is what it changed and the files do not have, unless they were changed there', async () => {
    const root = await commit(HAD);
    const before = await commit({ ...HAD, ours: 'new', both: 'same' }, root);
    const base = await commit({ both: 'same', theirs: 'new', ours: 'old', added: 'new' }, root);
    const had = { ...HAD, ours: 'new', both: 'same' };
    expect(await joined(before, base, had)).toEqual({ paths: ['added', 'theirs'], isTold: true });
    expect((await joined(before, base, { ...had, theirs: 'new' })).paths).toEqual(['added']);
    expect((await joined(before, base, { ...had, theirs: 'mine', added: 'new' })).paths).toEqual([]);
  });

  it('is not what the thread itself had made of one of several in which they parted', async () => {
    const root = await commit(HAD);
    const feature = await commit({ ...HAD, theirs: 'feature' }, root);
    const main = await commit({ ...HAD, both: 'main' }, root);
    const had = { ...HAD, both: 'mine', theirs: 'feature' };
    const before = await commit(had, feature, main);
    const base = await commit({ ...HAD, both: 'main', theirs: 'feature' }, main, feature);
    expect((await joined(before, base, had)).paths).toEqual([]);
  });

  it('is all that may be, and says so, where history is cut off', async () => {
    const before = await commit(HAD, '1'.repeat(40));
    const base = await commit({ ...HAD, theirs: 'new' }, '2'.repeat(40));
    expect(await joined(before, base, HAD)).toEqual({ paths: ['theirs'], isTold: false });
    expect(await joined(before, '3'.repeat(40), HAD)).toEqual({ paths: [], isTold: false });
  });
});
