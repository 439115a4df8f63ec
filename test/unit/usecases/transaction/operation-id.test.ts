import { beforeEach, describe, expect, it } from 'vitest';
import type { Workspace } from '#ports/workspace.ts';
import { startThread } from '#usecases/threads/start.ts';
import { undo } from '#usecases/undo/undo.ts';
import { DEV } from '../../../support/decisions.ts';
import { delegate, join, save, started } from '../../../support/memory/scenes.ts';
import { stepsOf } from '../../../support/memory/steps.ts';
import { saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

const ID = '3f0c2a52-8f7e-4a5e-9d7a-6f0f7f0a1b2c';
let repository: MemoryRepository;
let again: Workspace;
beforeEach(async () => {
  repository = await started();
  again = saying(repository.workspace, { operationId: ID });
});

const other = { thread: 'other', task: null, from: null, directory: null };

describe('an operation id', () => {
  it('returns the first result when the same is asked again, and does nothing', async () => {
    const first = await startThread(again, other);
    let second: unknown;
    const steps = await stepsOf(again, async (inner) => {
      second = await startThread(inner, other);
    });
    expect(second).toEqual(first);
    expect(steps).toEqual([]);
  });

  it('refuses other arguments, and another verb', async () => {
    await startThread(again, other);
    const refusal = { code: 'OPERATION_ID_REUSED', facts: { op: 'thread-start' } };
    await expect(startThread(again, { ...other, task: 'more' })).rejects.toMatchObject(refusal);
    await expect(undo(again, null)).rejects.toMatchObject(refusal);
    await expect(save(repository, again, { 'a.txt': 'one' })).rejects.toMatchObject(refusal);
  });

  it('is not somebody else’s, and not another agent’s', async () => {
    await startThread(again, other);
    const dev = await join(repository, DEV, 'developer');
    const agent = await delegate(repository.workspace, 'bot');
    for (const somebody of [dev, agent]) {
      const claiming = saying(somebody, { operationId: ID });
      await expect(startThread(claiming, other)).rejects.toMatchObject({ code: 'OPERATION_ID_REUSED' });
    }
  });

  it('gives nothing to a caller without a credential', async () => {
    await startThread(again, other);
    repository.credentials.sessions.clear();
    await expect(startThread(again, other)).rejects.toMatchObject({
      recorded: { denial: { code: 'CREDENTIAL_MISSING' } },
    });
  });

  it('stays free when what it stood for was denied', async () => {
    const agent = await delegate(repository.workspace, 'bot', { operations: ['state:capture'] });
    const asking = saying(agent, { operationId: ID });
    await expect(startThread(asking, other)).rejects.toMatchObject({ code: 'DENIED' });
    await expect(save(repository, asking, { 'a.txt': 'one' })).resolves.toMatchObject({ created: true });
  });
});
