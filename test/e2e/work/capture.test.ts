import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { denialOf } from '../../support/cli/run-heddle.ts';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, found } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  await stage.agent('review-worker', { more: ['--provider', 'example', '--model', 'm-1'] });
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

describe('capture', () => {
  itNeedsARepository(['capture']);

  it('saves the work tree as a signed state of its actor', async () => {
    stage.write('src/a.ts', 'a\n');
    const agent = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('review-worker.hcred') });
    const answer = await agent.answer('capture', [
      '-m',
      'An intent',
      '--confidence',
      '0.8',
      '--session',
      's-1',
    ]);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      created: true,
      thread: 'task/login',
      parents: [],
      changed: [{ path: 'src/a.ts', change: 'added' }],
    });
    const { state } = await agent.answer('show', [answer.state]);
    expect(state).toMatchObject({
      state: answer.state,
      intent: 'An intent',
      attestation: 'verified',
      via: ['review-worker'],
      actor: {
        principal: 'dev@example.com',
        agent: 'review-worker',
        provider: 'example',
        model: 'm-1',
        session: 's-1',
        confidence: '0.80',
      },
    });
    expect((await stage.owner.answer('verify', ['--all'])).ok).toBe(true);
  });

  it('makes no state where nothing changed, and says so', async () => {
    stage.write('src/a.ts', 'a\n');
    const { state } = await stage.dev.answer('capture');
    const before = stage.footprint();
    const again = await stage.dev.answer('capture', ['-m', 'again']);
    expect(again).toMatchObject({ state, created: false, changed: [], operation: null });
    expect(stage.footprint()).toEqual(before);
    expect((await stage.dev.ok(['capture'])).stdout).toMatch(/nothing changed/i);
  });

  it('leaves the branch, the index and the work tree of Git as they were', async () => {
    stage.write('staged', 'staged\n');
    stage.git('add', 'staged');
    stage.write('loose', 'loose\n');
    const index = (): string =>
      createHash('sha256')
        .update(readFileSync(join(stage.path, '.git', 'index')))
        .digest('hex');
    // `git status` refreshes the index: it goes first.
    const look = (): unknown => [
      stage.git('status', '--porcelain=v2'),
      stage.git('for-each-ref', 'refs/heads'),
      index(),
    ];
    const before = look();
    await stage.dev.ok(['capture']);
    expect(look()).toEqual(before);
  });

  it('is denied outside the scope, with one log line that lists all that was refused', async () => {
    const agent = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('review-worker.hcred') });
    stage.write('src/a.ts', 'a\n');
    stage.write('docs/b.md', 'b\n');
    stage.write('README', 'c\n');
    const run = await expectDenial(stage, agent, { argv: ['capture'], code: 'SCOPE_RESOURCE' });
    expect(denialOf(run).denied.toSorted()).toEqual([
      'acme/core@task/login:README',
      'acme/core@task/login:docs/b.md',
    ]);
  });

  it('is denied without the role', async () => {
    await stage.owner.ok(['grant', 'add', 'dev@example.com', 'reader', 'acme/core']);
    const { grants } = await stage.owner.answer('grant-list', ['--principal', 'dev@example.com']);
    const developer = found(grants.find(({ role }) => role === 'developer'));
    await stage.owner.ok(['grant', 'remove', developer.id]);
    stage.write('src/a.ts', 'a\n');
    const run = await expectDenial(stage, stage.dev, { argv: ['capture'], code: 'ROLE_INSUFFICIENT' });
    expect(denialOf(run)).toMatchObject({
      required: { role: 'developer' },
      held: { role: 'reader', at: 'acme/core', by: 'owner@example.com' },
    });
  });

  it('is denied to a detected agent without a credential of its own', async () => {
    stage.write('src/a.ts', 'a\n');
    const agent = stage.dev.with({ AI_AGENT: 'somebody' });
    const run = await expectDenial(stage, agent, { argv: ['capture'], code: 'CREDENTIAL_MISSING' });
    expect(denialOf(run).fixes[0]?.argv.slice(0, 3)).toEqual(['heddle', 'token', 'attenuate']);
  });

  describe('of paths', () => {
    beforeEach(async () => {
      for (const path of ['src/a.ts', 'src/b.ts', 'docs/c.md']) stage.write(path, 'one\n');
      await stage.dev.ok(['capture', '-m', 'All']);
      for (const path of ['src/a.ts', 'src/new.ts']) stage.write(path, 'two\n');
      stage.repository.remove('src/b.ts');
      stage.repository.remove('docs/c.md');
    });

    const status = async (): Promise<readonly string[]> =>
      ((await stage.dev.answer('status')).changed ?? []).map(({ path }) => path);

    it('saves what changed there, and leaves the rest to the next one', async () => {
      const answer = await stage.dev.answer('capture', ['-m', 'Some', '--', 'src/b.ts', 'docs']);
      expect(schemaProblems(answer)).toEqual([]);
      expect(answer.changed).toEqual([
        { path: 'docs/c.md', change: 'deleted' },
        { path: 'src/b.ts', change: 'deleted' },
      ]);
      const { stdout } = await stage.dev.ok(['diff', found(answer.parents[0]), answer.state, '--stat']);
      expect(stdout).not.toContain('src/a.ts');
      expect(await status()).toEqual(['src/a.ts', 'src/new.ts']);
      const cwd = `${stage.path}/src`;
      const next = await stage.dev.answer('capture', ['-m', 'Here', '--', '.'], { cwd });
      expect(next.changed.map(({ path }) => path)).toEqual(['src/a.ts', 'src/new.ts']);
      expect(await status()).toEqual([]);
      expect((await stage.owner.answer('verify', ['--all'])).ok).toBe(true);
    });

    it('can be taken back, and asks for nothing but what it touches', async () => {
      await stage.agent('narrow', { resource: 'acme/core@task/login:src/a.ts' });
      const agent = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('narrow.hcred') });
      await expectDenial(stage, agent, { argv: ['capture', '--', 'src'], code: 'SCOPE_RESOURCE' });
      await agent.ok(['capture', '--', 'src/a.ts']);
      expect(await status()).toEqual(['docs/c.md', 'src/b.ts', 'src/new.ts']);
      await stage.dev.ok(['capture', '--', 'docs']);
      await stage.dev.ok(['undo']);
      expect(await status()).toEqual(['docs/c.md', 'src/b.ts', 'src/new.ts']);
    });

    it('takes a file away that stands where a named one comes to lie, and asks for that too', async () => {
      stage.write('docs/c.md', 'one\n');
      stage.repository.remove('docs/c.md');
      stage.write('docs/c.md/deep', 'deep\n');
      await stage.agent('narrow', { resource: 'acme/core@task/login:docs/c.md/deep' });
      const agent = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('narrow.hcred') });
      const argv = ['capture', '--', 'docs/c.md/deep'];
      const run = await expectDenial(stage, agent, { argv, code: 'SCOPE_RESOURCE' });
      expect(denialOf(run).denied).toEqual(['acme/core@task/login:docs/c.md']);
      const { changed } = await stage.dev.answer('capture', ['--', 'docs/c.md/deep']);
      expect(changed.map(({ path }) => path)).toEqual(['docs/c.md', 'docs/c.md/deep']);
      expect((await stage.owner.answer('verify', ['--all'])).ok).toBe(true);
    });

    it('refuses a path where nothing changed, and what is no path; nothing is saved', async () => {
      const before = stage.footprint();
      await expectRefusal(stage.dev, ['capture', '--', 'src/a.ts', 'none'], { exit: 65, code: 'NOT_FOUND' });
      await expectRefusal(stage.dev, ['capture', '--', '../x'], { exit: 64, code: 'PATH_INVALID' });
      await expectRefusal(stage.dev, ['capture', '--', '-m'], { exit: 65, code: 'NOT_FOUND' });
      await expectRefusal(stage.dev, ['capture', '--', ''], { exit: 64, code: 'USAGE' });
      expect(stage.footprint()).toEqual(before);
    });

    it('begins a thread with a part of the work tree beside what Git has', async () => {
      stage.git('add', 'src/a.ts');
      stage.git('commit', '-q', '-m', 'in git');
      await stage.dev.ok(['start', 'task/part', '--from', 'HEAD', '--worktree', stage.beside('part')]);
      const cwd = stage.beside('part');
      writeFileSync(join(cwd, 'x'), 'x');
      writeFileSync(join(cwd, 'y'), 'y');
      const { changed } = await stage.dev.answer('capture', ['--', 'y'], { cwd });
      expect(changed).toEqual([{ path: 'y', change: 'added' }]);
      const { stdout } = await stage.dev.ok(['diff', 'HEAD', 'task/part'], { cwd });
      expect(stdout).not.toContain('src/a.ts');
      expect((await stage.owner.answer('verify', ['--all'])).ok).toBe(true);
    });
  });

  it('asks deletions like everything else that was touched', async () => {
    const agent = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('review-worker.hcred') });
    rmSync(join(stage.path, 'README'));
    await expectDenial(stage, agent, { argv: ['capture'], code: 'SCOPE_RESOURCE' });
  });

  it('needs a thread', async () => {
    stage.git('worktree', 'add', '-q', '--detach', '../elsewhere');
    await expectRefusal(stage.dev, ['capture'], {
      exit: 65,
      code: 'THREAD_NOT_STARTED',
      cwd: stage.beside('elsewhere'),
    });
  });

  it.each([
    [['--confidence', '1.5'], 'CONFIDENCE_INVALID'],
    [['--confidence', 'high'], 'CONFIDENCE_INVALID'],
    [['--provider', 'p'], 'PROVIDER_MODEL_PAIR'],
    [['--model', 'm'], 'PROVIDER_MODEL_PAIR'],
    [['--op-id', 'not-a-uuid'], 'USAGE'],
    [['--max-bytes', 'many'], 'USAGE'],
    [['extra'], 'USAGE'],
  ])('refuses %j and writes nothing', async (more, code) => {
    stage.write('src/a.ts', 'a\n');
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['capture', ...more], { exit: 64, code });
    expect(stage.footprint()).toEqual(before);
  });

  it('refuses a file over the limit by name, and writes nothing', async () => {
    stage.write('src/big.bin', 'x'.repeat(2000));
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['capture', '--max-bytes', '1000'], { exit: 65, code: 'FILE_TOO_LARGE' });
    const { stderr } = await stage.dev.run(['capture', '--max-bytes', '1000']);
    expect(stderr).toContain('src/big.bin');
    expect(stage.footprint()).toEqual(before);
  });

  it('returns the first result for the same request id, and refuses it for another request', async () => {
    const id = '0a5f7b1c-2d3e-4f60-8123-456789abcdef';
    stage.write('src/a.ts', 'a\n');
    const first = await stage.dev.answer('capture', ['-m', 'one', '--op-id', id]);
    stage.write('src/a.ts', 'changed since\n');
    const before = stage.footprint();
    expect(await stage.dev.answer('capture', ['-m', 'one', '--op-id', id])).toEqual(first);
    expect(stage.footprint()).toEqual(before);
    await expectRefusal(stage.dev, ['capture', '-m', 'two', '--op-id', id], {
      exit: 65,
      code: 'OPERATION_ID_REUSED',
    });
  });

  it('refuses to save where the thread has moved on, and names the ways out', async () => {
    stage.write('src/a.ts', 'a\n');
    await stage.dev.ok(['capture']);
    stage.write('src/a.ts', 'b\n');
    await stage.dev.ok(['capture']);
    stage.git('update-ref', 'refs/heddle/threads/task/login', 'refs/heddle/threads/task/login^');
    stage.write('src/a.ts', 'c\n');
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['capture'], { exit: 65, code: 'THREAD_DIVERGED' });
    expect((await stage.dev.run(['capture'])).stderr).toContain('heddle start');
    expect(stage.footprint()).toEqual(before);
  });
});
