import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { hashObject } from '#git/objects/hash.ts';
import { openGit, type GitRepository } from '#git/repository.ts';
import type { RemovedContent, WorktreeFile } from '#ports/removal.ts';
import {
  makeOpen,
  makeRepository,
  openAt,
  rejection,
  type Opened,
} from '../../support/repositories/open-repositories.ts';
import type { TestRepository } from '../../support/repositories/repository.ts';

const SECRET = 'the first line\nhunter2 $Id$\n';
const STUB = 'redacted\n';

type Content = Pick<RemovedContent, 'blob' | 'bytes' | 'kind'>;

function content(text: string, kind: Content['kind'] = 'file'): Content {
  return { blob: hashObject('blob', utf8(text)), bytes: utf8(text), kind };
}

const BLOB = content(SECRET).blob;

/** Paths found in a work tree, escaped; each found blob is the one that was asked for. */
async function pathsOf(
  git: GitRepository,
  directory: string,
  contents: readonly Content[] = [content(SECRET)],
): Promise<readonly string[]> {
  const found = await git.contents.find(contents);
  const blobs = new Set(contents.map(({ blob }) => blob));
  expect(found.filter(({ blob }) => !blobs.has(blob))).toEqual([]);
  return found.filter((file) => file.directory === directory).map(({ path }) => escapePath(path));
}

function at({ path: directory }: Pick<TestRepository, 'path'>, path: string | Buffer): WorktreeFile {
  return { directory, path: new Uint8Array(Buffer.from(path)) };
}

/** Every name in a work tree, `.git` aside. */
function namesIn(repository: TestRepository): readonly string[] {
  return readdirSync(repository.path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== '.git' && !name.startsWith('.git/'))
    .toSorted();
}

describe('finding contents in work trees', () => {
  it('finds every copy, whatever its name: tracked, untracked, ignored, executable', async () => {
    const { repository, git } = await makeOpen();
    const odd = repository.oddNames();
    for (const name of odd.filter((path) => !path.equals(Buffer.from('dangling')))) {
      if (!name.equals(Buffer.from('link'))) repository.write(name, SECRET);
    }
    repository.write('tracked', SECRET);
    repository.commit('tracked');
    repository.write('.gitignore', '*.log\n/out/\n');
    repository.write('x.log', SECRET);
    repository.write('out/deep/copy', SECRET);
    repository.executable('copy.sh', SECRET);
    repository.write('same size', SECRET.replace('hunter2', 'hunter3'));
    repository.write('longer', `${SECRET}x`);
    const expected = [
      ...odd.filter((path) => !['link', 'dangling'].includes(path.toString())),
      ...['tracked', 'x.log', 'out/deep/copy', 'copy.sh'].map((name) => Buffer.from(name)),
    ];
    expect(expected.length).toBeGreaterThan(15);
    expect(await pathsOf(git, repository.path)).toEqual(
      expected.toSorted(Buffer.compare).map((path) => escapePath(path)),
    );
  });

  it('tells links from files, and follows none', async () => {
    const { repository, git } = await makeOpen();
    writeFileSync(join(repository.root, 'outside'), SECRET);
    mkdirSync(join(repository.root, 'directory'));
    writeFileSync(join(repository.root, 'directory/inside'), SECRET);
    repository.link('link', '../outside');
    repository.link('linked', '../directory');
    repository.link('again', '../outside');
    repository.write('text', '../outside');
    expect(await pathsOf(git, repository.path)).toEqual([]);
    expect(await pathsOf(git, repository.path, [content('../outside', 'symlink')])).toEqual([
      'again',
      'link',
    ]);
    expect(await pathsOf(git, repository.path, [content('../outside')])).toEqual(['text']);
  });

  it('finds several contents at once, and empty ones', async () => {
    const { repository, git } = await makeOpen();
    repository.write('a', SECRET);
    repository.write('b', SECRET.replace('first', 'FIRST'));
    repository.write('c', '');
    const found = await git.contents.find([
      content(SECRET),
      content(SECRET.replace('first', 'FIRST')),
      content(''),
    ]);
    expect(found.map(({ path, blob }) => [escapePath(path), blob])).toEqual([
      ['a', BLOB],
      ['b', content(SECRET.replace('first', 'FIRST')).blob],
      ['c', content('').blob],
    ]);
    expect(await git.contents.find([])).toEqual([]);
  });

  it('looks into every linked worktree, one that lies inside another too, and each from each', async () => {
    const { repository, git } = await makeOpen();
    const [beside, inside] = [join(repository.root, 'beside'), join(repository.path, 'inside')];
    for (const linked of [beside, inside]) {
      repository.git('worktree', 'add', '-q', '--detach', linked);
      writeFileSync(join(linked, 'copy'), SECRET);
    }
    repository.write('own', SECRET);
    for (const opened of [git, await openAt(repository, beside)]) {
      const found = await opened.contents.find([content(SECRET)]);
      expect(found.map(({ directory, path }) => `${directory}/${escapePath(path)}`).toSorted()).toEqual([
        `${beside}/copy`,
        `${inside}/copy`,
        `${repository.path}/own`,
      ]);
    }
    rmSync(beside, { recursive: true });
    expect(await git.contents.find([content(SECRET)])).toHaveLength(2);
  });

  it('looks into a sparse worktree, at what is there, a file outside of the patterns too', async () => {
    const { repository, git } = await makeOpen();
    for (const path of ['in/copy', 'out/copy']) repository.write(path, SECRET);
    repository.commit('copies');
    const linked = join(repository.root, 'linked');
    repository.git('worktree', 'add', '-q', '--detach', linked);
    repository.gitIn(linked, 'sparse-checkout', 'set', 'in');
    expect(existsSync(join(linked, 'out'))).toBe(false);
    expect(await pathsOf(git, linked)).toEqual(['in/copy']);
    mkdirSync(join(linked, 'out'));
    writeFileSync(join(linked, 'out/other'), CRLF);
    writeFileSync(join(linked, '.gitattributes'), '* text\n');
    expect(await pathsOf(git, linked)).toEqual(['in/copy', 'out/other']);
    for (const path of ['in/copy', 'out/other'])
      expect(await git.contents.replace(at({ path: linked }, path), BLOB, utf8(STUB))).toBe(true);
    expect(await pathsOf(git, linked)).toEqual([]);
    expect(await git.contents.blobAt(at({ path: linked }, 'out/copy'))).toBeUndefined();
  });

  it('takes no directory for a worktree because the repository says so', async () => {
    const { repository, git } = await makeOpen();
    const victim = join(repository.root, 'victim');
    mkdirSync(victim);
    writeFileSync(join(victim, 'file'), SECRET);
    const registration = join(repository.path, '.git/worktrees/forged');
    mkdirSync(registration, { recursive: true });
    writeFileSync(join(registration, 'gitdir'), `${victim}/.git\n`);
    writeFileSync(join(registration, 'commondir'), '../..\n');
    writeFileSync(join(registration, 'HEAD'), `${repository.git('rev-parse', 'HEAD')}\n`);
    expect(await git.contents.find([content(SECRET)])).toEqual([]);
    const file = { directory: victim, path: utf8('file') };
    expect(await git.contents.blobAt(file)).toBeUndefined();
    expect(await git.contents.replace(file, BLOB, utf8(STUB))).toBe(false);
    // The guard itself: it is the link back that makes it one.
    writeFileSync(join(victim, '.git'), `gitdir: ${registration}\n`);
    expect(await git.contents.find([content(SECRET)])).toHaveLength(1);
  });

  it('looks into no main work tree of a bare repository, and into its linked ones', async () => {
    const repository = makeRepository();
    const bare = join(repository.root, 'bare.git');
    repository.git('clone', '-q', '--bare', repository.path, bare);
    const linked = join(repository.root, 'linked');
    repository.gitIn(bare, 'worktree', 'add', '-q', '--detach', linked);
    writeFileSync(join(linked, 'copy'), SECRET);
    writeFileSync(join(bare, 'copy'), SECRET);
    const git = await openAt(repository, linked);
    const found = await git.contents.find([content(SECRET)]);
    expect(found.map(({ directory, path }) => `${directory}/${escapePath(path)}`)).toEqual([
      `${linked}/copy`,
    ]);
  });

  it('enters neither Git directories nor repositories of their own', async () => {
    const { repository, git } = await makeOpen();
    repository.submodule('module');
    for (const path of ['module/copy', 'nested/deep/copy', '.git/copy', '.git/heddle/copy']) {
      repository.write(path, SECRET);
    }
    repository.gitIn(join(repository.path, 'nested'), 'init', '-q');
    expect(await pathsOf(git, repository.path)).toEqual([]);
    for (const path of ['module/copy', 'nested/deep/copy', '.git/copy']) {
      expect(await git.contents.blobAt(at(repository, path))).toBeUndefined();
      expect(await git.contents.replace(at(repository, path), BLOB, utf8(STUB))).toBe(false);
    }
    rmSync(join(repository.path, 'nested/.git'), { recursive: true });
    expect(await pathsOf(git, repository.path)).toEqual(['nested/deep/copy']);
  });

  it('leaves a Git directory alone that lies among the files under another name', async () => {
    const { repository } = await makeOpen();
    repository.git('init', '-q', '--separate-git-dir', join(repository.path, 'storage'));
    const git = await openAt(repository);
    repository.write('storage/COPY', SECRET);
    repository.write('copy', SECRET);
    expect(await pathsOf(git, repository.path)).toEqual(['copy']);
  });

  it.skipIf(process.getuid?.() !== 0)('passes over what it may not read', async () => {
    const { repository, git } = await makeOpen();
    for (const path of ['closed', 'directory/copy', 'open']) repository.write(path, SECRET);
    execFileSync('chown', ['-R', '65534', repository.root]);
    repository.git('config', '--global', '--add', 'safe.directory', '*');
    for (const path of ['closed', 'directory']) chmodSync(join(repository.path, path), 0);
    process.seteuid?.(65_534);
    try {
      expect(await pathsOf(git, repository.path)).toEqual(['open']);
    } finally {
      process.seteuid?.(0);
    }
  });

  it('passes over pipes, and over names that are longer than the system takes', async () => {
    const { repository, git } = await makeOpen();
    execFileSync('mkfifo', [join(repository.path, 'pipe')]);
    repository.write('copy', SECRET);
    expect(await pathsOf(git, repository.path)).toEqual(['copy']);
    expect(await git.contents.blobAt(at(repository, 'pipe'))).toBeUndefined();
    expect(await git.contents.blobAt(at(repository, 'x'.repeat(300)))).toBeUndefined();
  });
});

const CRLF = SECRET.replaceAll('\n', '\r\n');

describe('contents that stand converted in a work tree', () => {
  it('are found where attributes convert line endings, whatever the name', async () => {
    const { repository, git } = await makeOpen();
    repository.write('.gitattributes', '*.txt text eol=crlf\nauto* text=auto\n*.bin -text\n');
    const odd = ['with space.txt', 'new\nline.txt', '-dash.txt', '"quoted".txt', 'back\\slash.txt', 'ü.txt'];
    for (const name of [...odd, 'auto', 'auto.bin', 'other']) repository.write(name, CRLF);
    repository.write(Buffer.from([0xff, 0x2e, 0x74, 0x78, 0x74]), CRLF);
    repository.write('different.txt', CRLF.replace('first', 'other'));
    const expected = [
      ...odd.map((name) => Buffer.from(name)),
      Buffer.from('auto'),
      Buffer.from('\xff.txt', 'latin1'),
    ];
    expect(await pathsOf(git, repository.path)).toEqual(
      expected.toSorted(Buffer.compare).map((path) => escapePath(path)),
    );
  });

  it('are found where the configuration converts them', async () => {
    const { repository, git } = await makeOpen();
    repository.write('file', CRLF);
    expect(await pathsOf(git, repository.path)).toEqual([]);
    repository.git('config', 'core.autocrlf', 'true');
    expect(await pathsOf(git, repository.path)).toEqual(['file']);
  });

  it('are found with their ident filled in, and in another encoding', async () => {
    const { repository, git } = await makeOpen();
    repository.write('.gitattributes', 'ident ident\nwide working-tree-encoding=UTF-16LE\n');
    repository.write('ident', SECRET.replace('$Id$', `$Id: ${BLOB} $`));
    repository.write('other', SECRET.replace('$Id$', `$Id: ${BLOB} $`));
    repository.write('wide', Buffer.from(SECRET, 'utf16le'));
    expect(await pathsOf(git, repository.path)).toEqual(['ident', 'wide']);
  });

  it("are found through the user's own filters; a file that a filter refuses is passed over", async () => {
    const { repository, git } = await makeOpen();
    repository.git('config', '--global', 'filter.rot.clean', 'tr b-za a-z');
    repository.git('config', '--global', 'filter.no.clean', 'false');
    repository.git('config', '--global', 'filter.no.required', 'true');
    repository.write('.gitattributes', '*.rot filter=rot\n*.no filter=no\n');
    const rotated = SECRET.replaceAll(/[a-z]/g, (letter) =>
      letter === 'z' ? 'a' : String.fromCharCode(letter.charCodeAt(0) + 1),
    );
    for (const name of ['a.rot', 'b.no', 'c.rot', 'd.no', 'e.rot', 'f']) repository.write(name, rotated);
    expect(await pathsOf(git, repository.path)).toEqual(['a.rot', 'c.rot', 'e.rot']);
    expect(await git.contents.blobAt(at(repository, 'a.rot'))).toBe(BLOB);
  });

  it('are never looked for by a program that the repository configures', async () => {
    const { repository, git } = await makeOpen();
    const witness = join(repository.root, 'ran');
    const evil = `touch ${witness}; cat`;
    for (const key of ['clean', 'smudge', 'process']) repository.git('config', `filter.evil.${key}`, evil);
    repository.write('.gitattributes', '* filter=evil\n');
    repository.write('copy', SECRET);
    repository.write('other', CRLF);
    expect(await pathsOf(git, repository.path)).toEqual(['copy']);
    expect(await git.contents.blobAt(at(repository, 'other'))).toBe(content(CRLF).blob);
    expect(await git.contents.replace(at(repository, 'copy'), BLOB, utf8(STUB))).toBe(true);
    expect(existsSync(witness)).toBe(false);
    // The guard itself.
    repository.git('hash-object', 'other');
    expect(existsSync(witness)).toBe(true);
  });

  it('store nothing while they are looked for', async () => {
    const { repository, git } = await makeOpen();
    repository.write('.gitattributes', '* text eol=crlf\n');
    repository.write('file', CRLF);
    const before = repository.git('count-objects');
    expect(await pathsOf(git, repository.path)).toEqual(['file']);
    expect(await git.contents.blobAt(at(repository, 'file'))).toBe(BLOB);
    expect(repository.git('count-objects')).toBe(before);
  });
});

describe('what stands at a path', () => {
  it('is told by its blob, as Git would store it', async () => {
    const { repository, git } = await makeOpen();
    repository.write('.gitattributes', '*.txt text\n');
    repository.write('x.txt', CRLF);
    repository.write('x', CRLF);
    repository.link('link', 'x');
    const blobs = ['x.txt', 'x', 'link', 'gone', 'x/below'].map((path) =>
      git.contents.blobAt(at(repository, path)),
    );
    expect(await Promise.all(blobs)).toEqual([
      BLOB,
      content(CRLF).blob,
      content('x').blob,
      undefined,
      undefined,
    ]);
    repository.write('directory/file', 'x');
    expect(await git.contents.blobAt(at(repository, 'directory'))).toBeUndefined();
  });

  it('is nothing where a directory on the way is a link, or the path leads elsewhere', async () => {
    const { repository, git } = await makeOpen();
    const outside = join(repository.root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'file'), SECRET);
    repository.link('linked', '../outside');
    repository.write('real/file', SECRET);
    const leading = [
      'linked/file',
      '../outside/file',
      'real/../real/file',
      './real/file',
      '/real/file',
      'real//file',
      '',
    ];
    for (const path of leading) {
      expect(await git.contents.blobAt(at(repository, path)), path).toBeUndefined();
      expect(await git.contents.replace(at(repository, path), BLOB, utf8(STUB)), path).toBe(false);
    }
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe(SECRET);
    expect(readFileSync(join(repository.path, 'real/file'), 'utf8')).toBe(SECRET);
  });
});

/** Opens a repository with the stub stored, as a redaction leaves it. */
async function withStub(): Promise<Opened> {
  const opened = await makeOpen();
  const batch = opened.git.writer.batch();
  batch.add('blob', utf8(STUB));
  await batch.write();
  return opened;
}

describe('replacing a content', () => {
  it('asks git no more often for many files than for one', async () => {
    const { repository } = await makeOpen();
    const bin = join(repository.root, 'bin');
    const calls = join(repository.root, 'calls');
    const [real = ''] = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).split('\n');
    mkdirSync(bin);
    writeFileSync(join(bin, 'git'), `#!/bin/sh\necho call >> '${calls}'\nexec '${real}' "$@"\n`, {
      mode: 0o755,
    });
    const env = { ...repository.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const git = await openGit(repository.path, env);
    const count = async (files: number): Promise<number> => {
      for (let index = 0; index < files; index += 1) repository.write(`many/${index}`, SECRET);
      const before = readFileSync(calls).length;
      const found = await git.contents.find([content(SECRET)]);
      expect(found).toHaveLength(files);
      for (const file of found) expect(await git.contents.replace(file, BLOB, utf8(STUB))).toBe(true);
      return readFileSync(calls).length - before;
    };
    expect(await count(40)).toBe(await count(1));
    await git.close();
  });

  it('keeps kind and permissions, whatever the name, and leaves nothing else behind', async () => {
    const { repository, git } = await makeOpen();
    const odd = repository.oddNames().filter((path) => !['link', 'dangling'].includes(path.toString()));
    for (const name of odd) repository.write(name, SECRET);
    repository.write('x'.repeat(255), SECRET);
    repository.executable('run me', SECRET);
    chmodSync(join(repository.path, 'run me'), 0o750);
    const before = namesIn(repository);
    const found = await git.contents.find([content(SECRET)]);
    expect(found).toHaveLength(odd.length + 2);
    for (const file of found) expect(await git.contents.replace(file, BLOB, utf8(STUB))).toBe(true);
    for (const file of found) expect(await git.contents.blobAt(file)).toBe(content(STUB).blob);
    expect(lstatSync(join(repository.path, 'run me')).mode & 0o777).toBe(0o750);
    expect(lstatSync(join(repository.path, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(namesIn(repository)).toEqual(before);
    expect(await pathsOf(git, repository.path)).toEqual([]);
  });

  it('replaces a link by a link, and never what it leads to', async () => {
    const { repository, git } = await makeOpen();
    repository.write('target', SECRET);
    repository.link('link', 'target');
    expect(await git.contents.replace(at(repository, 'link'), BLOB, utf8(STUB))).toBe(false);
    const link = content('target', 'symlink');
    expect(await git.contents.replace(at(repository, 'link'), link.blob, utf8('redacted'))).toBe(true);
    expect(readlinkSync(join(repository.path, 'link'))).toBe('redacted');
    expect(readFileSync(join(repository.path, 'target'), 'utf8')).toBe(SECRET);
  });

  it('changes nothing where something else stands by now', async () => {
    const { repository, git } = await makeOpen();
    repository.write('file', `${SECRET}edited`);
    expect(await git.contents.replace(at(repository, 'file'), BLOB, utf8(STUB))).toBe(false);
    expect(await git.contents.replace(at(repository, 'gone'), BLOB, utf8(STUB))).toBe(false);
    repository.write('directory/file', SECRET);
    expect(await git.contents.replace(at(repository, 'directory'), BLOB, utf8(STUB))).toBe(false);
    expect(readFileSync(join(repository.path, 'file'), 'utf8')).toBe(`${SECRET}edited`);
    expect(namesIn(repository)).toEqual(['README', 'directory', 'directory/file', 'file']);
  });

  it('takes the place of what a killed process left, a trap among it', async () => {
    const { repository, git } = await makeOpen();
    repository.write('file', SECRET);
    // The only name that it makes, seen while it is there.
    const [seen] = await temporaryNames(repository, () =>
      git.contents.replace(at(repository, 'file'), BLOB, utf8(STUB)),
    );
    expect(seen).toMatch(/^\.heddle-[0-9a-f]{16}\.new$/);
    repository.write('file', SECRET);
    writeFileSync(join(repository.root, 'victim'), 'victim');
    symlinkSync('../victim', join(repository.path, seen ?? ''));
    expect(await git.contents.replace(at(repository, 'file'), BLOB, utf8(STUB))).toBe(true);
    expect(readFileSync(join(repository.root, 'victim'), 'utf8')).toBe('victim');
    expect(namesIn(repository)).toEqual(['README', 'file']);
  });

  it('leaves nothing behind where it fails', async () => {
    const { repository, git } = await makeOpen();
    repository.link('link', 'target');
    const blob = content('target').blob;
    for (const impossible of ['', 'a\0b', 'x'.repeat(5000)]) {
      const { code } = await rejection(git.contents.replace(at(repository, 'link'), blob, utf8(impossible)));
      expect(code).toBe('IO_FAILED');
    }
    expect(readlinkSync(join(repository.path, 'link'))).toBe('target');
    expect(namesIn(repository)).toEqual(['README', 'link']);
  });

  it.skipIf(process.getuid?.() !== 0)('says so where a directory may not be written', async () => {
    const { repository, git } = await makeOpen();
    repository.write('closed/file', SECRET);
    execFileSync('chown', ['-R', '65534', repository.root]);
    repository.git('config', '--global', '--add', 'safe.directory', '*');
    chmodSync(join(repository.path, 'closed'), 0o555);
    process.seteuid?.(65_534);
    try {
      const { code, facts } = await rejection(
        git.contents.replace(at(repository, 'closed/file'), BLOB, utf8(STUB)),
      );
      expect({ code, facts }).toMatchObject({ code: 'IO_FAILED', facts: { reason: 'EACCES' } });
    } finally {
      process.seteuid?.(0);
    }
    expect(readdirSync(join(repository.path, 'closed'))).toEqual(['file']);
  });

  it('writes what a checkout would write where files are converted', async () => {
    const { repository, git } = await withStub();
    repository.write('.gitattributes', '*.txt text eol=crlf\nwide working-tree-encoding=UTF-16LE\n');
    repository.write('x.txt', CRLF);
    repository.write('wide', Buffer.from(SECRET, 'utf16le'));
    repository.write('lf.txt', SECRET);
    for (const path of ['x.txt', 'wide', 'lf.txt']) {
      expect(await git.contents.replace(at(repository, path), BLOB, utf8(STUB))).toBe(true);
      expect(await git.contents.blobAt(at(repository, path))).toBe(content(STUB).blob);
    }
    expect(readFileSync(join(repository.path, 'x.txt'), 'utf8')).toBe('redacted\r\n');
    expect(readFileSync(join(repository.path, 'wide')).equals(Buffer.from(STUB, 'utf16le'))).toBe(true);
    expect(await git.contents.replace(at(repository, 'x.txt'), content(STUB).blob, utf8(SECRET))).toBe(true);
    // What Git has not stored it cannot convert: the bytes are those that were given.
    expect(readFileSync(join(repository.path, 'x.txt'), 'utf8')).toBe(SECRET);
  });

  it('replaces files of linked worktrees, and none of a directory that is no worktree', async () => {
    const { repository, git } = await makeOpen();
    const linked = join(repository.root, 'linked');
    repository.git('worktree', 'add', '-q', '--detach', linked);
    for (const directory of [linked, repository.root]) writeFileSync(join(directory, 'copy'), SECRET);
    expect(await git.contents.replace(at({ path: linked }, 'copy'), BLOB, utf8(STUB))).toBe(true);
    expect(await git.contents.replace(at({ path: repository.root }, 'copy'), BLOB, utf8(STUB))).toBe(false);
    expect(readFileSync(join(linked, 'copy'), 'utf8')).toBe(STUB);
    expect(readFileSync(join(repository.root, 'copy'), 'utf8')).toBe(SECRET);
  });

  it('does not follow a directory that became a link since it was found', async () => {
    const { repository, git } = await makeOpen();
    repository.write('directory/file', SECRET);
    const [found] = await git.contents.find([content(SECRET)]);
    renameSync(join(repository.path, 'directory'), join(repository.root, 'elsewhere'));
    repository.link('directory', '../elsewhere');
    expect(found).toBeDefined();
    if (found !== undefined) expect(await git.contents.replace(found, BLOB, utf8(STUB))).toBe(false);
    expect(readFileSync(join(repository.root, 'elsewhere/file'), 'utf8')).toBe(SECRET);
  });
});

/** Names that come and go in a work tree while something is done. */
async function temporaryNames(
  repository: TestRepository,
  act: () => Promise<unknown>,
): Promise<readonly string[]> {
  const { watch } = await import('node:fs');
  const seen = new Set<string>();
  const watcher = watch(repository.path, (_, name) => seen.add(String(name)));
  try {
    await act();
    await new Promise((resolve) => setTimeout(resolve, 50));
  } finally {
    watcher.close();
  }
  return [...seen].filter((name) => name.startsWith('.heddle-'));
}
