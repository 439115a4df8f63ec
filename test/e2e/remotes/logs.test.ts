import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scan } from '../../support/byte-scanner/scan.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

const SECRET = 'the password is correct-horse-battery';

let stage: Stage;
/** The same owner in another clone. */
let other: Person;
const bare = (): string => stage.beside('remote.git');
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'export const a = 1;\n');
  await stage.dev.ok(['capture', '-m', SECRET]);
  stage.git('init', '-q', '--bare', bare());
  await stage.owner.ok(['remote', 'add', 'origin', bare()]);
  await stage.owner.ok(['push', '--all', '--branch', 'main']);
  await stage.dev.ok(['push']);
  const cwd = stage.beside('colleague');
  stage.git('clone', '-q', bare(), cwd);
  stage.git('-C', cwd, 'fetch', '-q', 'origin', 'refs/heddle/*:refs/heddle/*');
  other = stage.person('colleague').with({}, cwd);
  await other.ok(['init', '--adopt']);
});
afterAll(() => stage.dispose());

const refsOf = (cwd: string): readonly string[] =>
  stage
    .git('-C', cwd, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/heddle/oplog')
    .trim()
    .split('\n');

describe('operation logs', () => {
  it('of every home of a clone travel with its pushes, and are listed elsewhere', async () => {
    expect(refsOf(bare())).toHaveLength(2);
    expect(refsOf(stage.beside('colleague'))).toEqual(refsOf(bare()));
    const own = (await other.answer('oplog')).operations;
    expect(own.map(({ op }) => op)).toEqual(['adopt']);
    const all = (await other.answer('oplog', ['--all-replicas'])).operations;
    expect(all.map(({ op }) => op)).toEqual(
      expect.arrayContaining(['init', 'capture', 'key-add', 'thread-start', 'adopt']),
    );
    const replica = all.find(({ op }) => op === 'capture')?.replica ?? '';
    const dev = (await other.answer('oplog', ['--replica', replica.slice(0, 10)])).operations;
    expect(dev.every((entry) => entry.replica === replica)).toBe(true);
    await expectRefusal(other, ['oplog', '--replica', 'zzzzzzzzzz'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(other, ['oplog', '--replica', replica, '--all-replicas'], {
      exit: 64,
      code: 'USAGE',
    });
    expect(await other.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });

  it('go on with the next push, and a push that has only itself to tell says nothing', async () => {
    stage.write('src/a.ts', 'export const a = 2;\n');
    await stage.dev.ok(['capture', '-m', 'Second']);
    expect((await stage.dev.answer('push')).records).toEqual(['oplog']);
    expect(await stage.dev.answer('push')).toMatchObject({ records: [], operation: null });
    const pulled = await other.answer('pull');
    expect(pulled).toMatchObject({ findings: [] });
    expect(pulled.lines).toBeGreaterThan(0);
    expect(refsOf(stage.beside('colleague'))).toEqual(refsOf(bare()));
    expect((await other.answer('pull')).lines).toBe(0);
    expect(await other.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });

  it('lose what is redacted, here, at the remote and in the other clone', async () => {
    const { operations } = await other.answer('oplog', ['--all-replicas']);
    const line = operations.filter(({ op }) => op === 'capture').at(-1)?.id ?? '';
    const shown = (cwd: string): string =>
      refsOf(cwd)
        .map((row) => stage.git('-C', cwd, 'log', '-p', '--format=%B', '--full-index', row.slice(0, 40)))
        .join('\n');
    expect(shown(bare())).toContain(SECRET);
    const { tombstone } = await stage.owner.answer('redact', [
      '--text',
      line,
      '--reason',
      'it told a password',
    ]);
    expect(shown(stage.path)).not.toContain(SECRET);
    await stage.owner.ok(['push']);
    expect(shown(bare())).not.toContain(SECRET);
    expect(await other.answer('pull')).toMatchObject({ findings: [] });
    expect(shown(stage.beside('colleague'))).not.toContain(SECRET);
    expect(refsOf(stage.beside('colleague'))).toEqual(refsOf(bare()));
    for (const person of [stage.owner, other])
      expect(await person.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });

    await stage.owner.ok(['purge', tombstone ?? '', '--yes']);
    const left = scan({ directories: [stage.path], secrets: { words: Buffer.from(SECRET) } });
    expect(left.findings).toEqual([]);
    expect(await stage.owner.answer('verify', ['--all'])).toMatchObject({ ok: true, findings: [] });
  });

  it('are refused one by one where somebody changed them at the remote, and the rest arrives', async () => {
    const [first = ''] = refsOf(bare());
    const name = first.slice(41);
    const tree = stage.git('-C', bare(), 'rev-parse', `${first.slice(0, 40)}^{tree}`).trim();
    const forged = stage
      .git('-C', bare(), '-c', 'user.name=x', '-c', 'user.email=x', 'commit-tree', '-m', 'x', tree)
      .trim();
    stage.git('-C', bare(), 'update-ref', name, forged);
    stage.write('src/a.ts', 'export const a = 3;\n');
    const { state } = await stage.dev.answer('capture', ['-m', 'Third']);
    const before = refsOf(stage.beside('colleague'));
    stage.git('push', '-q', bare(), '+refs/heddle/threads/task/login');
    const pulled = await other.answer('pull', [], { exit: 1 });
    expect(pulled.findings).toMatchObject([{ kind: 'log', subject: name.split('/').at(-1) }]);
    expect(pulled.threads).toMatchObject([{ state, outcome: 'advanced' }]);
    expect(refsOf(stage.beside('colleague'))).toEqual(before);
    // Whoever wrote it puts it right.
    await stage.owner.ok(['push']);
    await stage.dev.ok(['push']);
    expect((await other.answer('pull')).findings).toEqual([]);
    expect(refsOf(stage.beside('colleague'))).toEqual(refsOf(bare()));
  });

  it('tell of lines that this clone published and has no more', async () => {
    await stage.owner.ok(['push', '--all']);
    const init = (await stage.owner.answer('oplog')).operations.find(({ op }) => op === 'init');
    const replica = init?.replica ?? '';
    const oplog = join(stage.path, '.git/heddle/oplog');
    const lose = (file: string): void => {
      const path = join(oplog, replica, file);
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      writeFileSync(path, lines.slice(0, 1).join('\n') + '\n');
    };
    const marker = join(oplog, replica, 'applied');
    lose('0.jsonl');
    lose('0.texts.jsonl');
    rmSync(marker);
    const { findings } = JSON.parse((await stage.owner.run(['verify', '--all', '--json'])).stdout) as {
      readonly findings: readonly {
        readonly kind: string;
        readonly subject: string;
        readonly message: string;
      }[];
    };
    expect(findings).toContainEqual({
      kind: 'log',
      subject: replica,
      message: 'line 1: it was published, and this clone does not have it any more',
    });
    await expectRefusal(stage.owner, ['push', '--all'], { exit: 65, code: 'PUBLISHED_LOG_ROLLED_BACK' });
  });

  it('that begin before anybody was named are said to be somebody’s', async () => {
    const cwd = stage.beside('unnamed');
    stage.git('clone', '-q', bare(), cwd);
    await stage.person('colleague').with({}, cwd).ok(['init', '--adopt']);
    const { stderr } = await stage.owner.ok(['push'], { cwd });
    expect(stderr).toContain('note: somebody worked here with another home');
    expect(stderr).not.toContain('unknown');
  });
});
