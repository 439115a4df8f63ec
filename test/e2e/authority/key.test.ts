import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { HEDDLE } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../support/cli/verb-contract.ts';
import { INTERRUPT, typeOnTerminal } from '../../support/terminal/on-a-terminal.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const NEW = ['--no-passphrase', '--principal', 'new@example.com'];

describe('key new', () => {
  it('makes keys, prints what `key add` takes, and works anywhere', async () => {
    const answer = await stage.person('new').answer('key-new', NEW, { cwd: stage.root });
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ principal: 'new@example.com', encrypted: false });
    expect(answer.text).toMatch(/^heddle-key:/);
    expect(answer.root).not.toBe(answer.record);
  });

  it('never replaces keys', async () => {
    const somebody = stage.person('again');
    await somebody.ok(['key', 'new', ...NEW]);
    const before = await somebody.answer('key-list');
    const run = await somebody.run(['key', 'new', ...NEW]);
    expect(run.exit).toBe(73);
    expect(await somebody.answer('key-list')).toEqual(before);
  });

  it('needs a choice about the passphrase', async () => {
    const somebody = stage.person('undecided');
    const argv = ['key', 'new', '--principal', 'new@example.com'];
    await expectRefusal(somebody, argv, { exit: 78, code: 'PASSPHRASE_MISSING' });
  });

  it('is left by Control-C where it asks for one, as everything is', async () => {
    const somebody = stage.person('leaving');
    const shown = typeOnTerminal({
      argv: [process.execPath, HEDDLE, 'key', 'new', '--principal', 'new@example.com'],
      cwd: stage.path,
      env: somebody.env,
      awaited: 'passphrase of your keys: ',
      typed: INTERRUPT,
    });
    if (shown === undefined) return;
    expect(shown.exit, shown.text).toBe(130);
    expect(shown.text).not.toContain('error');
    expect((await somebody.answer('key-list')).keys.filter(({ here }) => here)).toEqual([]);
  });
});

describe('key list', () => {
  it('lists keys here and in the repository', async () => {
    const answer = await stage.dev.answer('key-list');
    expect(schemaProblems(answer)).toEqual([]);
    const listed = answer.keys.map(({ principal, here, registered }) => ({ principal, here, registered }));
    expect(listed).toEqual([
      { principal: 'dev@example.com', here: true, registered: true },
      { principal: 'owner@example.com', here: false, registered: true },
    ]);
  });

  it('refuses a key file that others can read', async () => {
    const path = stage.beside('people', 'dev', 'heddle', 'data', 'keys', 'dev@example.com.json');
    chmodSync(path, 0o644);
    await expectRefusal(stage.dev, ['key', 'list'], { exit: 78, code: 'KEY_FILE_MODE' });
    await expectRefusal(stage.dev, ['login'], { exit: 78, code: 'KEY_FILE_MODE' });
  });
});

describe('key export', () => {
  it('prints one line for `key add`, without a secret', async () => {
    const { stdout } = await stage.dev.ok(['key', 'export']);
    expect(stdout).toMatch(/^heddle-key:\S+\n$/);
    const path = stage.beside('people', 'dev', 'heddle', 'data', 'keys', 'dev@example.com.json');
    const { secrets } = JSON.parse(readFileSync(path, 'utf8')) as { secrets: string };
    expect(stdout).not.toContain(secrets.slice(0, 20));
    expect(schemaProblems(await stage.dev.answer('key-export'))).toEqual([]);
  });

  it('needs a key', async () => {
    const argv = ['key', 'export', '--principal', 'nobody@example.com'];
    await expectRefusal(stage.dev, argv, { exit: 78, code: 'KEY_MISSING' });
  });
});

describe('key add', () => {
  it('needs a repository', async () => {
    const { text } = await stage.person('new').answer('key-new', NEW);
    const argv = ['key', 'add', 'new@example.com', text];
    const refusal = { exit: 78, code: 'NOT_A_REPOSITORY', cwd: stage.root };
    await expectRefusal(stage.owner, argv, refusal);
  });

  it('registers keys from a text or a file', async () => {
    const { text } = await stage.person('new').answer('key-new', NEW);
    const answer = await stage.owner.answer('key-add', ['new@example.com', text]);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.principal).toBe('new@example.com');
    const other = await stage
      .person('file')
      .answer('key-new', ['--no-passphrase', '--principal', 'f@example.com']);
    writeFileSync(stage.beside('f.pub'), `${other.text}\n`);
    await stage.owner.ok(['key', 'add', 'f@example.com', '../f.pub']);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('is denied without the role, and to every agent', async () => {
    const { text } = await stage.person('new').answer('key-new', NEW);
    const argv = ['key', 'add', 'new@example.com', text];
    await expectDenial(stage, stage.dev, { argv, code: 'ROLE_NONE' });
    const agent = await stage.agent('review-worker');
    await expectDenial(stage, agent, { argv, code: 'FLOOR' });
  });

  it('rejects what is not proven, not theirs or there already', async () => {
    const { text } = await stage.person('new').answer('key-new', NEW);
    const add = (principal: string, key: string): readonly string[] => ['key', 'add', principal, key];
    const before = stage.footprint();
    const rejected = { exit: 65, code: 'KEY_REJECTED' };
    await expectRefusal(stage.owner, add('other@example.com', text), rejected);
    await expectRefusal(
      stage.owner,
      add('dev@example.com', (await stage.dev.answer('key-export')).text),
      rejected,
    );
    const body = JSON.parse(Buffer.from(text.slice('heddle-key:'.length), 'base64url').toString()) as Record<
      string,
      unknown
    >;
    const forged = { ...body, principal: 'other@example.com' };
    const forgery = `heddle-key:${Buffer.from(JSON.stringify(forged)).toString('base64url')}`;
    await expectRefusal(stage.owner, add('other@example.com', forgery), rejected);
    expect(stage.footprint()).toEqual(before);
    const run = await stage.owner.run(add('new@example.com', 'heddle-key:!!!'));
    expect([64, 65]).toContain(run.exit);
    expect(stage.footprint()).toEqual(before);
  });
});
