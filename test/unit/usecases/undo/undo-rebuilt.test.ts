import { beforeEach, describe, expect, it } from 'vitest';
import type { OperationTexts } from '#domain/operation/operation.ts';
import type { StateId } from '#domain/id.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { readState } from '#usecases/states/read-state.ts';
import { startThread } from '#usecases/threads/start.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { publish } from '#usecases/transaction/publish.ts';
import { verify } from '#usecases/verify/verify.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { delegate, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

const SECRET = 'the secret\n';
const REF = threadRef('task');

async function head(ref = REF): Promise<string> {
  return (await workspace.refs.read(ref)) ?? '';
}

async function newest(op: string): Promise<string> {
  const { operations } = await workspace.log.check();
  return operations.findLast(({ line }) => line.op === op)?.id ?? '';
}

async function expectSound(): Promise<void> {
  expect((await verify(workspace, { all: true })).findings).toEqual([]);
}

describe('undo of a capture whose carrier was rebuilt since', () => {
  it('goes back to the state before, as that one is carried now', async () => {
    const { state: first } = await save(repository, workspace, { key: SECRET });
    await save(repository, workspace, { a: '1' });
    const capture = await newest('capture');
    const old = await head();
    await redactPath(workspace, 'key');
    expect(await head()).not.toBe(old);
    const { gitParents } = await readState(workspace, await head());
    const { result } = await undo(workspace, capture);
    expect(result).toEqual({ undone: capture, op: 'capture', states: [first] });
    expect([await head()]).toEqual(gitParents);
    expect(await workspace.records.readPosition(workspace.places.gitDir)).toMatchObject({ state: first });
    await expectSound();
  });

  it('goes on until nothing is left of the thread, and says so of nothing more', async () => {
    await save(repository, workspace, { key: SECRET });
    const first = await newest('capture');
    await save(repository, workspace, { a: '1' });
    await redactPath(workspace, 'key');
    await undo(workspace, await newest('capture'));
    expect((await undo(workspace, first)).result.states).toEqual([]);
    expect(await workspace.refs.read(REF)).toBeUndefined();
    await expectSound();
  });

  it('leaves the history that a forked thread grew from', async () => {
    const { state } = await save(repository, workspace, { key: SECRET });
    await startThread(workspace, { thread: 'fork', task: null, from: state, directory: null });
    await save(repository, workspace, { a: '1' });
    const capture = await newest('capture');
    await redactPath(workspace, 'key');
    const task = await head();
    expect((await undo(workspace, capture)).result.states).toEqual([]);
    expect(await workspace.refs.read(threadRef('fork'))).toBeUndefined();
    expect(await head()).toBe(task);
    await expectSound();
  });

  it('works as ever where the redaction was taken back', async () => {
    await save(repository, workspace, { key: SECRET });
    const before = await head();
    await save(repository, workspace, { a: '1' });
    const capture = await newest('capture');
    await redactPath(workspace, 'key');
    await undo(workspace, null);
    await undo(workspace, capture);
    expect(await head()).toBe(before);
    await expectSound();
  });

  it('refuses where something was built on it, before the removal or after', async () => {
    await save(repository, workspace, { key: SECRET });
    const first = await newest('capture');
    await save(repository, workspace, { a: '1' });
    const second = await newest('capture');
    await redactPath(workspace, 'key');
    await save(repository, workspace, { a: '2' });
    for (const id of [first, second]) {
      await expect(undo(workspace, id)).rejects.toMatchObject({
        code: 'UNDO_REFUSED',
        message: expect.stringContaining('has moved on') as string,
      });
    }
  });
});

describe('undo of a line that claims what it did not do', () => {
  /** Writes a capture that the agent signs, and that moves nothing. */
  async function claim(
    agent: Workspace,
    states: readonly StateId[],
    refs: NonNullable<OperationTexts['inverse']>['refs'],
  ): Promise<string> {
    const ground = await readGround(agent);
    const publisher = { ...ground, repo: ground.authority.view.genesis };
    const { id } = await publish(agent, publisher, {
      op: 'capture',
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: ground.authority.view.head,
      states,
      texts: {
        resource: null,
        paths: [],
        args: { operationId: null, verb: {} },
        refs: [],
        effects: [{ kind: 'worktree', gitDir: '.', thread: 'task', state: states[0] ?? null }],
        inverse: { refs, effects: [] },
        result: null,
      },
      verify: [],
      batch: null,
    });
    return id;
  }

  async function expectRefused(agent: Workspace, id: string): Promise<void> {
    const before = await workspace.refs.list('refs/');
    await expect(undo(agent, id)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    expect(await workspace.refs.list('refs/')).toEqual(before);
  }

  it.each(['as it was', 'rebuilt since'] as const)(
    'takes back nobody else’s state, its carrier %s',
    async (how) => {
      const { state: first } = await save(repository, workspace, { key: SECRET });
      const { state } = await save(repository, workspace, { a: '1' });
      const agent = await delegate(workspace, 'bot');
      const old = await head();
      const before = (await readState(workspace, old)).gitParents[0] ?? '';
      if (how === 'rebuilt since') await redactPath(workspace, 'key');
      for (const states of [[state], [first], [state, first], []]) {
        await expectRefused(agent, await claim(agent, states, [{ name: REF, old, new: before }]));
        await expectRefused(agent, await claim(agent, states, [{ name: REF, old, new: null }]));
        await expectRefused(agent, await claim(agent, states, [{ name: REF, old: null, new: before }]));
        await expectRefused(agent, await claim(agent, states, []));
      }
    },
  );

  it.each(['as it was', 'rebuilt since'] as const)(
    'takes no more away than its own state, its carrier %s',
    async (how) => {
      await save(repository, workspace, { key: SECRET });
      await save(repository, workspace, { a: '1' });
      const agent = await delegate(workspace, 'bot');
      const { state } = await save(repository, agent, { a: '2' });
      const old = await head();
      const { gitParents } = await readState(workspace, old);
      const { gitParents: further } = await readState(workspace, gitParents[0] ?? '');
      if (how === 'rebuilt since') await redactPath(workspace, 'key');
      await expectRefused(agent, await claim(agent, [state], [{ name: REF, old, new: null }]));
      const id = await claim(agent, [state], [{ name: REF, old, new: further[0] ?? '' }]);
      if (how === 'as it was') await expectRefused(agent, id);
      else {
        await undo(agent, id);
        expect((await readState(workspace, await head())).state.parents).toHaveLength(1);
      }
    },
  );

  it('makes no thread out of a ref that is not there', async () => {
    const { state } = await save(repository, workspace, { a: '1' });
    const old = await head();
    await undo(workspace, null);
    const agent = await delegate(workspace, 'bot');
    await expectRefused(agent, await claim(agent, [state], [{ name: REF, old: null, new: old }]));
    await expectRefused(agent, await claim(agent, [state], [{ name: REF, old, new: null }]));
  });
});
