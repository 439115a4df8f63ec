import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { printed } from '../../support/cli/run-heddle.ts';
import { Stage } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let api: string;
let state: string;
let undone: string;
/** `task/api` was landed on main by the owner, and that was taken back. */
beforeAll(async () => {
  stage = new Stage();
  stage.write('src/app.txt', 'one\n');
  stage.repository.commit('base');
  stage.git('switch', '-q', '--detach');
  await stage.withDev();
  api = stage.beside('api');
  await stage.dev.ok(['start', 'task/api', '--worktree', api]);
  writeFileSync(join(api, 'src', 'api.txt'), 'a secret\n');
  ({ state } = await stage.dev.answer('capture', ['-m', 'work'], { cwd: api }));
  await stage.owner.ok(['land', 'task/api', '--onto', 'main']);
  undone = (await stage.owner.answer('undo')).operation;
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

const REFUSED = { exit: 65, code: 'UNDO_REFUSED' } as const;

async function expectLeft(work: () => Promise<unknown>): Promise<void> {
  const before = stage.git('rev-parse', 'main');
  await work();
  expect(stage.git('rev-parse', 'main')).toBe(before);
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
}

describe('redo of a landing', () => {
  it('is denied to whoever may not land there', async () => {
    await expectDenial(stage, stage.dev, { argv: ['redo', undone], code: 'ROLE_NONE' });
    const told = await stage.owner.ok(['redo', '--preview']);
    expect(told.stdout).toContain('would redo land');
  });

  it('passes the landing rules of now', async () => {
    await stage.owner.ok(['policy', 'set', 'acme/core@heads/main', '--approvals', '1']);
    await expectLeft(() =>
      expectDenial(stage, stage.owner, { argv: ['redo', undone], code: 'REVIEW_MISSING' }),
    );
  });

  it('is refused where the branch has moved, or the thread, or a worktree of it holds what no state has', async () => {
    writeFileSync(join(api, 'src', 'api.txt'), 'more\n');
    await expectRefusal(stage.owner, ['redo'], { exit: 65, code: 'WORKTREE_DIRTY' });
    const { operation: by } = await stage.dev.answer('capture', ['-m', 'more'], { cwd: api });
    const { facts } = printed(await stage.owner.run(['redo', '--json']));
    expect(facts).toMatchObject({ operation: undone, by, byOp: 'capture' });
    await stage.dev.ok(['undo'], { cwd: api });
    writeFileSync(join(api, 'src', 'api.txt'), 'a secret\n');
    const main = stage.git('rev-parse', 'main').trim();
    const more = stage.git('commit-tree', `${main}^{tree}`, '-p', main, '-m', 'more').trim();
    stage.git('update-ref', 'refs/heads/main', more);
    await expectLeft(() => expectRefusal(stage.owner, ['redo'], REFUSED));
    stage.git('update-ref', 'refs/heads/main', main);
    await stage.owner.ok(['redo']);
    expect(stage.git('show', 'main:src/api.txt')).toBe('a secret');
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('lands nothing that was removed since', async () => {
    const redact = ['src/api.txt', '--state', state, '--reason', 'by mistake'];
    await stage.owner.ok(['redact', ...redact]);
    await expectLeft(() => expectRefusal(stage.owner, ['redo', undone], { exit: 65, code: 'LAND_REFUSED' }));
  });

  it('is refused where git has collected the commit, and says what helps', async () => {
    stage.git('-c', 'gc.reflogExpire=now', 'gc', '-q', '--prune=now');
    await expectLeft(() => expectRefusal(stage.owner, ['redo'], REFUSED));
    expect((await stage.owner.run(['redo'])).stderr).toContain('heddle land');
  });
});
