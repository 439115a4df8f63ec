import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERBS } from '#cli/command-table.ts';
import { ERROR_TABLE } from '#cli/error-table.ts';
import { printed, story, type Run } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { found, Stage, type Person } from '../../support/cli/stage.ts';
import { expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let agent: Person;
let empty: string;

/** People, an agent and its sub-agent; edits of every kind; a denial, an undo, a redaction; packs, and loose objects after them. */
beforeAll(async () => {
  stage = await new Stage().withDev();
  empty = stage.beside('no-programs');
  mkdirSync(empty);
  agent = await stage.agent('review-worker');
  const text = (lines: number, change = ''): string =>
    Array.from({ length: lines }, (_, line) => `${line === 7 ? change : ''}line ${line}\n`).join('');
  const { repository } = stage;
  repository.oddNames();
  repository.write('src/long.ts', text(40));
  repository.write('src/moved.ts', text(30));
  await stage.dev.ok(['capture', '-m', 'everything that is awkward']);
  stage.git('gc', '-q');
  repository.write('src/long.ts', text(40, 'changed '));
  await agent.ok(['capture', '-m', 'one line', '--confidence', '0.80']);
  renameSync(join(stage.path, 'src/moved.ts'), join(stage.path, 'src/there.ts'));
  repository.write('src/there.ts', text(30, 'and edited '));
  chmodSync(join(stage.path, 'src/long.ts'), 0o755);
  rmSync(join(stage.path, 'binary'));
  repository.write(
    'binary2',
    Uint8Array.from({ length: 200 }, (_, index) => index & 255),
  );
  repository.write('no newline', 'end');
  repository.write('password.txt', 'hunter2\n');
  await stage.dev.ok(['capture', '-m', 'moved, removed, made executable']);
  repository.write('outside', 'x\n');
  await agent.run(['capture', '-m', 'outside']);
  rmSync(join(stage.path, 'outside'));
  await stage.owner.ok(['redact', 'password.txt', '--all', '--reason', 'pasted by mistake']);
  stage.git('pack-refs', '--all');
  repository.write('src/last.ts', 'last\n');
  await agent.ok(['capture', '-m', 'the last one']);
  await stage.dev.ok(['start', 'task/beside', '--worktree', stage.beside('linked')]);
}, 120_000);
afterAll(() => stage.dispose());

/** The same question with git and without. */
async function both(
  argv: readonly string[],
  cwd?: string,
): Promise<{ readonly git: Run; readonly none: Run }> {
  const where = cwd === undefined ? {} : { cwd };
  const [git, none] = await Promise.all([
    stage.dev.run(argv, where),
    stage.dev.run(argv, { ...where, env: { PATH: empty } }),
  ]);
  return { git, none };
}

async function states(): Promise<readonly string[]> {
  const { states: all } = await stage.dev.answer('log', ['task/login']);
  return all.map(({ state }) => state);
}

describe('where git is not on the path', () => {
  it('is the answer of each verb that only reads byte for byte the same', async () => {
    const shown = (await states()).map((state) => ['show', state]);
    expect(shown.length).toBeGreaterThanOrEqual(3);
    const lines = [
      ['log'],
      ['log', 'task/login', '-n', '2'],
      ['show'],
      ['oplog'],
      ['verify'],
      ['verify', '--all'],
      ['tombstone', 'list'],
      ['tombstone', 'verify'],
      ...shown,
    ];
    for (const argv of lines.flatMap((line) => [line, [...line, '--json']])) {
      const { git, none } = await both(argv);
      expect(story(none)).toBe(story(git));
      expect(git.exit, story(git)).toBe(0);
      if (argv.includes('--json')) expect(schemaProblems(printed(none))).toEqual([]);
    }
  }, 120_000);

  it('are linked worktrees read as what they are', async () => {
    const cwd = stage.beside('linked');
    for (const argv of [
      ['log', '--json'],
      ['show', 'task/login', '--json'],
      ['verify', '--json'],
    ]) {
      const { git, none } = await both(argv, cwd);
      expect(story(none)).toBe(story(git));
      expect(git.exit).toBe(0);
    }
  });

  it('is nothing written: neither in the repository nor in the home', async () => {
    const before = snapshot(stage.root);
    for (const argv of [
      ['log'],
      ['show'],
      ['oplog'],
      ['verify', '--all'],
      ['tombstone', 'list'],
      ['show', 'nothing'],
    ]) {
      await stage.dev.run(argv, { env: { PATH: empty } });
    }
    expect(snapshot(stage.root)).toEqual(before);
    expect(before.length).toBeGreaterThan(100);
  });

  it('is damage found as with git', async () => {
    const state = found((await states())[0]);
    const blob = stage.git('rev-parse', 'refs/heddle/threads/task/login:state.json');
    const path = join(stage.path, '.git/objects', blob.slice(0, 2), blob.slice(2));
    const bytes = readFileSync(path);
    chmodSync(path, 0o644);
    const damaged = Buffer.from(bytes);
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    try {
      writeFileSync(path, damaged);
      const { git, none } = await both(['show', state, '--json']);
      expect([none.exit, printed(none)['code']]).toEqual([git.exit, printed(git)['code']]);
      expect(printed(none)['code']).toBe('OBJECT_CORRUPT');
      expect((await both(['verify', '--json'])).none.exit).toBe(1);
    } finally {
      writeFileSync(path, bytes);
    }
  });

  it('does every other verb refuse, and say which ones read', async () => {
    const lines = ['status', 'capture', 'diff', 'start task/x', 'undo', 'thread list', 'grant list'];
    for (const line of lines) {
      await expectRefusal(stage.dev, line.split(' '), {
        exit: 78,
        code: 'GIT_MISSING',
        env: { PATH: empty },
      });
    }
    const run = await stage.dev.run(['capture'], { env: { PATH: empty } });
    const readers = VERBS.filter(({ withoutGit }) => withoutGit).map(({ path }) => found(path[0]));
    expect(new Set(readers)).toEqual(
      new Set(['log', 'show', 'oplog', 'verify', 'doctor', 'tombstone', 'evidence']),
    );
    for (const verb of readers) {
      expect(ERROR_TABLE.GIT_MISSING.hint).toContain(verb);
      expect(run.stderr).toContain(verb);
    }
  });

  it.runIf(process.getuid?.() === 0)('is a repository of somebody else not read', async () => {
    const copy = stage.beside('of-nobody');
    execFileSync('cp', ['-a', stage.path, copy]);
    execFileSync('chown', ['-R', '65534', copy]);
    await expectRefusal(stage.dev, ['log'], {
      exit: 78,
      code: 'REPOSITORY_UNTRUSTED',
      cwd: copy,
      env: { PATH: empty },
    });
    await expectRefusal(stage.dev, ['log'], { exit: 78, code: 'REPOSITORY_UNTRUSTED', cwd: copy });
  });
});

/** Every file with its size and times; names as bytes, since not all are text. */
function snapshot(root: string): readonly string[] {
  return execFileSync('find', [root, '-printf', '%p %y %s %T@ %l\\0'], { encoding: 'latin1' })
    .split('\0')
    .toSorted();
}
