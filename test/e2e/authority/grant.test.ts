import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf } from '../../support/cli/run-heddle.ts';
import { normalise } from '../../support/cli/normalise.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const ADD = ['dev@example.com', 'maintainer', 'acme/core@task'];

describe('grant add', () => {
  itNeedsARepository(['grant', 'add', ...ADD]);

  it('gives a role, until a time', async () => {
    const answer = await stage.owner.answer('grant-add', [...ADD, '--until', '2099-01-31']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.grant).toMatchObject({
      principal: 'dev@example.com',
      role: 'maintainer',
      resource: 'acme/core@task',
      by: 'owner@example.com',
      until: '2099-01-31T00:00:00.000Z',
    });
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('keeps the reason with the record, and takes no empty or endless one', async () => {
    const answer = await stage.owner.answer('grant-add', [...ADD, '--reason', ' holds the release ']);
    expect(answer.grant.reason).toBe('holds the release');
    expect(schemaProblems(answer)).toEqual([]);
    expect(stage.git('show', 'refs/heddle/authority:texts.json')).toContain('holds the release');
    expect(stage.git('show', 'refs/heddle/authority:record.json')).not.toContain('holds the release');
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
    const before = stage.footprint();
    for (const reason of [' ', 'x'.repeat(1001)]) {
      await expectRefusal(stage.owner, ['grant', 'add', ...ADD, '--reason', reason], {
        exit: 64,
        code: 'USAGE',
      });
    }
    expect(stage.footprint()).toEqual(before);
  });

  it('is denied to whoever may not, with the role that is missing', async () => {
    const run = await expectDenial(stage, stage.dev, {
      argv: ['grant', 'add', ...ADD],
      code: 'ROLE_INSUFFICIENT',
    });
    expect(denialOf(run).required).toEqual({ role: 'admin', at: 'acme/core@task' });
  });

  it('is denied outside the repository, where nobody has a role', async () => {
    const argv = ['grant', 'add', 'dev@example.com', 'developer', 'other/core'];
    const run = await expectDenial(stage, stage.owner, { argv, code: 'ROLE_NONE' });
    expect(denialOf(run).fixes).toEqual([]);
  });

  it('never gives more than the giver has', async () => {
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'admin', 'acme/core']);
    const argv = ['grant', 'add', 'dev@example.com', 'owner', 'acme/core'];
    await expectDenial(stage, stage.dev, { argv, code: 'ROLE_INSUFFICIENT' });
    await stage.dev.ok(['grant', 'add', 'owner@example.com', 'reader', 'acme/core@task']);
  });

  it('is on the floor for every agent, whoever is its principal', async () => {
    const agent = await stage.agent('worker', {
      allow: 'grant:write,state:capture',
      resource: 'acme/core@task',
    });
    const run = await expectDenial(stage, agent, { argv: ['grant', 'add', ...ADD], code: 'FLOOR' });
    expect(denialOf(run).fixes).toEqual([]);
    expect(denialOf(run).why).not.toBeNull();
  });

  it.each([
    [['nobody@example.com', 'developer', 'acme/core'], 65, 'GRANT_INVALID'],
    [['dev@example.com', 'king', 'acme/core'], 64, 'USAGE'],
    [['dev@example.com', 'developer', 'acme//core'], 64, 'RESOURCE_INVALID'],
    [['dev@example.com', 'developer', 'acme/core', '--until', '2001-01-01'], 65, 'GRANT_INVALID'],
    [['dev@example.com', 'developer', 'acme/core', '--until', 'tomorrow'], 64, 'USAGE'],
    [['dev@example.com', 'developer'], 64, 'USAGE'],
  ])('refuses %j', async (words, exit, code) => {
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['grant', 'add', ...words], { exit, code });
    expect(stage.footprint()).toEqual(before);
  });
});

describe('grant remove', () => {
  it('takes a grant back, and the last owner stays', async () => {
    const { grants } = await stage.owner.answer('grant-list');
    const idOf = (principal: string): string =>
      grants.find((grant) => grant.principal === principal)?.id ?? '';
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['grant', 'remove', idOf('owner@example.com')], {
      exit: 65,
      code: 'GRANT_INVALID',
    });
    expect(stage.footprint()).toEqual(before);
    const answer = await stage.owner.answer('grant-remove', [idOf('dev@example.com').slice(0, 14)]);
    expect(schemaProblems(answer)).toEqual([]);
    stage.write('src/a.ts', 'a\n');
    expect((await stage.dev.json(['capture'], { exit: 77 }))['code']).toBe('ROLE_NONE');
  });

  it('refuses a grant that is not there, and denies whoever may not', async () => {
    await expectRefusal(stage.owner, ['grant', 'remove', 'hg-zzzzzzzz'], { exit: 65, code: 'NOT_FOUND' });
    const { grants } = await stage.owner.answer('grant-list');
    await expectDenial(stage, stage.dev, {
      argv: ['grant', 'remove', grants[0]?.id ?? ''],
      code: 'ROLE_NONE',
    });
  });
});

describe('grant list', () => {
  itNeedsARepository(['grant', 'list']);

  it('lists who has which role where, and what counts at a resource', async () => {
    const answer = await stage.dev.answer('grant-list');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.grants.map(({ principal, role }) => `${principal} ${role}`)).toEqual([
      'owner@example.com owner',
      'dev@example.com developer',
    ]);
    const { grants } = await stage.dev.answer('grant-list', ['--at', 'acme/core@release']);
    expect(grants.map(({ role }) => role)).toEqual(['owner']);
    await expectRefusal(stage.dev, ['grant', 'list', '--at', '../x'], { exit: 64, code: 'RESOURCE_INVALID' });
  });

  it('tells what is direct, what is inherited and what they come to', async () => {
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core@task/login']);
    const argv = ['--principal', 'dev@example.com', '--at', 'acme/core@task/login', '--effective'];
    const answer = await stage.dev.answer('grant-list', argv);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.grants.map(({ role, reach }) => `${role} ${String(reach)}`)).toEqual([
      'developer inherited',
      'reader direct',
    ]);
    expect(answer.effective).toMatchObject([
      { principal: 'dev@example.com', held: { role: 'developer', at: 'acme/core@task' }, reach: 'inherited' },
    ]);
    const { stdout } = await stage.dev.ok(['grant', 'list', ...argv]);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
    await expectRefusal(stage.dev, ['grant', 'list', '--effective'], { exit: 64, code: 'USAGE' });
  });
});

describe('grant log', () => {
  itNeedsARepository(['grant', 'log']);

  it('tells every grant and removal, newest first, ended ones too', async () => {
    const { grant } = await stage.owner.answer('grant-add', [...ADD, '--reason', 'holds the release']);
    const soon = new Date(Date.now() + 2_000).toISOString();
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core:docs', '--until', soon]);
    await stage.owner.ok(['grant', 'remove', grant.id, '--reason', 'it is out']);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const answer = await stage.dev.answer('grant-log');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.entries.map(({ action, status, reason }) => [action, status, reason])).toEqual([
      ['remove', 'removed', 'it is out'],
      ['add', 'ended', null],
      ['add', 'removed', 'holds the release'],
      ['add', 'active', null],
      ['add', 'active', null],
    ]);
    expect(answer.entries.at(-1)).toMatchObject({ by: 'owner@example.com', grant: { role: 'owner' } });
    const { stdout } = await stage.dev.ok(['grant', 'log', '-n', '1']);
    expect(normalise(stdout, stage.root)).toMatchSnapshot();
    const ofOwner = await stage.dev.answer('grant-log', ['--principal', 'owner@example.com']);
    expect(ofOwner.entries).toHaveLength(1);
    await expectRefusal(stage.dev, ['grant', 'log', '--at', '../x'], { exit: 64, code: 'RESOURCE_INVALID' });
    await expectRefusal(stage.dev, ['grant', 'log', '-n', 'x'], { exit: 64, code: 'USAGE' });
  });
});
