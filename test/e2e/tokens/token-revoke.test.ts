import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';
import { copyTree } from '../../support/run/tree.ts';

let stage: Stage;
let worker: Person;
let inner: Person;
beforeAll(async () => {
  stage = await new Stage().withDev();
  worker = await stage.agent('worker');
  inner = await stage.agent('inner', { from: worker });
  stage.write('src/a.ts', 'a\n');
  await worker.ok(['capture', '-m', 'first']);
  stage.write('src/a.ts', 'b\n');
  await inner.ok(['capture', '-m', 'second']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

let edits = 0;
async function isRevoked(person: Person): Promise<void> {
  stage.write('src/a.ts', `${(edits += 1)}\n`);
  await expectDenial(stage, person, { argv: ['capture'], code: 'CREDENTIAL_REVOKED' });
}

async function works(person: Person): Promise<void> {
  stage.write('src/a.ts', `${(edits += 1)}\n`);
  await person.ok(['capture']);
}

async function expectSound(): Promise<void> {
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
}

const FILE = (name: string): readonly string[] => ['--token-file', `../${name}.hcred`];

describe('token revoke', () => {
  itNeedsARepository(['token', 'revoke', '--session', 's']);

  it('ends one child and what was made from it, at once; what it captured before stays good', async () => {
    const answer = await stage.dev.answer('token-revoke', [...FILE('worker'), '--reason', 'odd']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ session: null, principal: 'dev@example.com', via: ['worker'] });
    await isRevoked(worker);
    await isRevoked(inner);
    await works(stage.dev);
    await expectSound();
    expect((await stage.dev.answer('token-inspect', FILE('worker'))).trust).toBe('revoked');
  });

  it('is anyone’s who handed the token on, and of what they handed on alone', async () => {
    const sibling = await stage.agent('sibling');
    await stage.agent('cousin', { from: sibling });
    for (const file of ['worker', 'cousin']) {
      await expectDenial(stage, inner, { argv: ['token', 'revoke', ...FILE(file)], code: 'FLOOR' });
    }
    await expectDenial(stage, worker, { argv: ['token', 'revoke', ...FILE('cousin')], code: 'FLOOR' });
    const { id } = await worker.answer('token-revoke', FILE('inner'));
    expect(id).not.toBeNull();
    await isRevoked(inner);
    await works(worker);
    await expectSound();
    await worker.ok(['token', 'revoke', ...FILE('worker')]);
    await isRevoked(worker);
    await expectSound();
  });

  it('of a session ends all its descendants; its principal may in another, and an admin', async () => {
    const { session } = await stage.dev.answer('token-inspect');
    await stage.dev.ok(['login']);
    const own = await stage.dev.answer('token-revoke', ['--session', session]);
    expect(own).toMatchObject({ session: null, principal: 'dev@example.com', via: [] });
    await isRevoked(inner);
    await works(stage.dev);
    const next = (await stage.dev.answer('token-inspect')).session;
    const others = await stage.owner.answer('token-revoke', ['--session', next]);
    expect(others).toMatchObject({ session: next, principal: 'dev@example.com' });
    await isRevoked(stage.dev);
    await stage.dev.ok(['login']);
    await works(stage.dev);
    await expectSound();
  });

  it('takes the revocation id that inspect shows', async () => {
    const { blocks } = await stage.dev.answer('token-inspect', FILE('inner'));
    const answer = await stage.dev.answer('token-revoke', ['--block', blocks[1]?.revocationId ?? '']);
    expect(answer.via).toEqual(['worker']);
    await isRevoked(inner);
  });

  it('is an admin’s for what others made, and one log line for whoever may not', async () => {
    const { session } = await stage.owner.answer('token-inspect');
    const argv = ['token', 'revoke', '--session', session];
    await expectDenial(stage, stage.dev, { argv, code: 'ROLE_NONE' });
    await expectDenial(stage, worker, { argv, code: 'FLOOR' });
    await stage.owner.ok(['token', 'revoke', ...FILE('worker')]);
    await isRevoked(worker);
    await expectSound();
  });

  it('does nothing the second time, nor below what is revoked', async () => {
    await stage.dev.ok(['token', 'revoke', ...FILE('worker')]);
    const before = stage.footprint();
    for (const file of ['worker', 'inner']) {
      const answer = await stage.dev.answer('token-revoke', FILE(file));
      expect(schemaProblems(answer)).toEqual([]);
      expect(answer).toMatchObject({ id: null, operation: null });
    }
    expect(stage.footprint()).toEqual(before);
  });

  it('has no way back', async () => {
    const { operation } = await stage.dev.answer('token-revoke', FILE('worker'));
    for (const argv of [['undo'], ['undo', operation ?? '']]) {
      await expectRefusal(stage.dev, argv, { exit: 65, code: 'UNDO_REFUSED' });
    }
  });

  it('refuses what names nothing', async () => {
    const usage = { exit: 64, code: 'USAGE' };
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['token', 'revoke'], usage);
    await expectRefusal(stage.dev, ['token', 'revoke', '--session', 's', ...FILE('inner')], usage);
    await expectRefusal(stage.dev, ['token', 'revoke', '--block', 'abc'], usage);
    await expectRefusal(stage.dev, ['token', 'revoke', '--session', ''], usage);
    writeFileSync(stage.beside('garbage'), 'AAAA');
    const garbage = ['token', 'revoke', '--token-file', '../garbage'];
    await expectRefusal(stage.dev, garbage, { exit: 65, code: 'TOKEN_INVALID' });
    expect(stage.footprint()).toEqual(before);
  });

  it('finds what a revoked agent dates back to before it was revoked', async () => {
    const copy = stage.beside('copy');
    copyTree(stage.path, copy);
    writeFileSync(`${copy}/src/a.ts`, 'later\n');
    await stage.dev.ok(['token', 'revoke', ...FILE('inner')]);
    await expectSound();
    const { state } = await inner.answer('capture', [], { cwd: copy });
    const ref = threadRef('task/login');
    stage.git('fetch', '-q', copy, `+${ref}:${ref}`);
    const run = await stage.owner.answer('verify', ['--all'], { exit: 1 });
    const about = run.findings.filter(({ subject }) => subject === state);
    expect(about.map(({ message }) => message).join()).toMatch(/revoked by hg-\w+, which had not seen it/);
    expect(run.findings.filter(({ kind }) => kind === 'state')).toHaveLength(1);
  });
});
