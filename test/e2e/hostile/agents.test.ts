import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { printed, story } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../support/cli/verb-contract.ts';

const DETECTED = { CLAUDECODE: '1' };
let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

describe('an agent in the home of a person whose keys have no passphrase', () => {
  it.each([[['login']], [['token', 'mint', '--out', 'all.hcred']], [['key', 'export']]])(
    'does not become that person by %j',
    async (argv) => {
      const env = DETECTED;
      await expectRefusal(stage.dev, argv, { exit: 78, code: 'KEY_LOCKED', env });
      expect(stage.leftovers()).toEqual([]);
    },
  );

  it('passes no floor, with a credential of the person either', async () => {
    const file = stage.beside('owner.hcred');
    await stage.owner.ok(['token', 'mint', '--out', file]);
    const agent = stage.owner.with({ ...DETECTED, HEDDLE_CREDENTIAL: file });
    const argv = ['grant', 'add', 'dev@example.com', 'owner', 'acme/core'];
    await expectDenial(stage, agent, { argv, code: 'UNLOCK_NEEDED' });
  });

  it('gets no result of an operation that the person ran before', async () => {
    const id = '01234567-89ab-4cde-8f01-23456789abcd';
    const argv = ['start', 'task/again', '--op-id', id];
    const first = await stage.dev.json(argv);
    expect(await stage.dev.json(argv)).toMatchObject({ operation: first['operation'] });
    const run = await stage.dev.run([...argv, '--json'], { env: DETECTED });
    expect(printed(run)['code'], story(run)).toBe('CREDENTIAL_MISSING');
  });
});

describe('an agent that names its child like a stranger', () => {
  it('does not take back what that stranger did as its own', async () => {
    const own = { allow: 'state:capture,undo', resource: 'acme/core@task/login' };
    const stranger = await stage.agent('stranger', own);
    stage.write('src/a.ts', 'one\n');
    await stranger.ok(['capture']);
    const parent = await stage.agent('parent', own);
    const file = stage.beside('twin.hcred');
    const make =
      'token attenuate --agent stranger --allow state:capture,undo --resource acme/core@task/login';
    await parent.ok([...make.split(' '), '--out', file]);
    const twin = stage.dev.with({ HEDDLE_CREDENTIAL: file });
    await expectDenial(stage, twin, { argv: ['undo'], code: 'ROLE_INSUFFICIENT' });
    await stranger.ok(['undo']);
    expect(readFileSync(`${stage.path}/src/a.ts`, 'utf8')).toBe('one\n');
  });
});

describe('a record of authority that no reader would accept', () => {
  it('is not written: the owner of the genesis stays, and the chain with it', async () => {
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'owner', 'acme/core']);
    const { grants } = await stage.owner.json(['grant', 'list']);
    const [genesis] = grants as readonly { readonly id: string }[];
    const argv = ['grant', 'remove', String(genesis?.id)];
    await expectRefusal(stage.dev, argv, { exit: 65, code: 'GRANT_INVALID' });
    expect((await stage.owner.json(['verify', '--all']))['findings']).toEqual([]);
  });

  it('is not written by taking back a removal after the grant would have ended', async () => {
    const until = new Date(Date.now() + 4000).toISOString();
    const grant = ['grant', 'add', 'dev@example.com', 'reader', 'acme/core', '--until', until];
    const { grant: made } = await stage.owner.json(grant);
    await stage.owner.ok(['grant', 'remove', String((made as { readonly id: string }).id)]);
    await new Promise((resolve) => setTimeout(resolve, Date.parse(until) + 50 - Date.now()));
    await expectRefusal(stage.owner, ['undo'], { exit: 65, code: 'UNDO_REFUSED' });
    expect((await stage.owner.json(['verify', '--all']))['findings']).toEqual([]);
  });
});
