import { existsSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schemaProblems } from '../../support/cli/schemas.ts';
import { Stage, found } from '../../support/cli/stage.ts';
import { expectDenial, expectRefusal, itNeedsARepository } from '../../support/cli/verb-contract.ts';

let stage: Stage;
let first: string;
let second: string;
let operation: string;
beforeAll(async () => {
  stage = await new Stage().withDev();
  stage.write('src/a.ts', 'one\n');
  first = String((await stage.dev.answer('capture')).state);
  stage.write('src/a.ts', 'two\n');
  const captured = await stage.dev.answer('capture');
  second = String(captured['state']);
  operation = String(captured['operation']);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

async function states(): Promise<readonly string[]> {
  const { states: listed } = await stage.dev.answer('log', ['task/login']);
  return listed.map(({ state }) => state);
}

describe('undo', () => {
  itNeedsARepository(['undo']);

  it('takes back the last capture, and keeps the files', async () => {
    const answer = await stage.dev.answer('undo');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({ undone: operation, op: 'capture', states: [first] });
    expect(await states()).toEqual([first]);
    expect(await stage.dev.answer('status')).toMatchObject({
      state: first,
      changed: [{ path: 'src/a.ts', change: 'modified' }],
    });
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('goes back step by step, and then there is nothing left', async () => {
    await stage.dev.ok(['undo']);
    await stage.dev.ok(['undo']);
    expect(stage.git('for-each-ref', 'refs/heddle/threads')).toBe('');
    await stage.dev.ok(['undo']);
    expect((await stage.dev.answer('thread-list')).threads).toEqual([]);
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['undo'], { exit: 65, code: 'UNDO_NOTHING' });
    expect(stage.footprint()).toEqual(before);
    expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
  });

  it('takes no two or three letters for the name of an operation', async () => {
    const before = stage.footprint();
    for (const name of [operation.slice(0, 6), operation.slice(3, 6), 'ho-', 'ho']) {
      await expectRefusal(stage.dev, ['undo', name], { exit: 65, code: 'AMBIGUOUS' });
    }
    expect(stage.footprint()).toEqual(before);
  });

  it('takes back a named operation, a grant too', async () => {
    const { operation: granted } = await stage.owner.answer('grant-add', [
      'dev@example.com',
      'reader',
      'acme/core',
    ]);
    await stage.owner.ok(['undo', granted]);
    const { grants } = await stage.owner.answer('grant-list', ['--principal', 'dev@example.com']);
    expect(grants).toHaveLength(1);
  });

  it('never crosses what was built on it', async () => {
    const { operations } = await stage.dev.answer('oplog');
    const older = found(operations.filter(({ op }) => op === 'capture')[1]);
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['undo', older.id], { exit: 65, code: 'UNDO_REFUSED' });
    expect(stage.footprint()).toEqual(before);
    expect(await states()).toEqual([second, first]);
  });

  it("is denied for somebody else's work, and to an agent whose token does not say so", async () => {
    const agent = await stage.agent('review-worker');
    await expectDenial(stage, agent, { argv: ['undo', operation], code: 'SCOPE_OPERATION' });
    const { operations } = await stage.owner.answer('oplog');
    const init = found(operations.find(({ op }) => op === 'init'));
    await expectRefusal(stage.dev, ['undo', init.id], { exit: 65, code: 'UNDO_REFUSED' });
  });

  it('refuses an operation that is not there', async () => {
    await expectRefusal(stage.dev, ['undo', 'ho-zzzzzzzz'], { exit: 65, code: 'NOT_FOUND' });
  });

  it('leaves the files of a worktree whose thread it takes back', async () => {
    await stage.dev.ok(['start', 'task/x', '--from', 'task/login', '--worktree', stage.beside('x')]);
    await stage.dev.ok(['undo']);
    expect(existsSync(stage.beside('x', 'src', 'a.ts'))).toBe(true);
    expect((await stage.dev.answer('thread-list')).threads).toHaveLength(1);
  });
});
