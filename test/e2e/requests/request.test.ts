import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { found, Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let worker: Person;
beforeAll(async () => {
  stage = await new Stage().withDev();
  worker = await stage.agent('worker');
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const LAND = ['request', 'thread:land', 'acme/core@heads/main'];
const SHORT = 'hq-'.length + 8;

describe('request', () => {
  itNeedsARepository(LAND);
  itNeedsARepository(['request', 'list']);
  itNeedsARepository(['request', 'show', 'hq-00000000']);

  it('asks for what a denial refused, and says who may answer', async () => {
    stage.write('docs/b.md', 'b\n');
    const denial = denialOf(await worker.run(['capture', '--json']));
    expect(denial.request).toEqual(['heddle', 'request', '--denial', denial.id]);
    const text = (await worker.run(['capture'])).stderr;
    const ask = found(/ask +heddle (request --denial ho-\w+)/.exec(text)?.[1]);
    const run = await worker.ok([...ask.split(' '), '--reason', 'the notes belong to it']);
    expect(run.stdout).toMatch(/asked for state:capture on acme\/core@task\/login:docs\/b\.md \(request hq-/);
    expect(run.stdout).toContain('run by  dev@example.com');
    // Beside the work tree, as the denial says it: what lies in it, `git add -A` takes along.
    expect(run.stdout).toContain('--out ../worker-2.hcred');
    const { requests } = await stage.owner.answer('request-list');
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      status: 'open',
      asked: { operation: 'state:capture', resources: denial.denied },
      principal: 'dev@example.com',
      via: ['worker'],
      reason: 'the notes belong to it',
      code: 'SCOPE_RESOURCE',
    });
    const shown = await stage.owner.answer('request-show', [found(requests[0]).request]);
    for (const { fix } of [found(requests[0]), shown]) expect(fix?.argv).toContain('../worker-2.hcred');
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('answers as published, and so do its lists', async () => {
    const made = await stage.dev.json(LAND);
    expect(schemaProblems(made)).toEqual([]);
    const id = String(made['request']);
    for (const argv of [
      ['request', 'list'],
      ['request', 'show', id.slice(0, SHORT)],
    ]) {
      expect(schemaProblems(await stage.owner.json(argv))).toEqual([]);
    }
    const shown = await stage.owner.answer('request-show', [id]);
    expect(shown.entries.map(({ op }) => op)).toEqual(['request']);
    expect(shown.fix?.who).toEqual(['owner@example.com']);
    expect((await stage.owner.ok(['request', 'show', id])).stdout).toContain('open');
    expect((await stage.owner.answer('status')).requests).toBe(1);
    expect((await stage.owner.ok(['status'])).stderr + (await stage.owner.ok(['status'])).stdout).toContain(
      '1 request waits for you',
    );
    expect((await stage.dev.answer('status')).requests).toBe(0);
  });

  it('needs no role and no scope, and asks for the same once', async () => {
    expect((await worker.answer('can', ['request', 'acme/core'])).allowed).toBe(true);
    const first = await worker.answer('request', LAND.slice(1));
    expect(first).toMatchObject({ created: true });
    const before = stage.footprint();
    const again = await worker.answer('request', LAND.slice(1));
    expect(again).toMatchObject({ created: false, request: first.request, operation: null });
    expect(stage.footprint()).toEqual(before);
  });

  it('records nothing where it is allowed already', async () => {
    const before = stage.footprint();
    const answer = await stage.dev.answer('request', ['state:capture', 'acme/core@task/login:src']);
    expect(answer).toMatchObject({ created: false, request: null, why: 'it is allowed already' });
    const run = await stage.dev.ok(['request', 'state:capture', 'acme/core@task/login:src']);
    expect(run.stdout).toContain('is allowed already');
    expect(stage.footprint()).toEqual(before);
  });

  it('is refused without a live credential, and while the repository is frozen', async () => {
    const detected = stage.dev.with({ CLAUDECODE: '1' });
    await expectDenial(stage, detected, { argv: LAND, code: 'CREDENTIAL_MISSING' });
    await stage.dev.ok(['token', 'revoke', '--token-file', stage.beside('worker.hcred')]);
    await expectDenial(stage, worker, { argv: LAND, code: 'CREDENTIAL_REVOKED' });
    await stage.owner.ok(['freeze']);
    await expectDenial(stage, stage.dev, { argv: LAND, code: 'FROZEN' });
  });

  it('refuses what it does not understand, and changes nothing', async () => {
    stage.write('docs/b.md', 'b\n');
    const { id } = denialOf(await worker.run(['capture', '--json']));
    const before = stage.footprint();
    for (const argv of [
      ['request'],
      ['request', 'thread:land'],
      ['request', 'lst'],
      [...LAND, '--denial', String(id)],
      [...LAND, '--ttl', '31d'],
      [...LAND, '--role', 'owner'],
      ['request', 'list', '--ttl', '1h'],
      ['request', '--ttl', '1h', 'list'],
      ['request', 'show'],
      [...LAND, '--reason', ' '],
    ]) {
      await expectRefusal(stage.dev, argv, { exit: 64, code: 'USAGE' });
    }
    await expectRefusal(stage.dev, ['request', 'thread:land', 'a//b'], {
      exit: 64,
      code: 'RESOURCE_INVALID',
    });
    await expectRefusal(stage.dev, [...LAND, '--ttl', 'soon'], { exit: 64, code: 'DURATION_INVALID' });
    // A denial is its own caller's.
    await expectRefusal(stage.dev, ['request', '--denial', String(id)], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['request', 'show', 'hq-zzzzzzzz'], { exit: 65, code: 'NOT_FOUND' });
    const { stderr } = await stage.dev.run(['request', 'show', 'hq-zzzzzzzz']);
    expect(stderr).toContain('hint: see them with `heddle request list`');
    await expectRefusal(stage.dev, ['request', 'show', 'hq-z'], { exit: 65, code: 'AMBIGUOUS' });
    expect(stage.footprint()).toEqual(before);
  });

  it('is limited to sixteen open ones of a key', async () => {
    for (let at = 0; at < 16; at += 1) await stage.dev.ok([...LAND.slice(0, 2), `acme/core@heads/b${at}`]);
    const before = stage.footprint();
    await expectRefusal(stage.dev, LAND, { exit: 65, code: 'REQUEST_LIMIT' });
    expect(stage.footprint()).toEqual(before);
    await worker.ok(LAND);
  });

  it('shows hostile words of others escaped', async () => {
    await stage.dev.ok([...LAND, '--reason', 'x\u001b[31mred\nline']);
    const { stdout } = await stage.owner.ok(['request', 'list']);
    expect(stdout).toContain('x\\x1b[31mred');
  });
});
