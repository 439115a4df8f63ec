import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { makeOpen, rejection, type Opened } from '../../support/repositories/open-repositories.ts';

const scan = async ({ git }: Opened): Promise<string> =>
  (await git.worktree.scan({ seed: null, maxFileBytes: 1e9 })).tree;

describe('a work tree that is brought to another tree', () => {
  it('holds exactly that one, whatever changed, and the user’s index is as it was', async () => {
    const opened = await makeOpen();
    const { repository, git } = opened;
    repository.write('dir/a', 'a\n');
    repository.write('b', 'b\n');
    repository.executable('run', 'x');
    repository.commit('one');
    const from = await scan(opened);
    repository.remove('b');
    repository.write('b/deep', 'deep\n');
    repository.remove('run');
    repository.link('run', 'dir/a');
    const to = await scan(opened);
    const index = readFileSync(join(repository.path, '.git/index'));
    await git.worktree.advance(to, from);
    expect(await scan(opened)).toBe(from);
    expect(lstatSync(join(repository.path, 'run')).mode & 0o111).not.toBe(0);
    await git.worktree.advance(from, to);
    expect(await scan(opened)).toBe(to);
    expect(readFileSync(join(repository.path, '.git/index')).equals(index)).toBe(true);
  });

  it('is left as it is where a file is another one by now', async () => {
    const opened = await makeOpen();
    const { repository, git } = opened;
    repository.write('a', 'one\n');
    repository.write('b', 'one\n');
    const from = await scan(opened);
    repository.write('a', 'two\n');
    repository.write('b', 'two\n');
    const to = await scan(opened);
    repository.write('b', 'three\n');
    expect(await rejection(git.worktree.advance(to, from))).toMatchObject({ code: 'FILE_CHANGING' });
    expect(readFileSync(join(repository.path, 'a'), 'utf8')).toBe('two\n');
    expect(readFileSync(join(repository.path, 'b'), 'utf8')).toBe('three\n');
  });

  it('tells what nobody knows of and stands in the way', async () => {
    const { repository, git } = await makeOpen();
    mkdirSync(join(repository.path, 'dir/ignored'), { recursive: true });
    writeFileSync(join(repository.path, 'dir/ignored/x'), '');
    writeFileSync(join(repository.path, 'known'), '');
    symlinkSync(repository.root, join(repository.path, 'link'));
    repository.git('init', '-q', 'nested');
    const paths = [
      'free',
      'dir',
      'dir/ignored/x',
      'dir/ignored/x/y',
      'known',
      'known/y',
      'link/y',
      'nested/y',
    ];
    const found = await git.worktree.inTheWay(paths.map(utf8), new Set(['known']));
    expect(found.map((path) => Buffer.from(path).toString())).toEqual([
      'dir',
      'dir/ignored/x',
      'dir/ignored/x/y',
      'link/y',
      'nested/y',
    ]);
  });

  it('may be another one of the clone, and no other', async () => {
    const opened = await makeOpen();
    const { repository, git } = opened;
    const commit = repository.git('rev-parse', 'HEAD');
    const places = await git.worktrees.add(join(repository.root, 'one'), commit);
    await git.worktrees.materialise(places, repository.git('rev-parse', 'HEAD^{tree}'));
    const aside = await git.aside();
    const other = await aside.worktreeAt(places.gitDir);
    const from = (await other?.scan({ seed: null, maxFileBytes: 100 }))?.tree ?? '';
    await other?.advance(from, repository.git('mktree'));
    expect(existsSync(join(places.worktree, '.git'))).toBe(true);
    expect((await other?.scan({ seed: null, maxFileBytes: 100 }))?.tree).toBe(repository.git('mktree'));
    await aside.close();
    expect(await git.worktreeAt(join(repository.path, '.git/worktrees/none'))).toBeUndefined();
  });
});
