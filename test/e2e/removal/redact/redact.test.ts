import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { normalise } from '../../../support/cli/normalise.ts';
import { denialOf, story } from '../../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../../support/cli/schemas.ts';
import { Stage } from '../../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../../support/cli/verb-contract.ts';

const SECRET = 'mail-key-6f1d0c2b7e';
const WHY = ['--reason', 'a mail key was captured'];

let stage: Stage;
let states: readonly string[];
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a\n');
  stage.write('.env', `KEY=${SECRET}\n`);
  await stage.dev.ok(['capture', '-m', 'first']);
  stage.write('src/a.ts', 'b\n');
  await stage.dev.ok(['capture', '-m', 'second']);
  const log = await stage.dev.answer('log');
  states = log.states.map(({ state }) => state);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const onDisk = (path = '.env'): string => readFileSync(join(stage.path, path), 'utf8');

/** Everything that git gives to whoever fetches heddle's refs. */
function fetched(): string {
  stage.git('clone', '-q', '--mirror', '--no-local', '.', '../mirror.git');
  const objects = stage.git('-C', '../mirror.git', 'cat-file', '--batch-all-objects', '--batch');
  return objects;
}

describe('redact, as it is typed', () => {
  it.each([
    ['without a path', ['redact', ...WHY]],
    ['without a reason', ['redact', '.env']],
    ['with an empty reason', ['redact', '.env', '--reason', '']],
    ['with a reason of blanks', ['redact', '.env', '--reason', '  ']],
    ['with a reason that is a whole page', ['redact', '.env', '--reason', 'x'.repeat(1001)]],
    ['with a state and all of them', ['redact', '.env', '--state', 'task/login', '--all', ...WHY]],
    ['with a code that is none', ['redact', '.env', '--code', 'leak', ...WHY]],
    ['with a time that is none', ['redact', '.env', '--rotated-at', 'yesterday', ...WHY]],
    ['with a time that has not come', ['redact', '.env', '--rotated-at', '2999-01-01', ...WHY]],
    ['with two paths', ['redact', '.env', 'src/a.ts', ...WHY]],
  ])('is refused %s, and nothing is written', async (_, argv) => {
    const before = stage.footprint();
    await expectRefusal(stage.owner, argv, { exit: 64, code: 'USAGE' });
    expect(stage.footprint()).toEqual(before);
    expect(onDisk()).toContain(SECRET);
  });

  itNeedsARepository(['redact', '.env', ...WHY]);

  it.each([
    ['no state has', '.envrc', 'NOT_FOUND', 65],
    ['is outside', '../secret', 'PATH_INVALID', 64],
    ['is a directory', 'src', 'NOT_REDACTABLE', 65],
  ] as const)('is refused for a path that %s', async (_, path, code, exit) => {
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['redact', path, ...WHY], { exit, code });
    expect(stage.footprint()).toEqual(before);
    expect(stage.leftovers()).toEqual([]);
  });

  it('takes a path as it is seen from the current directory', async () => {
    const cwd = join(stage.path, 'src');
    await stage.owner.ok(['redact', '../.env', ...WHY], { cwd });
    expect(onDisk()).not.toContain(SECRET);
  });
});

describe('redact', () => {
  it('hides the content from every reader, and leaves ids and signatures as they are', async () => {
    const answer = await stage.owner.answer('redact', ['.env', '--code', 'credential', ...WHY]);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      reasonCode: 'credential',
      places: [{ thread: 'task/login', path: '.env', states: 2 }],
      replaced: [{ path: '.env' }],
      edited: [],
      dryRun: false,
    });
    expect(new Set(answer.states)).toEqual(new Set(states));
    expect(onDisk()).not.toContain(SECRET);
    const log = await stage.dev.answer('log');
    expect(log.states.map(({ state }) => state)).toEqual(states);
    for (const state of states) {
      const { stdout } = await stage.dev.ok(['show', state]);
      expect(stdout).not.toContain(SECRET);
    }
    expect(fetched()).not.toContain(SECRET);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    expect(stage.leftovers()).toEqual([]);
  });

  it('says first what matters most, and last what to do next', async () => {
    const { stdout } = await stage.owner.ok(['redact', '.env', '--code', 'credential', ...WHY]);
    expect(normalise(stdout.replaceAll(stage.path, '<stage>'), stage.root)).toMatchSnapshot();
    const rotated = ['--rotated-at', '2025-01-31T18:00:00Z'];
    stage.reset();
    const after = await stage.owner.ok(['redact', '.env', '--code', 'credential', ...rotated, ...WHY]);
    expect(after.stdout).not.toContain('rotate');
  });

  it('changes nothing on a dry run, and shows the same places', async () => {
    const before = stage.footprint();
    const answer = await stage.owner.answer('redact', ['.env', '--dry-run', ...WHY]);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      dryRun: true,
      tombstone: null,
      operation: null,
      replaced: [{ path: '.env' }],
    });
    const { stdout } = await stage.owner.ok(['redact', '.env', '--dry-run', ...WHY]);
    expect(normalise(stdout.replaceAll(stage.path, '<stage>'), stage.root)).toMatchSnapshot();
    expect(stage.footprint()).toEqual(before);
    expect(onDisk()).toContain(SECRET);
    expect(existsSync(join(stage.path, '.git/heddle/quarantine'))).toBe(false);
  });

  it('leaves an edited copy alone, and names it', async () => {
    stage.write('.env', `KEY=${SECRET}\nMORE=1\n`);
    const answer = await stage.owner.answer('redact', ['.env', ...WHY]);
    expect(answer).toMatchObject({ replaced: [], edited: [{ path: '.env' }] });
    expect(onDisk()).toContain('MORE=1');
  });

  it('covers with --all what the file held before, and without it what it holds now', async () => {
    stage.write('.env', 'KEY=rotated\n');
    await stage.dev.ok(['capture', '-m', 'third']);
    const one = await stage.owner.answer('redact', ['.env', '--dry-run', ...WHY]);
    expect(one.states).toHaveLength(1);
    const { stderr } = await stage.owner.ok(['redact', '.env', '--dry-run', ...WHY]);
    expect(stderr).toContain('note: .env held 1 other content in 2 states, still readable: see --all');
    const first = await stage.owner.answer('redact', [
      '.env',
      '--state',
      states[0] ?? '',
      '--dry-run',
      ...WHY,
    ]);
    expect(new Set(first.states)).toEqual(new Set(states));
    const all = await stage.owner.answer('redact', ['.env', '--all', ...WHY]);
    expect(all.states).toHaveLength(3);
    expect((await stage.owner.ok(['redact', 'src/a.ts', '--all', ...WHY])).stderr).toBe('');
    expect(fetched()).not.toContain(SECRET);
  });

  it('keeps the content out of later captures', async () => {
    await stage.owner.ok(['redact', '.env', ...WHY]);
    stage.write('copy.env', `KEY=${SECRET}\n`);
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['capture'], { exit: 65, code: 'CONTENT_SHUNNED' });
    expect(stage.footprint()).toEqual(before);
  });

  it('refuses a reason that quotes the content, whoever asks, and writes it nowhere', async () => {
    const quote = ['--reason', `somebody saw ${SECRET}`];
    const before = stage.footprint();
    for (const person of [stage.owner, stage.dev]) {
      const options = { exit: 65, code: 'NOT_REDACTABLE' };
      await expectRefusal(person, ['redact', '.env', ...quote], options);
      await expectRefusal(person, ['redact', '.env', '--dry-run', ...quote], options);
    }
    expect(stage.footprint()).toEqual(before);
  });

  it('refuses what is redacted already, and names the tombstone', async () => {
    await stage.owner.ok(['redact', '.env', ...WHY]);
    const run = await stage.owner.run(['redact', '.env', ...WHY]);
    expect(run.exit, story(run)).toBe(65);
    expect(run.stderr).toMatch(/hr-[0-9a-z]{8}/);
  });

  it('is taken back by undo, byte for byte', async () => {
    const before = stage.footprint();
    await stage.owner.ok(['redact', '.env', ...WHY]);
    await stage.owner.ok(['undo']);
    expect(onDisk()).toBe(`KEY=${SECRET}\n`);
    const threads = (refs: readonly string[]): readonly string[] =>
      refs.filter((line) => line.startsWith('refs/heddle/threads'));
    expect(threads(stage.footprint().refs)).toEqual(threads(before.refs));
    expect(await stage.owner.answer('tombstone-list')).toMatchObject({ tombstones: [{ status: 'lifted' }] });
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    await stage.dev.ok(['capture']);
  });

  it('is denied below maintainer, to developers and to agents, and only the denial is written', async () => {
    const run = await expectDenial(stage, stage.dev, {
      argv: ['redact', '.env', ...WHY],
      code: 'ROLE_INSUFFICIENT',
    });
    expect(denialOf(run)).toMatchObject({
      operation: 'redact:apply',
      required: { role: 'maintainer' },
      denied: ['acme/core@task/login:.env'],
    });
    const agent = await stage.agent('worker');
    await expectDenial(stage, agent, { argv: ['redact', '.env', ...WHY], code: 'SCOPE_OPERATION' });
    expect(onDisk()).toContain(SECRET);
  });

  it('of all that an agent’s first state changed leaves that state good', async () => {
    await stage.dev.ok(['start', 'task/new', '--from', 'main', '--worktree', stage.beside('new')]);
    const agent = await stage.agent('worker', { resource: 'acme/core@task/new:src' });
    mkdirSync(stage.beside('new', 'src'));
    writeFileSync(stage.beside('new', 'src', 'key.ts'), 'a key that nobody should see\n');
    await agent.ok(['capture', '-m', 'first'], { cwd: stage.beside('new') });
    await stage.owner.ok(['redact', 'src/key.ts', '--state', 'task/new', ...WHY]);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('never shows a hostile name or reason as it is', async () => {
    mkdirSync(join(stage.path, 'odd'));
    writeFileSync(join(stage.path, 'odd', 'a\u001b[2J'), 'x-secret\n');
    await stage.dev.ok(['capture']);
    const { stdout, stderr } = await stage.owner.ok(['redact', 'odd/a\u001b[2J', '--reason', 'r\u001b[2J']);
    const list = await stage.owner.ok(['tombstone', 'list']);
    expect(stdout + stderr + list.stdout).not.toContain('\u001b');
    expect(stdout).toContain('odd/a%1B[2J');
    expect(list.stdout).toContain('r\\x1b[2J');
  });
});
