import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCachedTree } from '#git/worktree/index/cached-tree.ts';
import { makeOpen } from '../../support/repositories/open-repositories.ts';

async function makeIndex(version: number) {
  const { repository } = await makeOpen();
  repository.git('config', 'index.version', String(version));
  repository.oddNames();
  repository.write(`d/${'long/'.repeat(60)}${'n'.repeat(200)}`, 'x\n');
  for (let file = 0; file < 40; file += 1) repository.write(`d${file % 7}/f${file}`, `${file}\n`);
  repository.git('update-index', `--index-version=${version}`);
  repository.git('add', '-A');
  return { repository, path: join(repository.path, '.git', 'index') };
}

describe('the tree that an index remembers', () => {
  it('is the one that git writes, and unknown as soon as an entry changes', async () => {
    const { repository, path } = await makeIndex(2);
    expect(readCachedTree(path)).toBeUndefined();
    const tree = repository.git('write-tree');
    expect(readCachedTree(path)).toBe(tree);
    repository.write('d3/f3', 'other\n');
    repository.git('add', 'd3/f3');
    expect(readCachedTree(path)).toBeUndefined();
    expect(repository.git('write-tree')).toBe(readCachedTree(path));
  });

  it('is the same in an index with extended flags', async () => {
    const { repository, path } = await makeIndex(3);
    repository.git('update-index', '--skip-worktree', 'd1/f1');
    const tree = repository.git('write-tree');
    expect(readFileSync(path).readUInt32BE(4)).toBe(3);
    expect(readCachedTree(path)).toBe(tree);
  });

  it('is left to git in an index of another form', async () => {
    const { repository, path } = await makeIndex(4);
    repository.git('write-tree');
    expect(readFileSync(path).readUInt32BE(4)).toBe(4);
    expect(readCachedTree(path)).toBeUndefined();
  });

  it('is never made up out of a cut or damaged index', async () => {
    const { repository, path } = await makeIndex(2);
    const tree = repository.git('write-tree');
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length += 97) {
      writeFileSync(path, whole.subarray(0, length));
      expect([undefined, tree]).toContain(readCachedTree(path));
    }
    for (let at = 0; at < 76; at += 1) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8((whole[at] ?? 0) ^ 0xff, at);
      writeFileSync(path, damaged);
      expect([undefined, tree]).toContain(readCachedTree(path));
    }
  });
});
