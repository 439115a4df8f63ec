import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { found, Stage, type Person } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

const MAIN = 'acme/core@heads/main';
const LAND = ['land', 'task/login', '--onto', 'main'];

let stage: Stage;
let agent: Person;
/** `task/login` has one state of an agent of dev's; main is checked out, without a policy. */
beforeAll(async () => {
  stage = new Stage();
  stage.write('src/app.txt', 'one\n');
  stage.repository.commit('base');
  await stage.withDev();
  agent = await stage.agent('writer', { more: ['--provider', 'example', '--model', 'model-1'] });
  stage.write('src/app.txt', 'two\n');
  await agent.ok(['capture', '-m', 'first', '--confidence', '0.70']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const findings = async (): Promise<readonly { readonly message: string }[]> =>
  (await stage.owner.answer('verify', ['--all'])).findings;

describe('review', () => {
  itNeedsARepository(['review', 'task/login', '--approve']);

  it('shows what a reviewer needs, and records what they say', async () => {
    const shown = await stage.owner.json(['review', 'task/login']);
    expect(schemaProblems(shown)).toEqual([]);
    expect(shown).toMatchObject({
      schema: 'heddle/review-show/v1',
      branch: 'main',
      states: [{ actor: { agent: 'writer', model: 'model-1', confidence: '0.70' } }],
      changed: [{ path: 'src/app.txt', change: 'modified' }],
      rules: { approvals: null, missing: [] },
    });
    const state = String(shown['state']);
    const text = await stage.owner.ok(['review', 'task/login', '--approve', '--state', state, '-m', 'good']);
    expect(text.stdout).toContain('approved task/login at hs-');
    const list = await stage.owner.answer('review-list', ['task/login']);
    expect(schemaProblems({ schema: 'heddle/review-list/v1', ...list })).toEqual([]);
    expect(list.reviews).toMatchObject([{ verdict: 'approve', message: 'good', stands: true }]);
    expect(await findings()).toEqual([]);
    expect(stage.leftovers()).toEqual([]);
  });

  it('is denied without the role, and refused for what it cannot be about', async () => {
    await expectDenial(stage, stage.dev, {
      argv: ['review', 'task/login', '--approve'],
      code: 'ROLE_INSUFFICIENT',
    });
    const before = stage.footprint();
    await expectRefusal(stage.owner, ['review', 'task/other', '--approve'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.owner, ['review', 'task/login', '--reject'], { exit: 64, code: 'USAGE' });
    await expectRefusal(stage.owner, ['review', 'task/login', '--approve', '--reject', '-m', 'x'], {
      exit: 64,
      code: 'USAGE',
    });
    await expectRefusal(stage.owner, ['review', 'task/login', '--approve', '--state', 'hs-00000000'], {
      exit: 65,
      code: 'THREAD_DIVERGED',
    });
    expect(stage.footprint()).toEqual(before);
  });

  it('is taken back by another review, and not by undo', async () => {
    await stage.owner.ok(['review', 'task/login', '--approve']);
    await expectRefusal(stage.owner, ['undo'], { exit: 65, code: 'UNDO_REFUSED' });
    await stage.owner.ok(['review', 'task/login', '--withdraw']);
    const { reviews } = await stage.owner.answer('review-list');
    expect(reviews.map(({ verdict, stands }) => [verdict, stands])).toEqual([
      ['withdraw', false],
      ['approve', false],
    ]);
  });
});

describe('a policy that asks for approvals', () => {
  beforeEach(() => stage.owner.ok(['policy', 'set', MAIN, '--approvals', '1']));

  it('keeps a thread from the branch until somebody else approves it, and its fix is a promise', async () => {
    const rehearsed = await stage.owner.ok([...LAND, '--dry-run']);
    expect(rehearsed.stderr).toContain('REVIEW_MISSING');
    await expectDenial(stage, stage.owner, { argv: LAND, code: 'REVIEW_MISSING' });
    const { fixes, rule } = denialOf(await stage.owner.run([...LAND, '--json']));
    expect(rule).toMatchObject({ rule: 'approvals', at: MAIN });
    expect(fixes[0]?.who).toEqual(['owner@example.com']);
    const missing = (await stage.owner.answer('status')).attention.map(({ message }) => message);
    expect(missing.join()).toContain('to approve what is landed');
    expect((await stage.owner.answer('thread-show', ['task/login'])).missing).toHaveLength(1);
    await stage.owner.ok(found(fixes[0]).argv.slice(1));
    expect((await stage.owner.answer('land', LAND.slice(1))).landed).toBe(true);
    expect(await findings()).toEqual([]);
  });

  it('is not satisfied by an approval from before the newest state, and one that rejects stays', async () => {
    await stage.owner.ok(['review', 'task/login', '--approve']);
    stage.write('src/app.txt', 'three\n');
    await agent.ok(['capture', '-m', 'more']);
    await expectDenial(stage, stage.owner, { argv: LAND, code: 'REVIEW_MISSING' });
    await stage.owner.ok(['review', 'task/login', '--reject', '-m', 'tests are missing']);
    stage.write('src/app.txt', 'four\n');
    await agent.ok(['capture', '-m', 'tests']);
    await expectDenial(stage, stage.owner, { argv: LAND, code: 'REVIEW_REJECTED' });
    await stage.owner.ok(['review', 'task/login', '--approve']);
    await stage.owner.ok(LAND);
    // Nobody is asked about what is there.
    const landed = await stage.owner.json(['review', 'task/login', '--onto', 'main']);
    expect(landed).toMatchObject({ states: [], rules: { approvals: 1, missing: [] } });
    const { stdout } = await stage.owner.ok(['review', 'task/login', '--onto', 'main']);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('main has all of it');
    // What comes on top of it is judged by itself.
    stage.write('src/app.txt', 'five\n');
    await agent.ok(['capture', '-m', 'after']);
    await stage.owner.ok(['review', 'task/login', '--approve']);
    await stage.owner.ok(LAND);
    expect(await findings()).toEqual([]);
  });

  it('is not satisfied by the author, nor by another agent of the same principal', async () => {
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core@task']);
    const checker = await stage.agent('checker', {
      allow: 'review,state:read',
      resource: 'acme/core@task',
      more: ['--provider', 'other', '--model', 'model-2'],
    });
    await stage.dev.ok(['review', 'task/login', '--approve']);
    await checker.ok(['review', 'task/login', '--approve']);
    await expectDenial(stage, stage.owner, { argv: LAND, code: 'REVIEW_MISSING' });
    // With another rule in its place the agent on the other provider counts.
    await stage.owner.ok(['policy', 'set', MAIN, '--reviewer', 'provider']);
    await stage.owner.ok(LAND);
    expect(await findings()).toEqual([]);
  });

  it('is not satisfied by who wrote what somebody else split off', async () => {
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core@task']);
    await stage.owner.ok(['thread', 'split', 'task/login', '--into', 'task/part', '--keep', '--', 'src']);
    await stage.dev.ok(['review', 'task/part', '--approve']);
    stage.git('switch', '-q', '--detach');
    const land = ['land', 'task/part', '--onto', 'main'];
    await expectDenial(stage, stage.owner, { argv: land, code: 'REVIEW_MISSING' });
    await stage.owner.ok(['policy', 'set', MAIN, '--reviewer', 'key']);
    await stage.owner.ok(land);
    expect(await findings()).toEqual([]);
  });

  it('is not satisfied while commits come along that the branch lacks, and what they bring is shown', async () => {
    stage.git('switch', '-q', '-c', 'side');
    stage.write('src/side.txt', 'side\n');
    stage.git('add', 'src');
    stage.git('commit', '-q', '-m', 'side');
    stage.git('switch', '-q', 'main');
    const directory = stage.beside('side');
    await stage.dev.ok(['start', 'task/side', '--from', 'side', '--worktree', directory]);
    writeFileSync(join(directory, 'src', 'more.txt'), 'more\n');
    await stage.dev.ok(['capture'], { cwd: directory });
    await stage.owner.ok(['review', 'task/side', '--approve']);
    const shown = await stage.owner.json(['review', 'task/side', '--onto', 'main']);
    // What differs in app.txt was committed on side, too.
    expect(shown['changed']).toMatchObject([
      { path: 'src/app.txt' },
      { path: 'src/more.txt' },
      { path: 'src/side.txt' },
    ]);
    expect(JSON.stringify(shown['rules'])).toContain('which main lacks');
    const argv = ['land', 'task/side', '--onto', 'main'];
    await expectDenial(stage, stage.owner, { argv, code: 'REVIEW_MISSING' });
    stage.git('switch', '-q', '--detach');
    stage.git('branch', '-f', 'main', 'side');
    await stage.owner.ok(argv);
    expect(await findings()).toEqual([]);
  });

  it('is judged again by verify, for a landing whose review is not there', async () => {
    await stage.owner.ok(['review', 'task/login', '--approve']);
    await stage.owner.ok(LAND);
    stage.git('update-ref', '-d', 'refs/heddle/reviews');
    const { findings: told } = await stage.owner.answer('verify', ['--all'], { exit: 1 });
    expect(told.map(({ message }) => message).join('\n')).toContain('REVIEW_MISSING');
  });

  it('no longer counts a reviewer whose session was revoked', async () => {
    const { session } = await stage.owner.answer('token-inspect');
    await stage.owner.ok(['review', 'task/login', '--approve']);
    await stage.owner.ok(['login']);
    await stage.owner.ok(['token', 'revoke', '--session', session, '--reason', 'lost']);
    await expectDenial(stage, stage.owner, { argv: LAND, code: 'REVIEW_MISSING' });
  });
});

describe('a policy about trailers', () => {
  it('decides where nothing is said, and wins over the flag and the message', async () => {
    await stage.owner.ok(['policy', 'set', MAIN, '--trailers', 'none']);
    await expectDenial(stage, stage.owner, {
      argv: [...LAND, '--trailers', 'assisted-by'],
      code: 'POLICY_TRAILERS',
    });
    const message = 'Let people log in\n\nCo-authored-by: writer <writer@example.com>';
    await expectDenial(stage, stage.owner, { argv: [...LAND, '-m', message], code: 'POLICY_TRAILERS' });
    await stage.owner.ok(LAND);
    expect(stage.git('log', '-1', '--format=%B', 'main')).not.toMatch(/assisted-by|co-authored-by/i);
    expect(await findings()).toEqual([]);
  });
});
