import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeOpen, openAt, rejection } from '../../support/repositories/open-repositories.ts';

describe('linked worktrees', () => {
  it('are made without files, filled with exactly a tree, and scanned to the same tree', async () => {
    const { repository, git } = await makeOpen();
    repository.oddNames();
    repository.submodule('libs/sub');
    const commit = repository.commit('odd');
    const tree = repository.git('rev-parse', 'HEAD^{tree}');
    const directory = join(repository.root, 'threads/one');
    const places = await git.worktrees.add(directory, commit);
    expect(places).toMatchObject({ worktree: directory, commonDir: git.places.commonDir });
    expect(readdirSync(directory)).toEqual(['.git']);
    expect(repository.gitIn(directory, 'rev-parse', 'HEAD')).toBe(commit);
    await git.worktrees.materialise(places, tree);
    expect(repository.gitIn(directory, 'status', '--porcelain')).toBe('');
    expect(readdirSync(join(directory, 'libs/sub'))).toEqual([]);
    const compared = repository.gitBytes(repository.root, [
      'diff',
      '--no-index',
      '--no-renames',
      '--stat',
      'work/ünï',
      'threads/one/ünï',
    ]);
    expect(compared.toString()).toBe('');
    expect(readFileSync(join(directory, 'crlf.txt'), 'utf8')).toBe('one\r\ntwo\r\n');
    const other = (await openAt(repository, places.worktree)).worktree;
    expect(existsSync(join(places.gitDir, 'heddle/worktree.index'))).toBe(true);
    expect((await other.scan({ seed: tree, maxFileBytes: 1e9 })).tree).toBe(tree);
    expect(await other.headBranch()).toBeNull();
  });

  it('have settings of their own, and begin with the shared ones', async () => {
    const { repository, git } = await makeOpen();
    const odd = 'A "b" \\ # c\td';
    repository.git('config', 'user.name', odd);
    repository.git('config', 'user.email', 'shared@example.com');
    const [one, two] = ['one', 'two'].map((name) => join(repository.root, name)) as [string, string];
    const of = (directory: string, key: string) => repository.gitIn(directory, 'config', '--get', key);
    await git.worktrees.add(one, repository.git('rev-parse', 'HEAD'));
    repository.gitIn(one, 'config', '--worktree', 'user.email', 'one@example.com');
    repository.gitIn(one, 'config', '--worktree', 'core.pager', 'less');
    repository.gitIn(one, 'config', 'core.hooksPath', '/nowhere');
    const within = await openAt(repository, one);
    await within.worktrees.add(two, repository.git('rev-parse', 'HEAD'));
    repository.gitIn(two, 'config', 'user.name', 'leaks');
    expect([of(one, 'user.name'), of(one, 'user.email')]).toEqual([odd, 'one@example.com']);
    expect([of(two, 'user.name'), of(two, 'user.email')]).toEqual([odd, 'shared@example.com']);
    expect(() => of(two, 'core.pager')).toThrow();
    expect([of(one, 'core.hooksPath'), of(two, 'core.hooksPath')]).toEqual([
      join(git.places.commonDir, 'hooks'),
      '/nowhere',
    ]);
    expect(repository.git('config', 'user.name')).toBe('leaks');
  });

  it('leave a bare repository bare, and a named work tree where it was', async () => {
    const { repository } = await makeOpen();
    const bare = join(repository.root, 'bare.git');
    repository.gitIn(repository.root, 'clone', '-q', '--bare', repository.path, bare);
    repository.gitIn(bare, 'worktree', 'add', '-q', join(repository.root, 'first'), 'main');
    const within = await openAt(repository, join(repository.root, 'first'));
    const places = await within.worktrees.add(join(repository.root, 'second'), null);
    expect(repository.gitIn(bare, 'rev-parse', '--is-bare-repository')).toBe('true');
    for (const directory of [join(repository.root, 'first'), places.worktree])
      expect(repository.gitIn(directory, 'rev-parse', '--is-inside-work-tree')).toBe('true');
    expect(() => repository.gitIn(bare, 'config', '--local', 'core.bare')).toThrow();
    await expect(openAt(repository, bare)).rejects.toMatchObject({ code: 'BARE_REPOSITORY' });
  });

  it('hold another tree than their commit’s', async () => {
    const { repository, git } = await makeOpen();
    const commit = repository.git('rev-parse', 'HEAD');
    repository.write('later', 'later\n');
    const { tree } = await git.worktree.scan({ seed: null, maxFileBytes: 100 });
    const places = await git.worktrees.add(join(repository.root, 'one'), commit);
    await git.worktrees.materialise(places, tree);
    expect(readFileSync(join(places.worktree, 'later'), 'utf8')).toBe('later\n');
    const other = (await openAt(repository, places.worktree)).worktree;
    expect((await other.scan({ seed: tree, maxFileBytes: 100 })).tree).toBe(tree);
    expect(await other.headCommit()).toBe(commit);
  });

  it('work in an empty repository, on a branch of their own that is not born yet', async () => {
    const { repository, git } = await makeOpen({ commit: false });
    const first = await git.worktrees.add(join(repository.root, 'one'), null);
    const second = await git.worktrees.add(join(repository.root, 'two dots..'), null);
    expect(await (await openAt(repository, first.worktree)).worktree.headCommit()).toBeNull();
    expect(await (await openAt(repository, first.worktree)).worktree.headBranch()).toBe('one');
    expect(await (await openAt(repository, second.worktree)).worktree.headBranch()).toBe('two-dots');
    writeFileSync(join(first.worktree, 'a'), 'a');
    const { tree } = await (
      await openAt(repository, first.worktree)
    ).worktree.scan({ seed: null, maxFileBytes: 100 });
    await git.worktrees.materialise(second, tree);
    expect(readFileSync(join(second.worktree, 'a'), 'utf8')).toBe('a');
    repository.gitIn(first.worktree, 'add', '-A');
    repository.gitIn(first.worktree, 'commit', '-q', '-m', 'born');
  });

  it('never overwrite what is there', async () => {
    const { repository, git } = await makeOpen();
    const commit = repository.git('rev-parse', 'HEAD');
    const full = join(repository.root, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'file'), 'mine');
    symlinkSync(full, join(repository.root, 'link'));
    mkdirSync(join(repository.root, 'empty'));
    for (const directory of [
      full,
      join(full, 'file'),
      join(full, 'file/below'),
      join(repository.root, 'link'),
      repository.path,
    ]) {
      expect((await rejection(git.worktrees.requireFree(directory))).code).toBe('OUTPUT_EXISTS');
      expect((await rejection(git.worktrees.add(directory, commit))).code).toBe('OUTPUT_EXISTS');
    }
    await git.worktrees.requireFree(join(repository.root, 'not/there'));
    await git.worktrees.requireFree(join(repository.root, 'empty'));
    const places = await git.worktrees.add(join(repository.root, 'empty'), commit);
    writeFileSync(join(places.worktree, 'README'), 'mine');
    expect(
      (await rejection(git.worktrees.materialise(places, repository.git('rev-parse', 'HEAD^{tree}')))).code,
    ).toBe('OUTPUT_EXISTS');
    expect(readFileSync(join(places.worktree, 'README'), 'utf8')).toBe('mine');
    rmSync(places.worktree, { recursive: true });
    expect((await rejection(git.worktrees.requireFree(places.worktree))).code).toBe('OUTPUT_EXISTS');
  });

  it('are listed with their Git directories, from wherever one stands', async () => {
    const { repository, git } = await makeOpen();
    const commit = repository.git('rev-parse', 'HEAD');
    const odd = join(repository.root, 'odd name ü');
    const places = await git.worktrees.add(odd, commit);
    const expected = [
      { directory: repository.path, gitDir: join(repository.path, '.git') },
      { directory: odd, gitDir: places.gitDir },
    ];
    expect(await git.worktrees.list()).toEqual(expected);
    expect(await (await openAt(repository, odd)).worktrees.list()).toEqual(expected);
    for (const { worktrees } of [git, await openAt(repository, odd)]) {
      for (const one of expected) expect(await worktrees.find(one.directory)).toMatchObject(one);
      expect(await worktrees.find(join(repository.path, 'src'))).toBeUndefined();
      expect(await worktrees.find(join(repository.root, 'nowhere'))).toBeUndefined();
    }
  });

  it('of so many files that several gits write them are the tree, file for file', async () => {
    const { repository, git } = await makeOpen();
    for (let file = 0; file < 1100; file += 1) repository.write(`many/${file % 9}/f${file}`, `${file}\n`);
    const commit = repository.commit('many');
    const tree = repository.git('rev-parse', 'HEAD^{tree}');
    const places = await git.worktrees.add(join(repository.root, 'one'), commit);
    await git.worktrees.materialise(places, tree);
    expect(repository.gitIn(places.worktree, 'status', '--porcelain')).toBe('');
    const index = repository.gitIn(places.worktree, 'ls-files', '--debug').match(/size: \d+/g) ?? [];
    expect(index.filter((size) => size !== 'size: 0').length).toBeGreaterThan(1100);
  });

  it('go away without a trace, submodules and changes included, and can be made again', async () => {
    const { repository, git } = await makeOpen();
    repository.submodule('sub');
    const commit = repository.commit('sub');
    const directory = join(repository.root, 'one');
    const places = await git.worktrees.add(directory, commit);
    await git.worktrees.materialise(places, repository.git('rev-parse', 'HEAD^{tree}'));
    writeFileSync(join(directory, 'untracked'), 'x');
    await git.worktrees.remove(directory);
    expect([existsSync(directory), existsSync(places.gitDir)]).toEqual([false, false]);
    await git.worktrees.remove(directory);
    await git.worktrees.add(directory, commit);
    expect((await git.worktrees.list()).map((worktree) => worktree.directory)).toEqual([
      repository.path,
      directory,
    ]);
  });

  it.each<readonly [string, (gitDir: string, directory: string) => void]>([
    ['before its link was written', (_gitDir, directory) => rmSync(join(directory, '.git'))],
    ['before its directory was made', (_gitDir, directory) => rmSync(directory, { recursive: true })],
    ['before its HEAD was written', (gitDir) => rmSync(join(gitDir, 'HEAD'))],
    ['before it knew the common directory', (gitDir) => rmSync(join(gitDir, 'commondir'))],
  ])('that a killed git left half made go away: %s', async (_when, damage) => {
    const { repository, git } = await makeOpen();
    const commit = repository.git('rev-parse', 'HEAD');
    const directory = join(repository.root, 'one');
    const { gitDir } = await git.worktrees.add(directory, commit);
    writeFileSync(join(gitDir, 'locked'), 'initializing');
    damage(gitDir, directory);
    await git.worktrees.remove(directory);
    await git.worktrees.add(directory, commit);
    expect(repository.gitIn(directory, 'rev-parse', 'HEAD')).toBe(commit);
    expect(readdirSync(join(repository.path, '.git/worktrees'))).toEqual(['one']);
  });

  it('whose registration has nothing but a lock make room for the next', async () => {
    const { repository, git } = await makeOpen();
    repository.write('.git/worktrees/one/locked', 'initializing');
    repository.write('.git/worktrees/other/locked', 'mine');
    await git.worktrees.add(join(repository.root, 'one'), repository.git('rev-parse', 'HEAD'));
    expect(readdirSync(join(repository.path, '.git/worktrees')).toSorted()).toEqual(['one', 'other']);
  });

  it('run no filter of the repository’s own when they are filled', async () => {
    const { repository, git } = await makeOpen();
    const witness = join(repository.root, 'ran');
    repository.write('.gitattributes', '*.dat filter=evil\n');
    repository.write('x.dat', 'raw');
    const commit = repository.commit('dat');
    repository.git('config', 'filter.evil.smudge', `touch ${witness}; cat`);
    const places = await git.worktrees.add(join(repository.root, 'one'), commit);
    await git.worktrees.materialise(places, repository.git('rev-parse', 'HEAD^{tree}'));
    expect(readFileSync(join(places.worktree, 'x.dat'), 'utf8')).toBe('raw');
    expect(existsSync(witness)).toBe(false);
  });

  it('take full ids alone', async () => {
    const { repository, git } = await makeOpen();
    expect((await rejection(git.worktrees.add(join(repository.root, 'one'), '--force'))).code).toBe(
      'FORMAT_INVALID',
    );
    expect((await rejection(git.worktrees.materialise(git.places, 'HEAD'))).code).toBe('FORMAT_INVALID');
  });
});
