import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import { denialOf } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';
import { copyTree } from '../../support/run/tree.ts';

let stage: Stage;
let worker: Person;
beforeAll(async () => {
  stage = await new Stage().withDev();
  worker = await stage.agent('worker');
  stage.write('src/a.ts', 'a\n');
  await worker.ok(['capture', '-m', 'first']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const DEV = 'dev@example.com';
const OWNER = 'owner@example.com';
const revoke = (...words: readonly string[]): readonly string[] => ['key', 'revoke', ...words];

async function isOut(...people: readonly Person[]): Promise<void> {
  stage.write('src/a.ts', 'b\n');
  for (const person of people) {
    await expectDenial(stage, person, { argv: ['capture'], code: 'CREDENTIAL_REVOKED' });
  }
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
}

/** Registers keys and gives them a role. */
async function enrol(name: string, role: string): Promise<Person> {
  const person = stage.person(name);
  const principal = `${name}@example.com`;
  const { text } = await person.answer('key-new', ['--no-passphrase', '--principal', principal]);
  await stage.owner.ok(['key', 'add', principal, text]);
  await stage.owner.ok(['grant', 'add', principal, role, 'acme/core']);
  await person.ok(['login']);
  return person;
}

describe('key revoke', () => {
  itNeedsARepository(revoke(DEV));

  it('ends keys with every token that they signed; what was captured before stays good', async () => {
    const answer = await stage.owner.answer('key-revoke', [DEV, '--reason', 'left']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer.principal).toBe(DEV);
    await isOut(stage.dev, worker);
    const { keys } = await stage.owner.answer('key-list');
    expect(keys.find(({ principal }) => principal === DEV)?.revoked).toBe(true);
    const { text } = await stage.dev.answer('key-export');
    await expectRefusal(stage.owner, ['key', 'add', DEV, text], { exit: 65, code: 'KEY_REJECTED' });
  });

  it('is everybody’s own, by the key alone', async () => {
    const { keys } = await stage.dev.answer('key-list');
    const root = keys.find(({ principal }) => principal === DEV)?.root ?? '';
    await stage.dev.ok(revoke(DEV, root));
    await isOut(stage.dev, worker);
    await expectRefusal(stage.owner, revoke(DEV), { exit: 65, code: 'NOT_FOUND' });
  });

  it('is followed by new keys, which an admin registers', async () => {
    await stage.owner.ok(revoke(DEV));
    stage.write('src/a.ts', 'b\n');
    const run = await stage.dev.run(['capture', '-m', 'late', '--json']);
    expect(denialOf(run).why).toContain('heddle key new --replace');
    await expectRefusal(stage.dev, ['key', 'new', '--no-passphrase'], { exit: 73, code: 'OUTPUT_EXISTS' });
    const { text } = await stage.dev.answer('key-new', ['--replace', '--no-passphrase']);
    await stage.owner.ok(['key', 'add', DEV, text]);
    await stage.dev.ok(['login']);
    await stage.dev.ok(['capture', '-m', 'with new keys']);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('is never an agent’s, not even of its principal’s keys, nor of whoever stands below', async () => {
    await expectDenial(stage, worker, { argv: revoke(DEV), code: 'FLOOR' });
    await expectDenial(stage, stage.dev, { argv: revoke(OWNER), code: 'ROLE_NONE' });
    const admin = await enrol('admin', 'admin');
    const run = await expectDenial(stage, admin, { argv: revoke(OWNER), code: 'ROLE_INSUFFICIENT' });
    expect(denialOf(run).required).toEqual({ role: 'owner', at: 'acme/core' });
    await admin.ok(revoke(DEV));
    await isOut(stage.dev);
  });

  it('leaves the last owner, and lets one of two go', async () => {
    const before = stage.footprint();
    await expectRefusal(stage.owner, revoke(OWNER), { exit: 65, code: 'KEY_REVOCATION_REFUSED' });
    expect(stage.footprint()).toEqual(before);
    const second = await enrol('second', 'owner');
    await second.ok(revoke(OWNER));
    stage.write('src/a.ts', 'b\n');
    await expectDenial(stage, stage.owner, { argv: ['freeze'], code: 'CREDENTIAL_REVOKED' });
    await expectRefusal(second, revoke('second@example.com'), { exit: 65, code: 'KEY_REVOCATION_REFUSED' });
    expect((await second.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('passes a freeze for owners alone', async () => {
    await stage.owner.ok(['freeze']);
    await expectDenial(stage, stage.dev, { argv: revoke(DEV), code: 'FROZEN' });
    await stage.owner.ok(revoke(DEV));
  });

  it('has no way back, and refuses what names nothing', async () => {
    const { operation } = await stage.owner.answer('key-revoke', [DEV]);
    for (const argv of [['undo'], ['undo', operation]]) {
      await expectRefusal(stage.owner, argv, { exit: 65, code: 'UNDO_REFUSED' });
    }
    const before = stage.footprint();
    await expectRefusal(stage.owner, revoke(), { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.owner, revoke('nobody@example.com'), { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.owner, revoke(OWNER, 'abcd'), { exit: 65, code: 'NOT_FOUND' });
    expect(stage.footprint()).toEqual(before);
  });

  it('is not outlived by dating back', async () => {
    const copy = stage.beside('copy');
    copyTree(stage.path, copy);
    writeFileSync(`${copy}/src/a.ts`, 'later\n');
    await stage.owner.ok(revoke(DEV));
    const { state } = await stage.dev.answer('capture', [], { cwd: copy });
    stage.git('fetch', '-q', copy, `+${threadRef('task/login')}:${threadRef('task/login')}`);
    const { findings } = await stage.owner.answer('verify', ['--all'], { exit: 1 });
    expect(findings.filter(({ kind }) => kind === 'state')).toMatchObject([{ subject: state }]);
  });
});
