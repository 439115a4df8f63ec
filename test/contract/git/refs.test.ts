import { spawn } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { openWithoutGit } from '#git/pure/repository.ts';
import { listPlainRefs } from '#git/refs/plain-refs.ts';
import type { RefStore } from '#ports/refs.ts';
import { createMemoryRefs } from '../../support/memory/refs.ts';
import { makeOpen, rejection, type Opened } from '../../support/repositories/open-repositories.ts';

interface Store {
  readonly refs: RefStore;
  readonly ids: readonly [string, string, string];
}

async function openReal(): Promise<Store & Opened> {
  const opened = await makeOpen();
  const batch = opened.git.writer.batch();
  const ids = [
    batch.add('blob', utf8('1')),
    batch.add('blob', utf8('2')),
    batch.add('blob', utf8('3')),
  ] as const;
  await batch.write();
  return { ...opened, refs: opened.git.refs, ids };
}

const stores: readonly (readonly [string, () => Promise<Store>])[] = [
  [
    'in memory',
    async () => ({ refs: createMemoryRefs(), ids: ['1'.repeat(40), '2'.repeat(40), '3'.repeat(40)] }),
  ],
  ['in git', openReal],
  ['read without git', () => openPure({ packed: false })],
  ['read without git, packed', () => openPure({ packed: true })],
];

/** Git moves refs, and the independent reader reads them: as they were left, or all packed after each move. */
async function openPure({ packed }: { readonly packed: boolean }): Promise<Store> {
  const { repository, refs, ids } = await openReal();
  const pure = openWithoutGit(repository.path, repository.env).refs;
  const settled = <Answer>(read: () => Answer): Answer => {
    if (packed) repository.git('pack-refs', '--all');
    return read();
  };
  return {
    ids,
    refs: {
      list: (prefix) => settled(() => pure.list(prefix)),
      read: (name) => settled(() => pure.read(name)),
      readBranch: (name) => refs.readBranch(name),
      prepare: (changes, verify, branch) => refs.prepare(changes, verify, branch),
      removeStaleLocks: () => refs.removeStaleLocks(),
    },
  };
}
const A = 'refs/heddle/authority';
const T = 'refs/heddle/threads/a/b';

async function move(refs: RefStore, ...changes: readonly RefChange[]): Promise<void> {
  await (await refs.prepare(changes, [])).commit();
}

describe.each(stores)('refs %s', (_where, open) => {
  it('appear, move and go together', async () => {
    const { refs, ids } = await open();
    expect(await refs.list('refs/heddle/')).toEqual(new Map());
    await move(refs, { name: A, old: null, new: ids[0] }, { name: T, old: null, new: ids[1] });
    expect(await refs.list('refs/heddle/')).toEqual(
      new Map([
        [A, ids[0]],
        [T, ids[1]],
      ]),
    );
    expect(await refs.list('refs/heddle/threads/')).toEqual(new Map([[T, ids[1]]]));
    await move(refs, { name: A, old: ids[0], new: ids[2] }, { name: T, old: ids[1], new: null });
    expect([await refs.read(A), await refs.read(T)]).toEqual([ids[2], undefined]);
  });

  it('show nothing until the commit, and nothing after an abort', async () => {
    const { refs, ids } = await open();
    const prepared = await refs.prepare([{ name: A, old: null, new: ids[0] }], []);
    expect(await refs.read(A)).toBeUndefined();
    await prepared.abort();
    expect(await refs.read(A)).toBeUndefined();
    await move(refs, { name: A, old: null, new: ids[0] });
    expect(await refs.read(A)).toBe(ids[0]);
  });

  it.each<readonly [string, (ids: readonly string[]) => RefChange]>([
    ['it should not exist', (ids) => ({ name: A, old: null, new: ids[1] ?? '' })],
    ['it is another', (ids) => ({ name: A, old: ids[2] ?? '', new: ids[1] ?? '' })],
    ['it was to be removed as another', (ids) => ({ name: A, old: ids[2] ?? '', new: null })],
    ['it should exist', (ids) => ({ name: 'refs/heddle/gone', old: ids[0] ?? '', new: ids[1] ?? '' })],
  ])('refuse to move, naming the ref, where %s', async (_what, change) => {
    const { refs, ids } = await open();
    await move(refs, { name: A, old: null, new: ids[0] });
    const attempt = refs.prepare([{ name: T, old: null, new: ids[0] }, change(ids)], []);
    expect(await rejection(attempt)).toMatchObject({ code: 'REF_MOVED', facts: { ref: change(ids).name } });
    expect(await refs.list('refs/heddle/')).toEqual(new Map([[A, ids[0]]]));
    await move(refs, { name: T, old: null, new: ids[0] });
  });

  it('hold a verified ref to what was seen, there or not', async () => {
    const { refs, ids } = await open();
    await move(refs, { name: A, old: null, new: ids[0] });
    const verify = (old: string | null, name = A): RefChange => ({ name, old, new: old });
    const change: RefChange = { name: T, old: null, new: ids[1] };
    expect(await rejection(refs.prepare([change], [verify(ids[1])]))).toMatchObject({
      code: 'REF_MOVED',
      facts: { ref: A },
    });
    expect(await rejection(refs.prepare([change], [verify(null)]))).toMatchObject({
      code: 'REF_MOVED',
      facts: { ref: A },
    });
    const prepared = await refs.prepare([change], [verify(ids[0]), verify(null, 'refs/heddle/tombstones')]);
    const rival = refs.prepare([{ name: A, old: ids[0], new: ids[2] }], []);
    expect((await rejection(rival)).code).toBe('LOCK_HELD');
    await prepared.commit();
    expect([await refs.read(A), await refs.read(T)]).toEqual([ids[0], ids[1]]);
  });

  it('refuse to stand beside one that is their directory', async () => {
    const { refs, ids } = await open();
    await move(refs, { name: T, old: null, new: ids[0] });
    for (const name of ['refs/heddle/threads/a', `${T}/c`]) {
      const attempt = refs.prepare([{ name, old: null, new: ids[0] }], []);
      expect(await rejection(attempt)).toMatchObject({
        code: 'THREAD_NAME_COLLISION',
        facts: { ref: name, existing: T },
      });
    }
  });

  it.each([
    'refs/heads/main',
    'HEAD',
    'refs/heddle/',
    'refs/heddle/../heads/main',
    'refs/heddle/a b',
    'refs/heddle/a\nabort',
    'refs/heddle/a..b',
    'refs/heddle/.a',
    'refs/heddle/a.lock',
    'refs/heddle/a.lock/b',
    'refs/heddle//a',
    'refs/heddle/a/',
    'refs/heddle/a@{1}',
    'refs/heddle/a.',
    `refs/heddle/${'x'.repeat(2000)}`,
  ])('refuse a name that is not theirs: %j', async (name) => {
    const { refs, ids } = await open();
    expect((await rejection(refs.prepare([{ name, old: null, new: ids[0] }], []))).code).toBe(
      'FORMAT_INVALID',
    );
    expect((await rejection(refs.prepare([], [{ name, old: null, new: null }]))).code).toBe('FORMAT_INVALID');
    expect((await rejection(refs.read(name))).code).toBe('FORMAT_INVALID');
  });

  it('move notes where they are named, and nothing else of Git’s own beside them', async () => {
    const { refs, ids } = await open();
    const name = 'refs/notes/ai';
    const to = { name, old: null, new: ids[0] };
    await (await refs.prepare([to, { name: A, old: null, new: ids[0] }], [], name)).commit();
    expect(await refs.readBranch(name)).toBe(ids[0]);
    const stale = refs.prepare([{ name, old: ids[1], new: ids[2] }], [], name);
    expect((await rejection(stale)).code).toBe('REF_MOVED');
    for (const other of ['refs/heads/other', 'refs/notes/other']) {
      const second = refs.prepare([{ name: other, old: null, new: ids[0] }], [], name);
      expect((await rejection(second)).code).toBe('FORMAT_INVALID');
    }
    await (await refs.prepare([{ name, old: ids[0], new: null }], [], name)).commit();
    expect(await refs.readBranch(name)).toBeUndefined();
  });

  it.each([
    'refs/tags/v1',
    'refs/remotes/origin/main',
    'refs/stash',
    'refs/notes/',
    'refs/notes/-x',
    'refs/notes/../heads/main',
    'HEAD',
  ])('move no other of Git’s own: %s', async (name) => {
    const { refs, ids } = await open();
    const attempt = refs.prepare([{ name, old: null, new: ids[0] }], [], name);
    expect((await rejection(attempt)).code).toBe('FORMAT_INVALID');
  });
});

describe('refs in git', () => {
  it('never follow a symbolic ref to somebody else’s branch', async () => {
    const { repository, refs, ids } = await openReal();
    const main = repository.git('rev-parse', 'main');
    repository.git('symbolic-ref', A, 'refs/heads/main');
    await move(refs, { name: A, old: main, new: ids[0] });
    expect(repository.git('rev-parse', 'main')).toBe(main);
    expect(await refs.read(A)).toBe(ids[0]);
  });

  it('refuse ids that are none', async () => {
    const { refs } = await openReal();
    for (const id of ['main', '0'.repeat(40), 'abc', `${'a'.repeat(40)}\n`]) {
      expect((await rejection(refs.prepare([{ name: A, old: null, new: id }], []))).code).toBe(
        'FORMAT_INVALID',
      );
    }
    expect((await rejection(refs.prepare([{ name: A, old: null, new: 'e'.repeat(40) }], []))).code).toBe(
      'OBJECT_CORRUPT',
    );
  });

  it('that are damaged are reported, not left out', async () => {
    const { repository, refs, ids } = await openReal();
    await move(refs, { name: A, old: null, new: ids[0] });
    writeFileSync(join(repository.path, '.git', A), '');
    expect((await rejection(refs.list('refs/heddle/'))).code).toBe('OBJECT_CORRUPT');
  });

  it('are read one by one as they are listed: loose, packed, symbolic, or not at all', async () => {
    const { repository, refs, ids } = await openReal();
    repository.git('update-ref', `refs/heads/${A}`, 'main');
    expect(await refs.read(A)).toBeUndefined();
    await move(refs, { name: A, old: null, new: ids[0] }, { name: T, old: null, new: ids[1] });
    expect([await refs.read(A), await refs.read(T)]).toEqual([ids[0], ids[1]]);
    repository.git('pack-refs', '--all');
    expect(existsSync(join(repository.path, '.git', T))).toBe(false);
    expect([await refs.read(A), await refs.read(T)]).toEqual([ids[0], ids[1]]);
    await move(refs, { name: A, old: ids[0], new: ids[2] });
    expect(await refs.read(A)).toBe(ids[2]);
    repository.git('symbolic-ref', A, T);
    expect(await refs.read(A)).toBe(ids[1]);
    expect(await refs.read('refs/heddle/threads/a')).toBeUndefined();
  });

  it.each(['', 'x', `${'e'.repeat(40)}\n${'e'.repeat(40)}\n`, `${'e'.repeat(39)}\n`])(
    'that say %j are as damaged one by one as in a list',
    async (content) => {
      const { repository, refs, ids } = await openReal();
      await move(refs, { name: A, old: null, new: ids[0] });
      writeFileSync(join(repository.path, '.git', A), content);
      const answer = async (work: Promise<unknown>): Promise<unknown> =>
        work.catch((error: unknown) => (error instanceof HeddleError ? error.code : error));
      const listed = await answer(refs.list('refs/heddle/').then((all) => all.get(A)));
      expect(listed).not.toBe(ids[0]);
      expect(await answer(refs.read(A))).toBe(listed);
    },
  );

  it('are listed from plain files as git lists them, and by git where they are not plain', async () => {
    const { repository, refs, ids } = await openReal();
    const common = join(repository.path, '.git');
    const ofGit = (prefix: string): ReadonlyMap<string, string> => {
      const lines = repository.git('for-each-ref', '--format=%(refname) %(objectname)', '--', prefix);
      const split = (line: string): [string, string] => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? ''];
      return new Map(lines.split('\n').filter(Boolean).map(split));
    };
    const prefixes = [
      'refs/heddle/',
      'refs/heddle/threads/',
      'refs/heddle/threads/a',
      T,
      A,
      'refs/heddle/thr',
    ];
    const expectSame = async (plain: boolean): Promise<void> => {
      for (const prefix of prefixes) {
        expect([...(await refs.list(prefix))]).toEqual([...ofGit(prefix)]);
        const found = listPlainRefs(common, prefix);
        if (plain) expect([...(found ?? ['not plain'])]).toEqual([...ofGit(prefix)]);
      }
      if (!plain) expect(listPlainRefs(common, 'refs/heddle/')).toBeUndefined();
    };
    await expectSame(true);
    const more = ['refs/heddle/threads/a.b', 'refs/heddle/threads/a0/\u00e9', 'refs/heddle/threads/z'];
    await move(refs, ...[A, T, ...more].map((name) => ({ name, old: null, new: ids[0] })));
    repository.git('tag', '-a', '-m', 'tag', 'v1');
    await expectSame(true);
    repository.git('pack-refs', '--all');
    await expectSame(true);
    await move(refs, { name: T, old: ids[0], new: ids[1] }, { name: A, old: ids[0], new: null });
    writeFileSync(join(common, `${T}.lock`), '');
    await expectSame(true);
    repository.git('symbolic-ref', A, T);
    await expectSame(false);
    repository.git('symbolic-ref', '--delete', A);
    symlinkSync('b', join(common, 'refs/heddle/threads/a/link'));
    await expectSame(false);
  });

  it('survive packing, and a gc beside them', async () => {
    const { repository, refs, ids } = await openReal();
    await move(refs, { name: A, old: null, new: ids[0] });
    repository.git('pack-refs', '--all');
    await move(refs, { name: A, old: ids[0], new: ids[1] }, { name: T, old: null, new: ids[2] });
    repository.git('gc', '-q', '--prune=now');
    await move(refs, { name: A, old: ids[1], new: null });
    expect(await refs.list('refs/heddle/')).toEqual(new Map([[T, ids[2]]]));
  });

  it('leave no record of a transaction that ended', async () => {
    const { repository, refs, ids } = await openReal();
    const record = join(repository.path, '.git/heddle/ref-transaction');
    const prepared = await refs.prepare([{ name: A, old: null, new: ids[0] }], []);
    expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({
      refs: [A],
      deletes: false,
      type: 'ref-transaction',
    });
    await prepared.abort();
    expect(existsSync(record)).toBe(false);
    await rejection(refs.prepare([{ name: A, old: ids[1], new: ids[0] }], []));
    expect(existsSync(record)).toBe(false);
  });

  it('are free again after their git was killed, and only those', async () => {
    const { repository, refs, ids } = await openReal();
    await move(refs, { name: T, old: null, new: ids[0] });
    await refs.prepare(
      [
        { name: A, old: null, new: ids[0] },
        { name: T, old: ids[0], new: null },
      ],
      [],
    );
    const git = join(repository.path, '.git');
    const record = JSON.parse(readFileSync(join(git, 'heddle/ref-transaction'), 'utf8')) as {
      git: { pid: number };
    };
    const foreign = join(git, 'refs/heddle/foreign.lock');
    writeFileSync(foreign, '');
    process.kill(record.git.pid, 'SIGKILL');
    expect(existsSync(join(git, `${A}.lock`))).toBe(true);
    const removed = await refs.removeStaleLocks();
    expect(removed).toEqual(expect.arrayContaining([A, T]));
    expect(existsSync(foreign)).toBe(true);
    expect(await refs.removeStaleLocks()).toEqual([]);
    await move(refs, { name: A, old: null, new: ids[1] }, { name: T, old: ids[0], new: null });
    expect(await refs.list('refs/heddle/')).toEqual(new Map([[A, ids[1]]]));
  });

  it('keep the locks of a git that still runs', async () => {
    const { repository, refs, ids } = await openReal();
    const prepared = await refs.prepare([{ name: A, old: null, new: ids[0] }], []);
    expect(await refs.removeStaleLocks()).toEqual([]);
    expect(existsSync(join(repository.path, '.git', `${A}.lock`))).toBe(true);
    await prepared.commit();
    expect(await refs.read(A)).toBe(ids[0]);
  });

  it.each([
    '',
    '{}',
    '{"deletes":false,"git":{"boot":"","pid":1,"place":"","started":""},"refs":["refs/heads/main"],"type":"ref-transaction","v":1}',
  ])('do not believe a record that heddle did not write: %j', async (text) => {
    const { repository, refs } = await openReal();
    repository.write('.git/heddle/ref-transaction', text);
    repository.write('.git/refs/heads/main.lock', '');
    expect(await refs.removeStaleLocks()).toEqual([]);
    expect(existsSync(join(repository.path, '.git/refs/heads/main.lock'))).toBe(true);
  });

  it('move once where eight processes want to move them from the same place', async () => {
    const { repository, refs, ids } = await openReal();
    await move(refs, { name: A, old: null, new: ids[0] });
    const rivals = Array.from(
      { length: 7 },
      () =>
        new Promise<number | null>((resolve) => {
          const child = spawn('git', ['update-ref', A, ids[2], ids[0]], {
            cwd: repository.path,
            env: { ...repository.env },
            stdio: 'ignore',
          });
          child.once('close', resolve);
        }),
    );
    const own = refs.prepare([{ name: A, old: ids[0], new: ids[1] }], []).then(
      async (prepared) => {
        await prepared.commit();
        return 0;
      },
      (error: unknown) => {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(REF_MOVED|LOCK_HELD)$/) });
        return 1;
      },
    );
    const codes = await Promise.all([own, ...rivals]);
    expect(codes.filter((code) => code === 0)).toHaveLength(1);
    expect(await refs.read(A)).toBe(codes[0] === 0 ? ids[1] : ids[2]);
  });
});
