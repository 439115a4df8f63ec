import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf, story } from '../../support/cli/run-heddle.ts';
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

const OTHER = ['start', 'release/1'];

/** Is denied, and asks. */
async function ask(person: Person, argv: readonly string[]): Promise<string> {
  const { id } = denialOf(await person.run([...argv, '--json']));
  const { request } = await person.answer('request', ['--denial', found(id)]);
  return found(request);
}

const findings = async (): Promise<unknown> => (await stage.owner.answer('verify', ['--all'])).findings;

describe('approve', () => {
  itNeedsARepository(['approve', 'hq-00000000']);

  it('gives the grant that is missing, and the same request passes', async () => {
    const request = await ask(stage.dev, OTHER);
    const before = stage.footprint();
    const rehearsed = await stage.owner.answer('approve', [request, '--dry-run']);
    expect(rehearsed).toMatchObject({ dryRun: true, gives: null, operation: null });
    expect(rehearsed.fix?.argv.slice(1, 3)).toEqual(['grant', 'add']);
    expect(stage.footprint()).toEqual(before);
    const answer = await stage.owner.json(['approve', request, '--reason', 'go ahead']);
    expect(schemaProblems(answer)).toEqual([]);
    await stage.dev.ok(OTHER);
    const shown = await stage.dev.answer('request-show', [request]);
    expect(shown.status).toBe('approved');
    expect(shown.entries.map(({ op }) => op)).toEqual(['request', 'approve']);
    expect(answer['requested']).toBe(shown.entries[0]?.id);
    expect(shown.answers[0]).toMatchObject({ verdict: 'approve', reason: 'go ahead' });
    const { grants } = await stage.owner.answer('grant-list', ['--principal', 'dev@example.com']);
    expect(grants.map(({ id }) => id)).toContain(shown.answers[0]?.gives?.grant);
    expect(await findings()).toEqual([]);
  });

  it('makes the credential that an agent lacks, private, and the same request passes', async () => {
    stage.write('docs/b.md', 'b\n');
    const request = await ask(worker, ['capture']);
    const file = stage.beside('wider.hcred');
    const text = await stage.dev.ok(['approve', request.slice(0, 12), '--out', file]);
    expect(text.stdout).toContain(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await stage.dev.ok(['capture'], { env: { HEDDLE_CREDENTIAL: file } });
    const { tokens } = await stage.dev.answer('token-list');
    expect(tokens.filter(({ agent, madeAt }) => agent === 'worker' && madeAt !== null)).toHaveLength(2);
    expect(await findings()).toEqual([]);
    // It was used: whoever wants another asks again.
    await expectRefusal(stage.dev, ['approve', request, '--out', stage.beside('x.hcred')], {
      exit: 65,
      code: 'REQUEST_CLOSED',
    });
    expect(existsSync(stage.beside('x.hcred'))).toBe(false);
  });

  it('makes a credential again that nobody could use yet, and overwrites nothing', async () => {
    stage.write('docs/b.md', 'b\n');
    const request = await ask(worker, ['capture']);
    const file = stage.beside('wider.hcred');
    writeFileSync(file, 'mine');
    const before = stage.footprint();
    const taken = await stage.dev.run(['approve', request, '--out', file]);
    expect(taken.exit, story(taken)).toBe(73);
    expect(stage.footprint()).toEqual(before);
    await stage.dev.ok(['approve', request, '--out', stage.beside('lost.hcred')]);
    const again = ['approve', request, '--out', stage.beside('again.hcred')];
    await expectRefusal(stage.dev, again, { exit: 65, code: 'REQUEST_CLOSED' });
    rmSync(stage.beside('lost.hcred'));
    await stage.dev.ok(again);
    await stage.dev.ok(['capture'], { env: { HEDDLE_CREDENTIAL: stage.beside('again.hcred') } });
    expect(await findings()).toEqual([]);
  });

  it('finds a name for what it makes where none was given', async () => {
    for (const name of ['b', 'c']) {
      stage.write(`docs/${name}.md`, 'b\n');
      await stage.dev.ok(['approve', await ask(worker, ['capture'])]);
    }
    expect(['worker.hcred', 'worker-2.hcred'].map((file) => existsSync(stage.beside(file)))).toEqual([
      true,
      true,
    ]);
  });

  it('is denied to whoever may not give it', async () => {
    const request = await ask(stage.dev, OTHER);
    await expectDenial(stage, stage.dev, { argv: ['approve', request], code: 'ROLE_NONE' });
    const agent = await stage.agent('other', {
      from: stage.owner,
      allow: 'state:read',
      resource: 'acme/core',
    });
    await expectDenial(stage, agent, { argv: ['approve', request], code: 'FLOOR' });
    const rehearsed = await stage.dev.run(['approve', request, '--dry-run', '--json']);
    expect(rehearsed.exit, story(rehearsed)).toBe(77);
    expect((await stage.owner.answer('request-show', [request])).status).toBe('open');
  });

  it('says so where no approval helps, or only somebody else’s', async () => {
    stage.write('docs/b.md', 'b\n');
    const request = await ask(worker, ['capture']);
    await expectRefusal(stage.owner, ['approve', request], { exit: 65, code: 'REQUEST_UNFIXABLE' });
    await stage.dev.ok(['token', 'revoke', '--token-file', stage.beside('worker.hcred')]);
    await expectRefusal(stage.dev, ['approve', request], { exit: 65, code: 'REQUEST_UNFIXABLE' });
    expect((await stage.dev.answer('request-list')).requests[0]?.fix).toBeNull();
  });

  it('answers what is allowed meanwhile without giving anything', async () => {
    const request = await ask(stage.dev, OTHER);
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'developer', 'acme/core']);
    const answer = await stage.owner.answer('approve', [request]);
    expect(answer).toMatchObject({ gives: null, fix: null, why: 'it is allowed already' });
    expect(await findings()).toEqual([]);
  });

  it('is refused once the request is answered, expired or unknown, and under an operation id repeats itself', async () => {
    const request = await ask(stage.dev, OTHER);
    const id = '00000000-0000-4000-8000-000000000001';
    const first = await stage.owner.answer('approve', [request, '--op-id', id]);
    const before = stage.footprint();
    expect(await stage.owner.answer('approve', [request, '--op-id', id])).toEqual(first);
    expect(stage.footprint()).toEqual(before);
    await expectRefusal(stage.owner, ['approve', request], { exit: 65, code: 'REQUEST_CLOSED' });
    await expectRefusal(stage.owner, ['deny', request, '--reason', 'late'], {
      exit: 65,
      code: 'REQUEST_CLOSED',
    });
    await expectRefusal(stage.owner, ['approve', 'hq-zzzzzzzz'], { exit: 65, code: 'NOT_FOUND' });
    const short = await stage.dev.answer('request', ['review', 'acme/core@task', '--ttl', '1s']);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await expectRefusal(stage.owner, ['approve', found(short.request)], { exit: 65, code: 'REQUEST_CLOSED' });
    expect((await stage.owner.answer('request-show', [found(short.request)])).status).toBe('expired');
  });

  it('by two at once is done once', async () => {
    const request = await ask(stage.dev, OTHER);
    const runs = await Promise.all([0, 1].map(() => stage.owner.run(['approve', request])));
    expect(runs.map(({ exit }) => exit).toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 65]);
    expect((await stage.owner.answer('request-show', [request])).answers).toHaveLength(1);
    expect(await findings()).toEqual([]);
  });

  it('is not undone, and says which command takes it back', async () => {
    const request = await ask(stage.dev, OTHER);
    const { operation } = await stage.owner.answer('approve', [request]);
    const run = await stage.owner.run(['undo', found(operation)]);
    expect(run.exit, story(run)).toBe(65);
    expect(run.stderr).toMatch(/heddle grant remove hg-/);
    await expectRefusal(stage.owner, ['undo'], { exit: 65, code: 'UNDO_REFUSED' });
  });
});

describe('deny', () => {
  itNeedsARepository(['deny', 'hq-00000000', '--reason', 'no']);

  it('refuses a request for good, and says why', async () => {
    const request = await ask(stage.dev, OTHER);
    const answer = await stage.owner.json(['deny', request, '--reason', 'not before the review']);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ withdrawn: false });
    expect((await stage.dev.ok(['request', 'show', request])).stdout).toContain('not before the review');
    expect((await stage.dev.answer('request-list')).requests).toEqual([]);
    await expectRefusal(stage.owner, ['approve', request], { exit: 65, code: 'REQUEST_CLOSED' });
    expect(await findings()).toEqual([]);
  });

  it('takes back one’s own, an agent’s by its principal too', async () => {
    const own = await ask(stage.dev, OTHER);
    expect(await stage.dev.answer('deny', [own, '--reason', 'done otherwise'])).toMatchObject({
      withdrawn: true,
    });
    stage.write('docs/b.md', 'b\n');
    const first = await ask(worker, ['capture']);
    await stage.dev.ok(['deny', first, '--reason', 'no']);
    const second = await ask(worker, ['capture']);
    await worker.ok(['deny', second, '--reason', 'not needed']);
    expect(await findings()).toEqual([]);
  });

  it('is denied to others, and needs a reason', async () => {
    const request = await ask(stage.dev, OTHER);
    const agent = await stage.agent('sibling');
    await expectDenial(stage, agent, { argv: ['deny', request, '--reason', 'x'], code: 'FLOOR' });
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['deny', request], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.owner, ['deny', 'hq-zzzzzzzz', '--reason', 'x'], {
      exit: 65,
      code: 'NOT_FOUND',
    });
    expect(stage.footprint()).toEqual(before);
  });
});
