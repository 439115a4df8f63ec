import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let head: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  const agent = await stage.agent('worker', { resource: 'acme/core@task/login' });
  stage.write('src/a.ts', 'one\n');
  stage.write('docs/a.md', 'line\n');
  stage.write('README', 'changed\n');
  head = (await agent.answer('capture', ['-m', 'Both'])).state;
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const SPLIT = ['task/login', '--into', 'task/docs', '--', 'docs', 'README'];

async function expectSound(): Promise<void> {
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  expect(stage.leftovers()).toEqual([]);
}

describe('thread split', () => {
  itNeedsARepository(['thread', 'split', ...SPLIT]);

  it('gives each thread its part, in a worktree of its own, and blame still tells who wrote it', async () => {
    const docs = stage.beside('docs');
    const answer = await stage.dev.answer('thread-split', ['--worktree', docs, ...SPLIT]);
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      thread: 'task/docs',
      from: 'task/login',
      head,
      changed: [
        { path: 'README', change: 'modified' },
        { path: 'docs/a.md', change: 'added' },
      ],
      worktree: docs,
      dryRun: false,
    });
    expect(readFileSync(`${docs}/docs/a.md`, 'utf8')).toBe('line\n');
    expect(existsSync(`${docs}/src/a.ts`)).toBe(false);
    expect(existsSync(`${stage.path}/docs/a.md`)).toBe(false);
    expect(await stage.dev.answer('status')).toMatchObject({ state: answer.left, changed: [] });
    const blamed = await stage.dev.answer('blame', ['docs/a.md', '--at', 'task/docs']);
    expect(blamed.lines).toMatchObject([{ state: head, actor: { agent: 'worker' }, how: 'exact' }]);
    expect(readFileSync(`${stage.path}/README`, 'utf8')).toBe('first\n');
    const restored = await stage.dev.answer('blame', ['README', '--at', 'task/login']);
    expect(restored.lines).toMatchObject([{ state: null, how: 'unattributed' }]);
    await expectSound();
  });

  it('lands both apart', async () => {
    await stage.dev.ok(['thread', 'split', ...SPLIT]);
    await stage.owner.ok(['land', 'task/login', '--onto', 'main']);
    expect(stage.git('ls-tree', '-r', '--name-only', 'main')).not.toContain('docs/a.md');
    await stage.owner.ok(['land', 'task/docs', '--onto', 'main']);
    const files = stage.git('ls-tree', '-r', '--name-only', 'main');
    expect(files).toContain('docs/a.md');
    expect(files).toContain('src/a.ts');
    await expectSound();
  });

  it('says what it would do and what it did, and is undone', async () => {
    const before = stage.footprint();
    const dry = await stage.dev.ok(['thread', 'split', '--dry-run', ...SPLIT]);
    expect(dry.stdout).toBe(
      'would split task/docs from task/login\n  M README\n  A docs/a.md\nnothing was changed\n',
    );
    expect(stage.footprint()).toEqual(before);
    const run = await stage.dev.ok(['thread', 'split', ...SPLIT]);
    expect(run.stdout).toMatch(
      /^split task\/docs from task\/login, at hs-\w+\n {2}M README\n {2}A docs\/a\.md\n {2}task\/login goes on without it, from hs-\w+\n$/,
    );
    expect(await stage.dev.answer('undo')).toMatchObject({ op: 'thread-split', states: [head] });
    expect(readFileSync(`${stage.path}/docs/a.md`, 'utf8')).toBe('line\n');
    expect(stage.footprint().threads).toEqual(before.threads);
    await expectSound();
  });

  it('is refused over work that no state has, for names that are taken, and to whoever may not', async () => {
    await expectRefusal(stage.dev, ['thread', 'split', 'task/login', '--into', 'x', '--', 'none'], {
      exit: 65,
      code: 'NOT_FOUND',
    });
    await expectRefusal(stage.dev, ['thread', 'split', 'task/login', '--', 'docs'], {
      exit: 64,
      code: 'USAGE',
    });
    await expectRefusal(stage.dev, ['thread', 'split', 'task/login', '--into', 'task/login', '--', 'docs'], {
      exit: 65,
      code: 'THREAD_EXISTS',
    });
    stage.write('docs/a.md', 'more\n');
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['thread', 'split', ...SPLIT], { exit: 65, code: 'WORKTREE_DIRTY' });
    expect(stage.footprint()).toEqual(before);
    const agent = stage.dev.with({ HEDDLE_CREDENTIAL: stage.beside('worker.hcred') });
    await expectDenial(stage, agent, { argv: ['thread', 'split', ...SPLIT], code: 'SCOPE_OPERATION' });
  });
});
