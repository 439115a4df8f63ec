import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { currentProcess } from '#platform/process-identity.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { hashObject } from '#git/objects/hash.ts';
import {
  makeOpen,
  makeRepository,
  openAt,
  type Opened,
} from '../../support/repositories/open-repositories.ts';
import { createMemoryRepository } from '../../support/memory/workspace.ts';
import { plainFiles } from '../../support/memory/files.ts';
import { copyTree } from '../../support/run/tree.ts';

const GIB = 1024 ** 3;

function heddleFiles({ repository }: Opened): readonly string[] {
  return readdirSync(join(repository.path, '.git', 'heddle'));
}

async function changed(count: number): Promise<Opened & { readonly seed: string; readonly before: string }> {
  const opened = await makeOpen();
  const { repository, git } = opened;
  const seed = repository.git('rev-parse', 'HEAD^{tree}');
  await git.worktree.scan({ seed, maxFileBytes: GIB });
  repository.write('README', 'changed\n');
  repository.write('.gitattributes', '*.crlf text eol=crlf\n');
  for (let at = 0; at < count; at += 1) {
    repository.write(`many/${at % 7}/${at}`, `file ${at}\n`);
    repository.write(`many/${at}.crlf`, `file ${at}\r\n`);
  }
  return { ...opened, seed, before: repository.git('count-objects', '-v') };
}

describe.each([2, 120])('a work tree of which %i files are looked at aside', (count) => {
  it('is read like any tree, and leaves nothing behind that is not kept', async () => {
    const opened = await changed(count);
    const { repository, git, seed, before } = opened;
    const index = readFileSync(join(repository.path, '.git/heddle/worktree.index'));
    const aside = await git.aside();
    const { tree } = await aside.worktree.scan({ seed, maxFileBytes: GIB });
    const changes = await aside.comparer.compare(seed, tree);
    expect(changes).toHaveLength(2 * count + 2);
    const blob = hashObject('blob', Buffer.from('changed\n'));
    expect((await aside.objects.read(blob, 100))?.content).toEqual(utf8('changed\n'));
    expect(await git.objects.read(tree, GIB)).toBeUndefined();
    const [place = ''] = heddleFiles(opened).filter((name) => name.startsWith('scan-'));
    expect(statSync(join(repository.path, '.git/heddle', place)).mode & 0o777).toBe(0o700);
    await aside.close();
    expect(repository.git('count-objects', '-v')).toBe(before);
    expect(heddleFiles(opened)).toEqual(['worktree.index']);
    expect(readFileSync(join(repository.path, '.git/heddle/worktree.index'))).toEqual(index);
    expect(await git.worktree.changes({ seed, maxFileBytes: GIB })).toEqual(changes);
  });

  it('is stored whole once it is kept, and the next look reads no file again', async () => {
    const { repository, git, seed } = await changed(count);
    const aside = await git.aside();
    const { tree } = await aside.worktree.scan({ seed, maxFileBytes: GIB });
    await aside.keep();
    await aside.close();
    expect(tree).toBe(repository.expectedTree());
    expect(repository.git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
    expect(repository.git('ls-tree', '-r', '--name-only', tree).split('\n').length).toBeGreaterThan(
      2 * count,
    );
    expect(await git.worktree.changes({ seed: tree, maxFileBytes: GIB })).toEqual([]);
    expect((await git.worktree.scan({ seed, maxFileBytes: GIB })).tree).toBe(tree);
  });

  it('is stored in part, and no object names what is not', async () => {
    const { repository, git, seed } = await changed(count);
    const aside = await git.aside();
    const { tree } = await aside.worktree.scan({ seed, maxFileBytes: GIB });
    const many = (await aside.objects.readTree(tree))?.find(({ mode }) => mode === '40000')?.id ?? '';
    await aside.keepOnly([many], seed);
    await aside.keepOnly([], null);
    await aside.close();
    expect(repository.git('ls-tree', '-r', many).split('\n').length).toBeGreaterThanOrEqual(2 * count);
    expect(repository.git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
    const blob = hashObject('blob', Buffer.from('changed\n'));
    expect(await git.objects.read(blob, 100)).toBeUndefined();
    expect(await git.worktree.changes({ seed, maxFileBytes: GIB })).toHaveLength(2 * count + 2);
  });
});

describe('objects that are set aside', () => {
  it('are taken away with those of killed processes, and nobody else’s', async () => {
    const opened = await makeOpen();
    const own = join(opened.repository.path, '.git/heddle');
    const here = currentProcess().place.replaceAll(/[^0-9A-Za-z]/g, '');
    const left = join(own, `scan-${here}-999999999-1-abc/objects/aa`);
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, 'bb'), '');
    const [one, other] = [await opened.git.aside(), await (await openAt(opened.repository)).aside()];
    expect(existsSync(left)).toBe(false);
    const { tree } = await one.worktree.scan({ seed: null, maxFileBytes: GIB });
    await other.close();
    expect((await one.objects.readTree(tree))?.length).toBeGreaterThan(0);
    await one.close();
    expect(heddleFiles(opened)).toEqual([]);
  });

  it('of a process in another container are left until they are old', async () => {
    const opened = await makeOpen();
    const others = join(opened.repository.path, '.git/heddle/scan-elsewhere-999999999-1-abc');
    mkdirSync(others, { recursive: true });
    await (await opened.git.aside()).close();
    expect(existsSync(others)).toBe(true);
    utimesSync(others, new Date(0), new Date(0));
    await (await opened.git.aside()).close();
    expect(existsSync(others)).toBe(false);
  });

  it('are kept where the directory may be written to as that of objects may', async () => {
    const { repository, git } = await makeOpen();
    const objects = join(repository.path, '.git/objects');
    const before = new Set(readdirSync(objects));
    const aside = await git.aside();
    repository.write('README', 'changed\n');
    await aside.worktree.scan({ seed: null, maxFileBytes: GIB });
    await aside.keep();
    await aside.close();
    const made = readdirSync(objects).filter((name) => !before.has(name));
    expect(made.length).toBeGreaterThan(0);
    for (const name of made) {
      expect(statSync(join(objects, name)).mode & 0o7777).toBe(statSync(objects).mode & 0o7777);
    }
  });

  it.each(['the same file system', 'another file system'])(
    'are kept in a store that is a link to %s',
    async (where) => {
      const { repository, git } = await makeOpen();
      const objects = join(repository.path, '.git/objects');
      const elsewhere = where.startsWith('another')
        ? otherFileSystem(objects)
        : join(repository.path, '../..');
      const store = mkdtempSync(join(elsewhere, 'heddle-store-'));
      try {
        copyTree(objects, store);
        rmSync(objects, { recursive: true });
        symlinkSync(store, objects);
        repository.git('config', 'core.bigFileThreshold', '1000');
        repository.write('README', 'changed\n');
        repository.write('large', 'large\n'.repeat(1000));
        const aside = await git.aside();
        const { tree } = await aside.worktree.scan({ seed: null, maxFileBytes: GIB });
        await aside.keep();
        await aside.close();
        expect(repository.git('ls-tree', '-r', '--name-only', tree)).toContain('large');
        expect(repository.git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
        const folders = readdirSync(objects);
        expect(folders.length).toBeGreaterThan(4);
        for (const name of folders) expect(statSync(join(objects, name)).mode & 0o022, name).toBe(0);
        expect(
          readdirSync(objects, { recursive: true }).filter((name) => String(name).includes('tmp')),
        ).toEqual([]);
      } finally {
        rmSync(store, { recursive: true, force: true });
      }
    },
  );

  it('are named by no ref that a filter moves meanwhile', async () => {
    const { repository, git } = await makeOpen();
    const filter = join(repository.path, '.git/filter');
    const script = `#!/bin/sh
as="-c user.name=x -c user.email=x"
commit=$(git $as commit-tree -m filtered "$(git mktree </dev/null)")
git update-ref refs/heads/filtered "$commit" 2>${filter}.said
git update-ref refs/heads/filtered-from "$(git rev-parse HEAD)"
cat
`;
    writeFileSync(filter, script, { mode: 0o755 });
    repository.git('config', '--global', 'filter.moves.clean', filter);
    repository.write('.gitattributes', '*.x filter=moves\n');
    repository.write('a.x', 'text\n');
    const aside = await git.aside();
    await aside.worktree.scan({ seed: null, maxFileBytes: GIB });
    await aside.close();
    expect(readFileSync(`${filter}.said`, 'utf8')).toMatch(/quarantine/);
    expect(repository.git('for-each-ref', 'refs/heads')).not.toContain('filtered');
    expect(repository.git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
  });

  it('are taken away again where an attempt to look came to nothing', async () => {
    const { repository, git } = await makeOpen();
    const filter = join(repository.path, '.git/filter');
    writeFileSync(
      filter,
      `#!/bin/sh\ncat >/dev/null\nmv ${filter}.next ${filter}.said\ncat ${filter}.said\n`,
      {
        mode: 0o755,
      },
    );
    const says = (text: string): void => writeFileSync(`${filter}.next`, text);
    repository.git('config', '--global', 'filter.says.clean', filter);
    repository.write('b', 'lost');
    await git.worktree.scan({ seed: null, maxFileBytes: GIB });
    // What the index knows of `b` is not there: all is looked at again.
    const lost = hashObject('blob', Buffer.from('lost'));
    rmSync(join(repository.path, '.git/objects', lost.slice(0, 2), lost.slice(2)));
    repository.write('.gitattributes', '*.x filter=says\n');
    repository.write('a.x', 'text');
    says('first');
    const aside = await git.aside();
    const examined: string[] = [];
    const { tree } = await aside.worktree.scan({
      seed: null,
      maxFileBytes: GIB,
      examine: (path) => {
        examined.push(String(Buffer.from(path)));
        if (examined.filter((name) => name === 'a.x').length > 1) says('second');
        return Promise.resolve();
      },
    });
    await aside.keep();
    await aside.close();
    expect(examined.filter((name) => name === 'a.x')).toHaveLength(2);
    expect(repository.git('cat-file', 'blob', `${tree}:a.x`)).toBe('second');
    expect(await git.objects.read(hashObject('blob', Buffer.from('first')), 10)).toBeUndefined();
    expect(repository.git('fsck', '--full', '--strict', '--no-dangling')).toBe('');
  });

  it('are each of their own work tree where two Git directories are called the same', async () => {
    const repository = makeRepository();
    const [home, linked] = ['home', 'away'].map((name) => join(repository.path, '..', name, 'same'));
    mkdirSync(join(repository.path, '../home'), { recursive: true });
    repository.git('init', '-q', `--separate-git-dir=${home}`);
    repository.git('worktree', 'add', '-q', linked ?? '', 'HEAD');
    repository.write('here', 'here\n');
    writeFileSync(join(linked ?? '', 'there'), 'there\n');
    const git = await openAt(repository);
    const aside = await git.aside();
    const other = await aside.worktreeAt(join(home ?? '', 'worktrees/same'));
    await aside.worktree.scan({ seed: null, maxFileBytes: GIB });
    await other?.scan({ seed: null, maxFileBytes: GIB });
    await aside.keep();
    await aside.close();
    const index = join(home ?? '', 'heddle/worktree.index');
    expect(readFileSync(index, 'latin1')).toContain('here');
    expect(readFileSync(index, 'latin1')).not.toContain('there');
  });

  it('are as far away in memory', async () => {
    const { workspace, files } = createMemoryRepository();
    for (const [path, file] of plainFiles({ a: 'one', b: 'two' })) files.set(path, file);
    const [one, two] = ['one', 'two'].map((text) => hashObject('blob', Buffer.from(text)));
    const aside = await workspace.aside();
    await aside.worktree.scan({ seed: null, maxFileBytes: GIB });
    expect(await workspace.objects.readMany([one ?? '', two ?? ''], 10)).toEqual([undefined, undefined]);
    await aside.keepOnly([one ?? ''], null);
    expect((await workspace.objects.read(one ?? '', 10))?.id).toBe(one);
    expect(await workspace.objects.read(two ?? '', 10)).toBeUndefined();
    await aside.keep();
    expect((await workspace.objects.read(two ?? '', 10))?.id).toBe(two);
  });
});

/** A directory that no file can be moved to by renaming. */
function otherFileSystem(path: string): string {
  const { dev } = statSync(path);
  const found = ['/dev/shm', tmpdir(), '/var/tmp', process.cwd()].find(
    (each) => statSync(each, { throwIfNoEntry: false })?.dev !== dev,
  );
  if (found === undefined) throw new Error('there is one file system alone');
  return found;
}
