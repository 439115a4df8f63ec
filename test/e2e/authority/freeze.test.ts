import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'a\n');
  await stage.dev.ok(['capture', '-m', 'first']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const freeze = (): Promise<unknown> => stage.owner.ok(['freeze', '--reason', 'a leak']);

describe('freeze', () => {
  itNeedsARepository(['freeze']);

  it('stops everybody, says so in status, and verifies', async () => {
    const answer = await stage.owner.answer('freeze', ['--reason', 'a leak']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ by: 'owner@example.com', reason: 'a leak' });
    const { attention } = await stage.dev.answer('status');
    expect(attention[0]?.message).toContain('owner@example.com froze the repository');
    expect(attention[0]?.command).toEqual(['heddle', 'unfreeze']);
    stage.write('src/a.ts', 'b\n');
    const agent = await stage.agent('worker');
    for (const person of [stage.dev, agent, stage.owner]) {
      await expectDenial(stage, person, { argv: ['capture'], code: 'FROZEN' });
    }
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('lets pass exactly what an owner in person needs to end an incident, and reading', async () => {
    await freeze();
    const { text } = await stage
      .person('new')
      .answer('key-new', ['--no-passphrase', '--principal', 'new@example.com']);
    const { grants } = await stage.owner.answer('grant-list', ['--principal', 'dev@example.com']);
    for (const argv of [
      ['key', 'add', 'new@example.com', text],
      ['grant', 'add', 'dev@example.com', 'reader', 'acme/core'],
      ['grant', 'remove', grants[0]?.id ?? ''],
      ['start', 'task/other'],
      ['freeze'],
    ]) {
      await expectDenial(stage, stage.owner, { argv, code: 'FROZEN' });
    }
    await expectDenial(stage, stage.dev, { argv: ['undo'], code: 'FROZEN' });
    await expectDenial(stage, stage.dev, { argv: ['redact', 'src/a.ts', '--reason', 'x'], code: 'FROZEN' });
    for (const reading of ['log', 'show', 'diff', 'status', 'oplog', 'grant list', 'verify']) {
      await stage.dev.ok(reading.split(' '));
    }
    await stage.owner.ok(['redact', 'src/a.ts', '--reason', 'leak', '--code', 'credential']);
    const { tombstones } = await stage.owner.answer('tombstone-list');
    await stage.owner.ok(['purge', tombstones[0]?.tombstone ?? '', '--yes']);
    stage.git('init', '-q', '--bare', stage.beside('bare.git'));
    stage.git('remote', 'add', 'origin', stage.beside('bare.git'));
    await expectDenial(stage, stage.dev, { argv: ['push'], code: 'FROZEN' });
    await stage.owner.ok(['push', '--all']);
    await stage.owner.ok(['unfreeze']);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('as break-glass is a maintainer’s, where a policy says so, and an owner’s to end', async () => {
    await stage.owner.ok(['policy', 'set', '--break-glass', 'maintainer']);
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core']);
    await expectDenial(stage, stage.dev, { argv: ['freeze'], code: 'ROLE_INSUFFICIENT' });
    await expectRefusal(stage.dev, ['freeze', '--break-glass'], { exit: 64, code: 'USAGE' });
    const agent = await stage.agent('worker');
    const glass = ['freeze', '--break-glass', '--reason', 'a key is out'];
    await expectDenial(stage, agent, { argv: glass, code: 'FLOOR' });
    const answer = await stage.dev.answer('freeze', glass.slice(1));
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ by: 'dev@example.com', breakGlass: true, reason: 'a key is out' });
    expect((await stage.dev.ok(['status'])).stdout).toContain(
      'dev@example.com froze the repository as break-glass',
    );
    expect((await stage.dev.ok(['oplog'])).stdout).toContain(' freeze as break-glass ');
    await expectDenial(stage, stage.dev, { argv: ['unfreeze'], code: 'FROZEN' });
    await stage.owner.ok(['unfreeze']);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('is an owner’s, and never an agent’s', async () => {
    const run = await expectDenial(stage, stage.dev, { argv: ['freeze'], code: 'ROLE_NONE' });
    expect(denialOf(run).required).toEqual({ role: 'owner', at: 'acme/core' });
    const agent = await stage.agent('worker');
    await expectDenial(stage, agent, { argv: ['freeze'], code: 'FLOOR' });
    await expectRefusal(stage.owner, ['freeze', 'now'], { exit: 64, code: 'USAGE' });
  });

  it('is taken back by undo, and its end too', async () => {
    await freeze();
    expect((await stage.owner.answer('undo')).op).toBe('freeze');
    stage.write('src/a.ts', 'b\n');
    await stage.dev.ok(['capture']);
    await freeze();
    await stage.owner.ok(['unfreeze']);
    const { stdout } = await stage.owner.ok(['undo', '--preview']);
    expect(stdout).toMatch(/^would undo unfreeze .*\n(?:.*\n)*  the repository would be frozen again$/m);
    expect((await stage.owner.ok(['undo'])).stdout).toMatch(
      /^undid unfreeze .*\n  the repository is frozen again$/m,
    );
    stage.write('src/a.ts', 'c\n');
    await expectDenial(stage, stage.dev, { argv: ['capture'], code: 'FROZEN' });
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });
});

describe('unfreeze', () => {
  itNeedsARepository(['unfreeze']);

  it('lets work go on', async () => {
    await freeze();
    const answer = await stage.owner.answer('unfreeze');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.frozen.by).toBe('owner@example.com');
    stage.write('src/a.ts', 'b\n');
    await stage.dev.ok(['capture']);
  });

  it('is an owner’s, and refused where nothing is frozen', async () => {
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['unfreeze'], { exit: 65, code: 'NOT_FROZEN' });
    expect(stage.footprint()).toEqual(before);
    await freeze();
    await expectDenial(stage, stage.dev, { argv: ['unfreeze'], code: 'FROZEN' });
    await expectRefusal(stage.owner, ['unfreeze', '--reason', 'x'], { exit: 64, code: 'USAGE' });
  });
});
