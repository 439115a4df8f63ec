import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { currentProcess } from '#platform/process-identity.ts';
import type { GitRepository } from '#git/repository.ts';
import {
  makeOpen,
  makeRepository,
  openAt,
  rejection,
  type Opened,
} from '../../support/repositories/open-repositories.ts';
import type { TestRepository } from '../../support/repositories/repository.ts';

const GIB = 1024 ** 3;

async function scan(git: GitRepository, maxFileBytes = GIB): Promise<string> {
  const head = await git.worktree.headCommit();
  const seed = head === null ? null : await git.revisions.commitTree(head);
  return (await git.worktree.scan({ seed, maxFileBytes })).tree;
}

async function expectSame({ repository, git }: Opened): Promise<void> {
  expect(await scan(git)).toBe(repository.expectedTree());
}

function indexOf(repository: TestRepository): string {
  return join(repository.path, '.git', 'heddle', 'worktree.index');
}

function makePipe(path: string): void {
  execFileSync('sh', ['-c', 'mkfifo -- "$1"', 'sh', path]);
}

describe('a scan of the work tree', () => {
  it('leaves out what is ignored by now, where no state has it', async () => {
    const opened = await makeOpen();
    const { repository, git } = opened;
    repository.write('.env', 'KEY=1\n');
    repository.write('made/deep/out', 'x');
    repository.write('stays', 'x');
    await scan(git);
    repository.write('.gitignore', '.env\nmade/\nREADME\n');
    repository.write('.env', 'KEY=2\n');
    await expectSame(opened);
    await expectSame(opened);
    const names = repository.git('ls-tree', '-r', '--name-only', await scan(git));
    expect(names.split('\n')).toEqual(expect.arrayContaining(['README', 'stays', '.gitignore']));
    expect(names).not.toMatch(/env|made/);
  });

  it('tells of each new file, as git will store it, before anything is stored', async () => {
    const opened = await makeOpen();
    const { repository, git } = opened;
    repository.write('.gitattributes', '*.txt text eol=crlf\n');
    repository.write('README', 'changed\n');
    repository.oddNames();
    const objects = (): string => repository.git('count-objects', '-v');
    const told = new Map<string, string>();
    const before = objects();
    const scanned = await git.worktree.scan({
      seed: null,
      maxFileBytes: GIB,
      examine: async (path, blob) => {
        expect(objects()).toBe(before);
        told.set(Buffer.from(path).toString('latin1'), blob);
      },
    });
    const stored = repository.gitBytes(repository.path, ['ls-tree', '-rz', scanned.tree]).toString('latin1');
    const rows = stored.split('\0').filter(Boolean);
    expect(rows.length).toBeGreaterThan(18);
    expect(told).toEqual(
      new Map(rows.map((row) => [row.slice(row.indexOf('\t') + 1), row.split(/[ \t]/)[2]])),
    );
  });

  it('that is ended by whoever is told leaves store and index as they were', async () => {
    const { repository, git } = await makeOpen();
    await scan(git);
    repository.write('secret', 'not to be kept\n');
    const before = [repository.git('count-objects', '-v'), readFileSync(indexOf(repository))];
    const refuse = (): never => {
      throw new Error('refused');
    };
    await expect(git.worktree.scan({ seed: null, maxFileBytes: GIB, examine: refuse })).rejects.toThrow(
      'refused',
    );
    expect([repository.git('count-objects', '-v'), readFileSync(indexOf(repository))]).toEqual(before);
    expect(readdirSync(join(repository.path, '.git', 'heddle'))).toEqual(['worktree.index']);
  });

  it('gives the tree that git add -A would make, whatever the names', async () => {
    const opened = await makeOpen();
    const names = opened.repository.oddNames();
    expect(names.length).toBeGreaterThan(15);
    await expectSame(opened);
    opened.repository.commit('odd');
    await expectSame(opened);
    for (const name of names.slice(0, 6)) opened.repository.remove(name);
    await expectSame(opened);
  });

  it('gives the tree of git where so much changed that it goes into packs', async () => {
    const opened = await makeOpen();
    const { repository, git } = opened;
    const write = (round: string): void => {
      for (let file = 0; file < 150; file += 1)
        repository.write(`d${file % 12}/e${file % 5}/f${file}`, round);
    };
    write('first\n');
    repository.write('x/y', 'a file where there was none\n');
    await expectSame(opened);
    repository.commit('first');
    write('second\n');
    rmSync(join(repository.path, 'x'), { recursive: true });
    repository.write('x', 'a file where there was a directory\n');
    repository.oddNames();
    await expectSame(opened);
    const packs = readdirSync(join(repository.path, '.git/objects/pack')).filter((name) =>
      name.endsWith('.pack'),
    );
    expect(packs.length).toBeGreaterThan(1);
    expect(repository.git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
    expect(await scan(git)).toBe(repository.expectedTree());
  });

  it('stores links, empty files and converted ones among so much that it goes into packs', async () => {
    const opened = await makeOpen({ commit: false });
    const { repository, git } = opened;
    repository.write('.gitattributes', 'd1/* text=auto\n');
    // First of all, before anything that goes into a pack.
    repository.link('!link', 'nowhere');
    repository.write('1-empty', '');
    for (let file = 0; file < 150; file += 1) repository.write(`d${file % 3}/f${file}`, `${file}\n`);
    await expectSame(opened);
    expect(repository.git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
    expect(await scan(git)).toBe(repository.expectedTree());
  });

  it('writes nothing where nothing changed since the tree that it began from', async () => {
    const { repository, git } = await makeOpen();
    await scan(git);
    const index = join(repository.path, '.git', 'heddle', 'worktree.index');
    const before = statSync(index).ino;
    expect(await scan(git)).toBe(repository.expectedTree());
    expect(statSync(index).ino).toBe(before);
    repository.write('new', 'new\n');
    expect(await scan(git)).toBe(repository.expectedTree());
    repository.remove('new');
    expect(await scan(git)).toBe(repository.expectedTree());
  });

  it('begins from nothing in an empty repository', async () => {
    const opened = await makeOpen({ commit: false });
    expect(await scan(opened.git)).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
    opened.repository.write('a', 'a\n');
    await expectSame(opened);
  });

  it('never writes the user’s index, nor leaves a lock or scratch files', async () => {
    const { repository, git } = await makeOpen();
    repository.write('new', 'new\n');
    const index = join(repository.path, '.git', 'index');
    const before = [readFileSync(index), statSync(index).ino];
    await scan(git);
    await git.worktree.unfaithful([Buffer.from('new')]);
    expect([readFileSync(index), statSync(index).ino]).toEqual(before);
    expect(readdirSync(join(repository.path, '.git', 'heddle'))).toEqual(['worktree.index']);
    expect(repository.git('status', '--porcelain')).toBe('?? new');
  });

  it.each([
    [
      'a file becomes a directory',
      (r: Opened['repository']) => (r.remove('README'), r.write('README/inside', 'x')),
    ],
    ['a directory becomes a file', (r: Opened['repository']) => (r.remove('dir'), r.write('dir', 'x'))],
    [
      'a directory becomes a link to its twin',
      (r: Opened['repository']) => {
        r.write('twin/file', 'in dir\n');
        r.remove('dir');
        r.link('dir', 'twin');
      },
    ],
    [
      'a directory becomes an ignored link to its twin',
      (r: Opened['repository']) => {
        r.write('twin/file', 'in dir\n');
        r.write('.gitignore', '/dir\n');
        r.remove('dir');
        r.link('dir', 'twin');
      },
    ],
    [
      'a file becomes a link',
      (r: Opened['repository']) => (r.remove('README'), r.link('README', 'dir/file')),
    ],
    ['a link becomes a file', (r: Opened['repository']) => (r.remove('alias'), r.write('alias', 'x'))],
    ['a link becomes a directory', (r: Opened['repository']) => (r.remove('alias'), r.write('alias/x', 'x'))],
    ['a mode changes', (r: Opened['repository']) => r.executable('README', 'first\n')],
    [
      'everything goes',
      (r: Opened['repository']) => (r.remove('README'), r.remove('dir'), r.remove('alias')),
    ],
    [
      'a tracked file is ignored',
      (r: Opened['repository']) => (
        r.write('.gitignore', 'README\nno\n'),
        r.write('no', 'x'),
        r.write('README', 'y')
      ),
    ],
    [
      'a file becomes a repository',
      (r: Opened['repository']) => {
        r.remove('README');
        mkdirSync(join(r.path, 'README'));
        r.gitIn(join(r.path, 'README'), 'init', '-q');
        r.gitIn(join(r.path, 'README'), 'commit', '-q', '--allow-empty', '-m', 'x');
      },
    ],
    [
      'only CRLF normalisation differs',
      (r: Opened['repository']) => (
        r.write('.gitattributes', '* text=auto\n'),
        r.write('dir/file', 'in dir\r\n')
      ),
    ],
  ])('follows when %s', async (_what, change) => {
    const opened = await makeOpen();
    opened.repository.write('dir/file', 'in dir\n');
    opened.repository.link('alias', 'README');
    opened.repository.commit('base');
    await expectSame(opened);
    change(opened.repository);
    await expectSame(opened);
    await expectSame(opened);
  });

  it('sees a change of the same length in the same moment', async () => {
    const opened = await makeOpen();
    for (let round = 0; round < 20; round += 1) {
      opened.repository.write('README', `round ${round % 10}\n`);
      await expectSame(opened);
    }
  });

  it('sees a file whose times were put back after a change of length', async () => {
    const opened = await makeOpen();
    const path = join(opened.repository.path, 'README');
    await scan(opened.git);
    const { atime, mtime } = statSync(path);
    opened.repository.write('README', 'longer than before\n');
    utimesSync(path, atime, mtime);
    await expectSame(opened);
  });

  it.each([
    ['assume-unchanged', ['update-index', '--assume-unchanged', 'README']],
    ['skip-worktree', ['update-index', '--skip-worktree', 'README']],
    ['intent-to-add', ['add', '-N', 'other']],
    [
      'staged otherwise',
      ['update-index', '--add', '--cacheinfo', '100644,e69de29bb2d1d6434b8b29ae775ad8c2e48c5391,README'],
    ],
    ['split', ['update-index', '--split-index']],
    ['of version 4', ['update-index', '--index-version', '4']],
    ['with an untracked cache', ['update-index', '--force-untracked-cache']],
  ])('does not believe what the user’s index says of files: %s', async (_what, args) => {
    const opened = await makeOpen();
    opened.repository.write('other', 'other\n');
    opened.repository.git(...args);
    opened.repository.write('README', 'changed\n');
    await expectSame(opened);
  });

  it('works in the middle of a merge with conflicts', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    repository.git('checkout', '-q', '-b', 'side');
    repository.write('README', 'side\n');
    repository.commit('side');
    repository.git('checkout', '-q', 'main');
    repository.write('README', 'main\n');
    repository.commit('main');
    expect(() => repository.git('merge', '-q', 'side')).toThrow();
    expect(repository.git('ls-files', '-u')).not.toBe('');
    await expectSame(opened);
    expect(repository.git('ls-files', '-u')).not.toBe('');
  });

  it('takes the commit a submodule stands at, and passes over repositories without one', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    repository.submodule('libs/sub');
    await expectSame(opened);
    repository.commit('sub');
    const inside = join(repository.path, 'libs/sub');
    repository.gitIn(inside, 'commit', '-q', '--allow-empty', '-m', 'next');
    await expectSame(opened);
    const before = await scan(opened.git);
    mkdirSync(join(repository.path, 'unborn'));
    repository.gitIn(join(repository.path, 'unborn'), 'init', '-q');
    expect(await scan(opened.git)).toBe(before);
    repository.remove('libs/sub');
    mkdirSync(inside, { recursive: true });
    await scan(opened.git);
  });

  it('works inside a submodule as in any repository', async () => {
    const { repository } = await makeOpen();
    repository.submodule('sub');
    const git = await openAt(repository, join(repository.path, 'sub'));
    writeFileSync(join(repository.path, 'sub', 'more'), 'more\n');
    const tree = await scan(git);
    expect(repository.gitIn(git.places.worktree, 'ls-tree', '--name-only', tree)).toBe('inside\nmore');
    expect(git.places.gitDir).toBe(join(repository.path, '.git/modules/sub'));
  });

  it('leaves linked worktrees of the repository out', async () => {
    const opened = await makeOpen();
    const before = await scan(opened.git);
    opened.repository.git('worktree', 'add', '-q', '--detach', 'threads/one');
    expect(await scan(opened.git)).toBe(before);
    const other = await openAt(opened.repository, join(opened.repository.path, 'threads/one'));
    expect(await scan(other)).toBe(before);
  });

  it('tells what changed without storing anything, as a scan finds it', async () => {
    const { repository, git } = await makeOpen();
    const seed = await scan(git);
    repository.write('.gitattributes', '*.txt text eol=crlf\n');
    repository.write('README', 'changed\n');
    repository.write('a.txt', 'one\r\ntwo\r\n');
    repository.oddNames();
    for (let count = 0; count < 120; count += 1) repository.write(`many/${count}`, String(count));
    const [objects, index] = [repository.git('count-objects', '-v'), readFileSync(indexOf(repository))];
    const options = { seed, maxFileBytes: GIB };
    const changes = await git.worktree.changes(options);
    expect(repository.git('count-objects', '-v')).toBe(objects);
    expect(readFileSync(indexOf(repository))).toEqual(index);
    expect(changes.length).toBeGreaterThan(120);
    expect(changes).toEqual(await git.comparer.compare(seed, await scan(git)));
    repository.remove('README');
    expect(await git.worktree.changes({ ...options, seed: null })).toEqual(
      await git.comparer.compare(null, await scan(git)),
    );
  });

  it('tells no change where there is none', async () => {
    const { git } = await makeOpen();
    const seed = await scan(git);
    expect(await git.worktree.changes({ seed, maxFileBytes: GIB })).toEqual([]);
  });

  it('refuses a large file by name before hashing it, and leaves no object behind', async () => {
    const { repository, git } = await makeOpen();
    await scan(git);
    const count = repository.git('count-objects');
    repository.write('small', 'x');
    repository.write('new\nline', Buffer.alloc(2000));
    expect(await rejection(scan(git, 1000))).toMatchObject({
      code: 'FILE_TOO_LARGE',
      facts: { path: 'new%0Aline', size: 2000, limit: 1000 },
    });
    expect(repository.git('count-objects')).toBe(count);
    expect(await scan(git, 2000)).toBe(repository.expectedTree());
  });

  it('refuses what stands in a tracked file’s place and cannot be read, and passes over untracked pipes', async () => {
    const { repository, git } = await makeOpen();
    makePipe(join(repository.path, 'pipe'));
    expect(await scan(git)).toBe(repository.git('rev-parse', 'HEAD^{tree}'));
    repository.remove('README');
    makePipe(join(repository.path, 'README'));
    expect(await rejection(scan(git))).toMatchObject({ code: 'FILE_UNREADABLE', facts: { path: 'README' } });
  });

  it.skipIf(process.getuid?.() !== 0)('names files and directories that permissions close', async () => {
    const { repository, git } = await makeOpen();
    const denied = async (path: string): Promise<unknown> => {
      execFileSync('chmod', ['0', join(repository.path, path)]);
      process.seteuid?.(65_534);
      try {
        return (await rejection(scan(git))).facts;
      } finally {
        process.seteuid?.(0);
        execFileSync('chmod', ['700', join(repository.path, path)]);
      }
    };
    execFileSync('chown', ['-R', '65534', repository.root]);
    repository.git('config', '--global', '--add', 'safe.directory', '*');
    repository.write('closed', 'x');
    expect(await denied('closed')).toMatchObject({ path: 'closed' });
    repository.remove('closed');
    repository.write('dir/file', 'x');
    expect(await denied('dir')).toMatchObject({ path: expect.stringMatching(/^dir$/) });
    repository.commit('with dir');
    expect(await denied('dir')).toMatchObject({ path: expect.stringMatching(/^dir(\/file)?$/) });
  });

  it('never runs a filter that the repository configures, and names the file that needs it', async () => {
    const { repository, git } = await makeOpen();
    const witness = join(repository.root, 'ran');
    repository.git('config', 'filter.evil=name.clean', `touch ${witness}; cat`);
    repository.git('config', 'filter.evil=name.process', `touch ${witness}`);
    repository.git('config', 'filter.evil=name.required', 'true');
    repository.write('.gitattributes', '*.dat filter=evil=name\n');
    expect(await scan(git)).toBe(repository.git('rev-parse', `${repository.commit('attributes')}^{tree}`));
    repository.write('some file.dat', 'x');
    expect(await rejection(scan(git))).toMatchObject({
      code: 'FILTER_UNTRUSTED',
      facts: { path: 'some file.dat', filter: 'evil=name' },
    });
    expect(existsSync(witness)).toBe(false);
  });

  it('runs a filter of the user’s own', async () => {
    const { repository, git } = await makeOpen();
    repository.git('config', '--global', 'filter.rot.clean', 'tr a-z b-za');
    repository.write('.gitattributes', '*.dat filter=rot\n');
    repository.write('x.dat', 'abc');
    const tree = await scan(git);
    expect(repository.git('cat-file', 'blob', `${tree}:x.dat`)).toBe('bcd');
  });

  it('runs no hook, monitor or helper that the repository configures', async () => {
    const { repository, git } = await makeOpen();
    const witness = join(repository.root, 'ran');
    const script = join(repository.root, 'evil.sh');
    writeFileSync(script, `#!/bin/sh\ntouch ${witness}\n`, { mode: 0o755 });
    for (const hook of [
      'reference-transaction',
      'post-index-change',
      'post-checkout',
      'fsmonitor-watchman',
    ]) {
      writeFileSync(join(repository.path, '.git/hooks', hook), `#!/bin/sh\ntouch ${witness}\n`, {
        mode: 0o755,
      });
    }
    for (const key of [
      'core.fsmonitor',
      'diff.external',
      'core.pager',
      'core.editor',
      'core.sshCommand',
      'diff.x.textconv',
      'diff.x.command',
    ]) {
      repository.git('config', key, script);
    }
    repository.write('.gitattributes', '* diff=x\n');
    const tree = await scan(git);
    const batch = git.writer.batch();
    const blob = batch.add('blob', Buffer.from('x'));
    await batch.write();
    await (await git.refs.prepare([{ name: 'refs/heddle/x', old: null, new: blob }], [])).commit();
    await git.comparer.patch(null, tree, { stat: false, color: true, paths: [] });
    await git.worktrees.add(join(repository.root, 'linked'), repository.git('rev-parse', 'HEAD'));
    expect(existsSync(witness)).toBe(false);
    // The guard itself: without heddle's settings the same repository does run them.
    repository.git('update-ref', 'refs/heads/other', 'HEAD');
    expect(existsSync(witness)).toBe(true);
  });

  it('heals an index that was damaged, and objects that a gc took away', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    repository.write('unreferenced', 'kept by nobody\n');
    await expectSame(opened);
    const index = join(repository.path, '.git/heddle/worktree.index');
    for (const damage of [
      Buffer.alloc(0),
      Buffer.from('DIRC garbage'),
      readFileSync(index).fill(7, 20, 60),
    ]) {
      writeFileSync(index, damage);
      await expectSame(opened);
    }
    rmSync(join(repository.path, '.git/heddle/worktree.index'));
    await scan(opened.git);
    repository.git('prune', '--expire=now');
    const tree = await scan(opened.git);
    expect(repository.git('cat-file', 'blob', `${tree}:unreferenced`)).toBe('kept by nobody');
  });

  it('gives the same tree to several scans at once, beside a gc', async () => {
    const { repository } = await makeOpen();
    repository.makeLarge(300);
    const gits = await Promise.all([1, 2, 3, 4].map(() => openAt(repository)));
    const gc = spawn('git', ['gc', '-q'], { cwd: repository.path, env: repository.env, stdio: 'ignore' });
    const collected = new Promise((resolve) => gc.once('close', resolve));
    const trees = await Promise.all(gits.map((git) => scan(git)));
    expect(await collected).toBe(0);
    expect([...new Set(trees)]).toEqual([repository.expectedTree()]);
    expect(readdirSync(join(repository.path, '.git/heddle'))).toEqual(['worktree.index']);
  });

  it('removes what a killed scan left', async () => {
    const { repository, git } = await makeOpen();
    const left = join(
      repository.path,
      `.git/heddle/scan-${currentProcess().place.replaceAll(/[^0-9A-Za-z]/g, '')}-999999999-1-abc`,
    );
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'index.lock'), '');
    await scan(git);
    expect(existsSync(left)).toBe(false);
  });

  it('takes many files, and few milliseconds when nothing changed', async () => {
    const opened = await makeOpen();
    opened.repository.makeLarge(2000);
    await expectSame(opened);
    await expectSame(opened);
  });

  it('stores many files at once, converted ones and empty ones too, in one pack', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    repository.write('.gitattributes', '*.crlf text eol=crlf\n');
    for (let index = 0; index < 150; index += 1) {
      repository.write(`f${index}.txt`, `content ${index}\n`.repeat(index % 3));
      repository.write(`f${index}.crlf`, `content ${index}\r\n`);
    }
    repository.oddNames();
    const tree = await scan(opened.git);
    const packs = readdirSync(join(repository.path, '.git/objects/pack')).filter((name) =>
      name.endsWith('.pack'),
    );
    expect(packs).toHaveLength(1);
    expect(repository.git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
    expect(tree).toBe(repository.expectedTree());
  });

  it('tells HEAD of branches, detached heads and empty repositories', async () => {
    const { repository, git } = await makeOpen();
    expect([await git.worktree.headBranch(), await git.worktree.headCommit()]).toEqual([
      'main',
      repository.git('rev-parse', 'HEAD'),
    ]);
    repository.git('checkout', '-q', '--detach');
    expect([await git.worktree.headBranch(), await git.worktree.headCommit()]).toEqual([
      null,
      repository.git('rev-parse', 'HEAD'),
    ]);
    const empty = await openAt(makeRepository({ commit: false }));
    expect([await empty.worktree.headBranch(), await empty.worktree.headCommit()]).toEqual(['main', null]);
  });
});

describe('files that a checkout would not give back', () => {
  async function unfaithful({ git }: Opened, ...paths: readonly string[]): Promise<readonly string[]> {
    await scan(git);
    const found = await git.worktree.unfaithful(paths.map((path) => Buffer.from(path)));
    return found.map(({ path, why }) => `${Buffer.from(path).toString()}: ${why}`);
  }

  it('are none where nothing converts', async () => {
    const opened = await makeOpen();
    const names = opened.repository.oddNames().map((name) => name.toString());
    expect(await unfaithful(opened, ...names)).toEqual([]);
  });

  it('are found by attribute, and only those that really differ', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    repository.write(
      '.gitattributes',
      'a* text\nb* text eol=crlf\ni* ident\n*.enc working-tree-encoding=UTF-16LE\nraw* -text\n',
    );
    repository.write('a crlf', '1\r\n');
    repository.write('a\nlf', '1\n');
    repository.write('b crlf', '1\r\n');
    repository.write('b lf', '1\n');
    repository.write('b mixed', '1\n2\r\n');
    repository.write('i expanded', '$Id: something $\n');
    repository.write('i plain', '$Id$ no\n');
    repository.write('t.enc', Buffer.from('hi\n', 'utf16le'));
    repository.write('raw', '1\r\n');
    const names = ['a crlf', 'a\nlf', 'b crlf', 'b lf', 'b mixed', 'i expanded', 't.enc', 'raw', 'gone'];
    expect(await unfaithful(opened, ...names)).toEqual([
      'a crlf: line endings (text=set)',
      'b lf: line endings (eol=crlf)',
      'b mixed: line endings (eol=crlf)',
      'i expanded: ident',
    ]);
  });

  it('are found where the configuration converts', async () => {
    const opened = await makeOpen();
    opened.repository.git('config', 'core.autocrlf', 'true');
    opened.repository.write('lf', '1\n');
    opened.repository.write('crlf', '1\r\n');
    opened.repository.link('link', 'lf');
    expect(await unfaithful(opened, 'lf', 'crlf', 'link')).toEqual(['lf: line endings (core.autocrlf)']);
  });

  it('are found behind a filter that loses something', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    repository.git('config', '--global', 'filter.lossy.clean', 'tr A-Z a-z');
    repository.git('config', '--global', 'filter.lossy.smudge', 'cat');
    repository.write('.gitattributes', '*.x filter=lossy\n');
    repository.write('low.x', 'low\n');
    repository.write('High.x', 'High\n');
    expect(await unfaithful(opened, 'low.x', 'High.x')).toEqual(['High.x: filter=lossy']);
  });
});
