import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { LineTracer, OriginQuestion } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import { makeOpen, rejection, type Opened } from '../../support/repositories/open-repositories.ts';

const NO_PARENTS: OriginQuestion['parents'] = new Map();

async function traced({ git }: Opened, act: (tracer: LineTracer) => Promise<void>): Promise<void> {
  const tracer = await git.lineTracers.open();
  try {
    await act(tracer);
  } finally {
    await tracer.close();
  }
}

const question = (commit: string, path: string, more: Partial<OriginQuestion> = {}): OriginQuestion => ({
  commit,
  path: utf8(path),
  lines: null,
  parents: NO_PARENTS,
  ignoreWhitespace: false,
  ...more,
});

describe('lines, followed by git', () => {
  it('come with commit, path and number, in order, over a rename', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    repository.write('one.txt', 'first\nsecond\nthird\n');
    const first = repository.commit('one');
    repository.git('mv', 'one.txt', 'odd "ü".txt');
    repository.commit('renamed');
    repository.write('odd "ü".txt', 'zero\nfirst\nsecond\nthird\n');
    const last = repository.commit('zero');
    await traced(opened, async (tracer) => {
      const origins = await tracer.origins(question(last, 'odd "ü".txt'));
      expect(origins).toEqual([
        { commit: last, path: Buffer.from('odd "ü".txt'), origin: 1, line: 1, count: 1 },
        { commit: first, path: Buffer.from('one.txt'), origin: 1, line: 2, count: 3 },
      ]);
      const some = await tracer.origins(question(last, 'odd "ü".txt', { lines: [{ first: 3, last: 3 }] }));
      expect(some.map(({ line, origin }) => [line, origin])).toEqual([[3, 2]]);
    });
  });

  it('are asked commit by commit, oldest first, as many as anybody wants', async () => {
    const opened = await makeOpen();
    const commits = ['one', 'two', 'three'].map((text) => {
      opened.repository.write('file', text);
      return opened.repository.commit(text);
    });
    const [one = '', two = '', three = ''] = commits;
    await traced(opened, async (tracer) => {
      expect(await tracer.between(one, three, 10)).toEqual([two, three]);
      expect(await tracer.between(null, two, 10)).toEqual([two]);
      expect(await tracer.between(three, one, 10)).toEqual([]);
      expect(await tracer.between(one, three, 1)).toHaveLength(2);
    });
  });

  it('are the same for many ranges as for few', async () => {
    const opened = await makeOpen();
    const lines = Array.from({ length: 1400 }, (_, index) => `line ${index}`);
    opened.repository.write('long', `${lines.join('\n')}\n`);
    const commit = opened.repository.commit('long');
    const odd = lines.flatMap((_, index) => (index % 2 === 0 ? [{ first: index + 1, last: index + 1 }] : []));
    await traced(opened, async (tracer) => {
      const origins = await tracer.origins(question(commit, 'long', { lines: odd }));
      expect(origins.map(({ line }) => line)).toEqual(odd.map(({ first }) => first));
      expect(origins.every(({ line, origin, count }) => line === origin && count === 1)).toBe(true);
    });
  });

  it('go to parents that stand in, of commits that the repository never has', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    repository.write('dir/file', 'mine\ntheirs\n');
    const commit = repository.commit('both');
    repository.write('dir/file', 'theirs\n');
    const { tree } = await opened.git.worktree.scan({ seed: null, maxFileBytes: 1000 });
    await traced(opened, async (tracer) => {
      const witness = tracer.makeCommit(tree, [], 'a state');
      expect(tracer.makeCommit(tree, [], 'a state')).toBe(witness);
      expect(tracer.makeCommit(tree, [], 'another')).not.toBe(witness);
      const parents = new Map([[commit, [repository.git('rev-parse', `${commit}^`), witness]]]);
      const origins = await tracer.origins(question(commit, 'dir/file', { parents }));
      expect(origins.map((origin) => origin.commit)).toEqual([commit, witness]);
      const child = tracer.makeCommit(tree, [witness], 'its child');
      const seen: string[] = [];
      const asked = question(child, 'dir/file', { seen: (id) => void seen.push(id) });
      expect((await tracer.origins(asked)).map((origin) => origin.commit)).toEqual([witness]);
      expect(seen).toEqual([witness]);
      expect(await opened.git.revisions.resolveCommit(witness)).toBeUndefined();
    });
  });

  it('run nothing that the repository names', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    repository.write('.gitattributes', '*.txt diff=evil\n');
    repository.write('a.txt', 'a\n');
    const commit = repository.commit('evil');
    repository.git('config', 'diff.evil.textconv', 'touch ../pwned; cat');
    repository.write('../passed-over', `${commit}\n`);
    repository.git('config', 'blame.ignoreRevsFile', '../passed-over');
    await traced(opened, async (tracer) => {
      expect(await tracer.origins(question(commit, 'a.txt'))).toMatchObject([{ commit }]);
    });
    expect(existsSync(`${repository.root}/pwned`)).toBe(false);
  });

  it('refuse a file that is not there, and a name that cannot be asked about', async () => {
    const opened = await makeOpen();
    const head = opened.repository.git('rev-parse', 'HEAD');
    await traced(opened, async (tracer) => {
      expect((await rejection(tracer.origins(question(head, 'none')))).code).toBe('NOT_FOUND');
      const path = Uint8Array.of(0x61, 0xff);
      expect((await rejection(tracer.origins({ ...question(head, 'a'), path }))).code).toBe(
        'GIT_UNSUPPORTED',
      );
    });
  });

  it('say what git said where its settings name a file that is not there', async () => {
    const opened = await makeOpen();
    const head = opened.repository.git('rev-parse', 'HEAD');
    opened.repository.git('config', 'blame.ignoreRevsFile', 'passed-over');
    await traced(opened, async (tracer) => {
      expect(await rejection(tracer.origins(question(head, 'a')))).toMatchObject({
        code: 'GIT_FAILED',
        facts: { git: expect.stringContaining('passed-over') },
      });
    });
  });

  it('know what a merge left aside, so that a path is told of alike beside others', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    const base = repository.git('rev-parse', 'HEAD');
    repository.write('a', 'side');
    const side = repository.commit('side');
    repository.git('checkout', '-q', '-B', 'other', base);
    repository.write('b', 'other');
    const other = repository.commit('other');
    repository.git('merge', '-q', '-s', 'ours', '-m', 'merged', side);
    const head = repository.git('rev-parse', 'HEAD');
    await traced(opened, async (tracer) => {
      const told = async (...paths: string[]): Promise<readonly ObjectId[]> => {
        const asked = { heads: [head], without: [base], paths: paths.map(utf8), most: 9, everySide: true };
        return (await tracer.changes(asked)).map(({ commit }) => commit);
      };
      expect(await told('a')).toEqual([side]);
      expect(await told('b')).toEqual([other]);
      expect((await told('a', 'b')).toSorted()).toEqual([other, side].toSorted());
    });
  });

  it('know which commits changed a path, and which are ancestors', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    const base = repository.git('rev-parse', 'HEAD');
    repository.write('a', '1');
    const one = repository.commit('one');
    repository.write('b', '2');
    const two = repository.commit('two');
    await traced(opened, async (tracer) => {
      const asked = { heads: [two], without: [base], paths: [utf8('a')], most: 9 };
      const blob = repository.git('rev-parse', `${one}:a`);
      expect(await tracer.changes(asked)).toEqual([{ commit: one, blob, path: Buffer.from('a') }]);
      expect(await tracer.changes({ ...asked, without: [one] })).toEqual([]);
      const both = await tracer.changes({ ...asked, paths: ['a', 'b'].map(utf8) });
      expect(both.map(({ commit, path }) => [commit, decodeUtf8(path)])).toEqual([
        [two, 'b'],
        [one, 'a'],
      ]);
      const ofOne = await tracer.ancestors([base, one, two], [one]);
      expect(ofOne).toEqual(new Map([[one, new Set([base, one])]]));
      expect(await tracer.ancestors([one], [one])).toEqual(new Map([[one, new Set([one])]]));
    });
  });

  it('know what several heads have among their ancestors, over merges and without a common one', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    const base = repository.git('rev-parse', 'HEAD');
    const grow = (name: string): string => {
      repository.write(name, name);
      return repository.commit(name);
    };
    const one = grow('one');
    repository.git('checkout', '-q', '-b', 'side', base);
    const side = grow('side');
    repository.git('merge', '-q', '-m', 'merged', one);
    const merged = repository.git('rev-parse', 'HEAD');
    repository.git('checkout', '-q', '--orphan', 'alone');
    const alone = grow('alone');
    await traced(opened, async (tracer) => {
      const commits = [base, one, side, alone];
      expect(await tracer.ancestors(commits, [one, side, merged, alone, base])).toEqual(
        new Map([
          [one, new Set([base, one])],
          [side, new Set([base, side])],
          [merged, new Set([base, one, side])],
          [alone, new Set([alone])],
          [base, new Set([base])],
        ]),
      );
      expect(await tracer.ancestors([base], [one, side])).toEqual(
        new Map([
          [one, new Set([base])],
          [side, new Set([base])],
        ]),
      );
    });
  });

  it('walk what no branch has, children first', async () => {
    const opened = await makeOpen();
    const { repository } = opened;
    const base = repository.git('rev-parse', 'HEAD');
    repository.git('checkout', '-q', '--detach');
    const made = ['one', 'two', 'three'].map((name) => {
      repository.write(name, name);
      return repository.commit(name);
    });
    const [one = '', two = '', three = ''] = made;
    await traced(opened, async (tracer) => {
      const walked = await tracer.walk([three], []);
      expect(walked.map(({ commit }) => commit)).toEqual([three, two, one]);
      expect(walked[2]).toMatchObject({
        commit: one,
        tree: repository.git('rev-parse', `${one}^{tree}`),
        parents: [base],
      });
      expect((await tracer.walk([three], [one])).map(({ commit }) => commit)).toEqual([three, two]);
      expect(await tracer.walk([], [])).toEqual([]);
    });
  });

  it('leave no directory behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('heddle-blame-'));
    const opened = await makeOpen();
    await traced(opened, async (tracer) => {
      tracer.makeCommit(opened.repository.git('rev-parse', 'HEAD^{tree}'), [], 'a state');
    });
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith('heddle-blame-'));
    expect(after.length).toBeLessThanOrEqual(before.length);
  });
});
