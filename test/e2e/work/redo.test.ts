import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Results } from '#domain/results.ts';
import { printed } from '../../support/cli/run-heddle.ts';
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
  first = (await stage.dev.answer('capture')).state;
  stage.write('src/a.ts', 'two\n');
  const captured = await stage.dev.answer('capture');
  second = captured.state;
  operation = String(captured.operation);
  stage.keep();
});
beforeEach(() => stage.reset());
afterAll(() => stage.dispose());

async function states(): Promise<readonly string[]> {
  const { states: listed } = await stage.dev.answer('log', ['task/login']);
  return listed.map(({ state }) => state);
}

async function expectSound(): Promise<void> {
  expect((await stage.owner.answer('verify', ['--all'])).findings).toEqual([]);
}

describe('redo', () => {
  itNeedsARepository(['redo']);

  it('brings back what undo took, and undo takes it again', async () => {
    const undone = await stage.dev.answer('undo');
    const answer = await stage.dev.answer('redo');
    expect(schemaProblems(answer)).toEqual([]);
    expect(answer).toMatchObject({
      undo: undone.operation,
      redone: operation,
      op: 'capture',
      states: [second],
    });
    expect(await states()).toEqual([second, first]);
    expect(await stage.dev.answer('status')).toMatchObject({ state: second, changed: [] });
    await expectSound();
    expect((await stage.dev.answer('undo', [answer.operation])).undone).toBe(operation);
    const run = await stage.dev.ok(['redo', operation]);
    expect(run.stdout).toMatch(/^did capture again \(ho-\w+\)\n {2}the thread is at hs-\w+ again\n$/);
    await expectSound();
  });

  it('has nothing to do where nothing of one’s own was undone', async () => {
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['redo'], { exit: 65, code: 'UNDO_NOTHING' });
    await expectRefusal(stage.dev, ['redo', operation], { exit: 65, code: 'UNDO_REFUSED' });
    await expectRefusal(stage.dev, ['redo', 'ho-zzzzzzzz'], { exit: 65, code: 'NOT_FOUND' });
    await expectRefusal(stage.dev, ['redo', 'ho-'], { exit: 65, code: 'AMBIGUOUS' });
    await expectRefusal(stage.dev, ['redo', operation, 'more'], { exit: 64, code: 'USAGE' });
    expect(stage.footprint()).toEqual(before);
  });

  it('never crosses what was done since, and names both operations', async () => {
    const undone = await stage.dev.answer('undo');
    stage.write('src/a.ts', 'three\n');
    const { operation: by } = await stage.owner.answer('capture');
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['redo'], { exit: 65, code: 'UNDO_REFUSED' });
    const { facts } = printed(await stage.dev.run(['redo', '--json']));
    expect(facts).toMatchObject({ operation: undone.operation, op: 'undo', by, byOp: 'capture' });
    const text = await stage.dev.run(['redo']);
    expect(text.stderr).toContain(undone.operation.slice(0, 11));
    expect(text.stderr).toContain(`${String(by).slice(0, 11)}`);
    expect(text.stderr).toContain('owner@example.com');
    expect(stage.footprint()).toEqual(before);
  });

  it('is denied for what somebody else undid, and to an agent whose token does not say so', async () => {
    const { operation: undone } = await stage.owner.answer('undo', [operation]);
    await expectDenial(stage, stage.dev, { argv: ['redo', undone], code: 'ROLE_INSUFFICIENT' });
    const agent = await stage.agent('review-worker');
    await expectDenial(stage, agent, { argv: ['redo', undone], code: 'SCOPE_OPERATION' });
    expect((await stage.owner.answer('redo')).redone).toBe(operation);
    await expectSound();
  });

  it('opens a thread again in the worktree that undo left', async () => {
    await stage.dev.ok(['start', 'task/x', '--from', 'task/login', '--worktree', stage.beside('x')]);
    await stage.dev.ok(['undo']);
    expect((await stage.dev.answer('redo')).op).toBe('thread-start');
    const status = await stage.dev.answer('status', [], { cwd: stage.beside('x') });
    expect(status).toMatchObject({ thread: 'task/x', state: second, changed: [] });
    await expectSound();
  });

  it('is refused where git has collected the state, and leaves the thread', async () => {
    await stage.dev.ok(['undo']);
    stage.git('-c', 'gc.reflogExpire=now', 'gc', '-q', '--prune=now');
    const before = stage.footprint();
    await expectRefusal(stage.dev, ['redo'], { exit: 65, code: 'UNDO_REFUSED' });
    expect(stage.footprint()).toEqual(before);
    expect(await states()).toEqual([first]);
    await expectSound();
  });

  it('repeats nothing under the same id', async () => {
    await stage.dev.ok(['undo']);
    const id = ['--op-id', '0b5a3c1e-6f0d-4d3e-9a55-0d3f3c7f1a11'];
    const { operation: done } = await stage.dev.answer('redo', id);
    expect((await stage.dev.answer('redo', id)).operation).toBe(done);
  });
});

/** The program's own answer; its schema is asked of each. */
async function list(...argv: readonly string[]): Promise<Results['undo-list']> {
  return (await stage.dev.json(['undo', '--list', ...argv])) as unknown as Results['undo-list'];
}

async function preview(verb: 'undo' | 'redo'): Promise<Results['undo-preview']> {
  return (await stage.dev.json([verb, '--preview'])) as unknown as Results['undo-preview'];
}

describe('undo, asked beforehand', () => {
  it('lists what of one’s own can be undone or redone', async () => {
    const answer = await list();
    expect(schemaProblems({ ...answer })).toEqual([]);
    const [newest, older] = answer.operations;
    expect(newest).toMatchObject({ id: operation, op: 'capture', status: 'stands', by: null });
    expect(older).toMatchObject({ op: 'capture', status: 'blocked', by: operation });
    const { operation: undone } = await stage.dev.answer('undo');
    const [now] = (await list('-n', '1')).operations;
    expect(now).toMatchObject({ id: operation, status: 'undone', by: undone });
    const text = await stage.dev.ok(['undo', '--list']);
    expect(text.stdout).toMatch(/^ho-\w+ .* capture .*\n +undone; `heddle redo` does it again \(ho-/);
  });

  it('shows what would change, and changes nothing', async () => {
    const before = stage.footprint();
    const answer = await preview('undo');
    expect(schemaProblems({ ...answer })).toEqual([]);
    expect(answer).toMatchObject({
      does: 'undo',
      own: true,
      target: { id: operation, op: 'capture' },
      needs: { operation: 'undo', resources: ['acme/core@task/login'] },
      plan: { threads: [{ thread: 'task/login', from: second, to: first }], record: false },
    });
    const text = await stage.dev.ok(['undo', '--preview']);
    expect(text.stdout).toContain('would undo capture');
    expect(text.stdout).toContain('modified src/a.ts');
    expect(stage.footprint()).toEqual(before);
    await stage.dev.ok(['undo']);
    const again = await preview('undo');
    expect(again.plan?.threads[0]).toMatchObject({ from: first, to: null });
    const redo = await preview('redo');
    expect(redo.plan?.threads[0]).toMatchObject({ from: first, to: second });
  });

  it('tells beforehand who would be denied, and what is refused', async () => {
    const before = stage.footprint();
    const agent = await stage.agent('review-worker');
    const argv = ['undo', '--preview', operation];
    const told = await agent.json(argv);
    expect(schemaProblems(told)).toEqual([]);
    expect(told).toMatchObject({ own: false, denied: 'SCOPE_OPERATION', plan: null });
    const text = await agent.ok(argv);
    expect(text.stdout).toContain(
      'you would be denied: SCOPE_OPERATION; `heddle can undo acme/core@task/login`',
    );
    const { operations } = await stage.dev.answer('oplog');
    const older = found(operations.filter(({ op }) => op === 'capture')[1]);
    await expectRefusal(stage.dev, ['undo', '--preview', older.id], { exit: 65, code: 'UNDO_REFUSED' });
    expect(stage.footprint().lines).toBe(before.lines + 1);
  });

  it('takes no two answers at once', async () => {
    for (const argv of [
      ['undo', '--list', '--preview'],
      ['undo', '--list', operation],
      ['undo', '-n', '3'],
    ]) {
      await expectRefusal(stage.dev, argv, { exit: 64, code: 'USAGE' });
    }
  });
});
