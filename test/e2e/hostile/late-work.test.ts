import { cpSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { copyTree } from '../../support/run/tree.ts';

const DEV = 'dev@example.com';
const REF = threadRef('task/login');

let stage: Stage;
let worker: Person;
let grant: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  worker = await stage.agent('worker');
  stage.write('src/a.ts', 'a\n');
  await worker.ok(['capture', '-m', 'first']);
  grant = String((await grants()).find(({ principal }) => principal === DEV)?.id);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

async function grants() {
  return (await stage.owner.answer('grant-list')).grants;
}

function plantLogs(from: string): void {
  for (const kept of ['oplog', 'chains']) {
    const options = { recursive: true, force: false };
    cpSync(`${from}/.git/heddle/${kept}`, `${stage.path}/.git/heddle/${kept}`, options);
  }
}

async function expectSound(): Promise<void> {
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
}

/** Each record that lessens authority, and what it says of work by the agent that it came too late for. */
const LESSENING: readonly (readonly [string, () => readonly string[], RegExp])[] = [
  [
    'a revoked token',
    () => ['token', 'revoke', '--token-file', '../worker.hcred'],
    /its chain was revoked by/,
  ],
  ['revoked keys', () => ['key', 'revoke', DEV], /the keys behind its chain were revoked by/],
  ['a freeze', () => ['freeze'], /the repository was frozen by/],
  ['a removed grant', () => ['grant', 'remove', grant], /what allowed it was removed by/],
];

describe('verify', () => {
  it.each(LESSENING)(
    'finds the state and the line that are dated back under %s',
    async (_what, argv, words) => {
      const [copy, other] = [stage.beside('copy'), stage.beside('other')];
      for (const made of [copy, other]) copyTree(stage.path, made);
      const { id } = await stage.owner.json(argv());
      await expectSound();
      writeFileSync(`${copy}/src/a.ts`, 'later\n');
      const { state, operation } = await worker.answer('capture', [], { cwd: copy });
      const begin = ['task/more', '--worktree', stage.beside('more')];
      const { operation: started } = await stage.dev.answer('start', begin, { cwd: other });
      // Whoever can write the clone puts their state and their logs into it.
      stage.git('fetch', '-q', copy, `+${REF}:${REF}`);
      for (const from of [copy, other]) plantLogs(from);
      const { findings } = await stage.owner.answer('verify', ['--all'], { exit: 1 });
      const late = findings.filter(({ message }) => message.startsWith('it is late: '));
      for (const { subject, message } of late) {
        expect(message).toMatch(words);
        // What settles it is named, or that nothing does.
        const ofLine = subject === state ? 'captures anew' : 'nothing takes a line out of a log';
        expect(message).toContain(argv()[0] === 'freeze' ? '`heddle unfreeze`' : ofLine);
        if (typeof id === 'string') expect(message).toContain(id);
      }
      const subjects = late.map(({ subject }) => subject);
      expect(subjects).toContain(state);
      // A captured state stands for its line where only a role was lost.
      if (argv()[0] !== 'grant') expect(subjects).toContain(operation);
      if (argv()[0] === 'key' || argv()[0] === 'freeze') expect(subjects).toContain(started);
      else expect(findings.map(({ subject }) => subject)).toContain(started);
    },
  );

  it.each(LESSENING)('finds nothing wrong with what was done before %s', async (_what, argv) => {
    stage.write('src/a.ts', 'undone\n');
    await worker.ok(['capture', '-m', 'undone']);
    await stage.owner.ok(['undo', String((await stage.owner.answer('oplog')).operations[0]?.id)]);
    stage.write('src/a.ts', 'b\n');
    await worker.ok(['capture', '-m', 'second']);
    stage.write('src/key.ts', 'a key\n');
    await stage.dev.ok(['capture', '-m', 'third']);
    await stage.dev.ok(['start', 'task/other', '--worktree', stage.beside('other')]);
    await stage.owner.ok(['redact', 'src/key.ts', '--reason', 'leaked']);
    await stage.owner.ok(argv());
    await expectSound();
    if (argv()[0] === 'freeze') await stage.owner.ok(['unfreeze']);
    await stage.owner.ok(['key', 'rotate']);
    await stage.owner.ok(['login']);
    await stage.owner.ok([
      'start',
      'task/owner',
      '--from',
      'task/login',
      '--worktree',
      stage.beside('owner'),
    ]);
    await expectSound();
    const clone = stage.beside('clone');
    copyTree(stage.path, clone);
    expect((await stage.owner.answer('verify', ['--all'], { cwd: clone })).findings).toEqual([]);
  });

  it('asks whether another grant would have done', async () => {
    await stage.owner.ok(['grant', 'add', DEV, 'maintainer', 'acme/core@task/login']);
    const copy = stage.beside('copy');
    copyTree(stage.path, copy);
    await stage.owner.ok(['grant', 'remove', grant]);
    writeFileSync(`${copy}/src/a.ts`, 'later\n');
    await stage.dev.ok(['capture'], { cwd: copy });
    stage.git('fetch', '-q', copy, `+${REF}:${REF}`);
    const { findings } = await stage.owner.answer('verify', ['--all'], { exit: 1 });
    expect(findings.filter(({ message }) => message.includes('late'))).toEqual([]);
  });
});
