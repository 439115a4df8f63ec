import { beforeEach, describe, expect, it } from 'vitest';
import { droppedRef, threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { findState } from '#usecases/states/find-states.ts';
import { dropThread } from '#usecases/threads/drop/drop-thread.ts';
import { listThreads } from '#usecases/threads/list-threads.ts';
import { splitThread } from '#usecases/threads/split/split-thread.ts';
import { startThread } from '#usecases/threads/start.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { publish } from '#usecases/transaction/publish.ts';
import { readState } from '#usecases/states/read-state.ts';
import type { OperationTexts } from '#domain/operation/operation.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { writeFiles } from '../../../support/memory/files.ts';
import { delegate, join, save, start, started } from '../../../support/memory/scenes.ts';
import { killedAt, picture, stepsOf } from '../../../support/memory/steps.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const LINKED = '/srv/other';
const PLAIN = { thread: 'task', force: false };

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

async function names(): Promise<readonly string[]> {
  return (await listThreads(workspace)).result.threads.map(({ thread }) => thread);
}

async function expectSound(): Promise<void> {
  expect((await verify(workspace, { all: true })).findings).toEqual([]);
}

async function linked(by = workspace): Promise<void> {
  await startThread(by, { thread: 'other', task: null, from: null, directory: LINKED });
}

/** What there is beside the log. */
async function shown(): Promise<unknown> {
  return [
    await workspace.refs.list('refs/'),
    await workspace.records.listThreads(),
    await workspace.records.readPosition(workspace.places.gitDir),
    repository.worktrees.linked,
  ];
}

/** Somebody works in the linked worktree. */
async function edit(content: string): Promise<void> {
  const files = new Map([['b', { mode: '100644', content } as const]]);
  repository.worktrees.linked.set(LINKED, await writeFiles(workspace.writer, files));
}

describe('dropping a thread', () => {
  it('takes ref and record away and keeps the states, which are still found by their ids', async () => {
    const { state } = await save(repository, workspace, { a: '1' });
    const { result } = await dropThread(workspace, PLAIN);
    expect(result).toEqual({
      thread: 'task',
      head: state,
      captured: [],
      removed: [],
      left: [workspace.places.worktree],
    });
    expect(await names()).toEqual([]);
    expect(await workspace.refs.read(threadRef('task'))).toBeUndefined();
    expect((await findState(workspace, state))?.id).toBe(state);
    expect(await workspace.records.readPosition(workspace.places.gitDir)).toBeUndefined();
    expect(repository.files.get('a')?.content).toBe('1');
    await expectSound();
  });

  it('is taken back with ref, record and place', async () => {
    const { state } = await save(repository, workspace, { a: '1' });
    const before = await shown();
    await dropThread(workspace, PLAIN);
    expect((await undo(workspace, null)).result).toMatchObject({ op: 'thread-drop', states: [state] });
    expect(await shown()).toEqual(before);
    expect(await workspace.refs.read(droppedRef(state))).toBeUndefined();
    expect(await workspace.records.readPosition(workspace.places.gitDir)).toEqual({ thread: 'task', state });
    await save(repository, workspace, { a: '2' });
    await dropThread(workspace, PLAIN);
    await expectSound();
  });

  it('of a thread without states takes its record, and gives it back', async () => {
    await dropThread(workspace, PLAIN);
    expect(await names()).toEqual([]);
    await undo(workspace, null);
    expect(await names()).toEqual(['task']);
    await expectSound();
  });

  it('leaves its name free, and is then not taken back', async () => {
    await save(repository, workspace, { a: '1' });
    await dropThread(workspace, PLAIN);
    const id = (await workspace.log.check()).operations.at(-1)?.id ?? '';
    await start(workspace, 'Task');
    await expect(undo(workspace, id)).rejects.toMatchObject({
      code: 'UNDO_REFUSED',
      message: expect.stringContaining('Task') as string,
    });
    await expectSound();
  });

  it('refuses what is not there', async () => {
    await expect(dropThread(workspace, { ...PLAIN, thread: 'none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('the worktree of a dropped thread', () => {
  it('goes with it where all is captured, and comes back with its files', async () => {
    await save(repository, workspace, { a: '1' });
    await startThread(workspace, { thread: 'other', task: null, from: 'task', directory: LINKED });
    const tree = repository.worktrees.linked.get(LINKED);
    const { result } = await dropThread(workspace, { ...PLAIN, thread: 'other' });
    expect(result.removed).toEqual([LINKED]);
    expect(repository.worktrees.linked.has(LINKED)).toBe(false);
    await undo(workspace, null);
    expect(repository.worktrees.linked.get(LINKED)).toBe(tree);
    expect(await names()).toEqual(['other', 'task']);
    await expectSound();
  });

  it('stays while it holds what no state has, unless that is captured first', async () => {
    await linked();
    await edit('new');
    const before = await picture(workspace);
    await expect(dropThread(workspace, { thread: 'other', force: false })).rejects.toMatchObject({
      code: 'WORKTREE_DIRTY',
      facts: { worktree: LINKED, changes: 1 },
    });
    expect(await picture(workspace)).toEqual(before);
    const done = await dropThread(workspace, { thread: 'other', force: true });
    expect(done.result.captured).toEqual([done.result.head]);
    expect(repository.worktrees.linked.has(LINKED)).toBe(false);
    const saved = done.result.head === null ? undefined : await findState(workspace, done.result.head);
    expect(saved?.state.thread).toBe('other');
    await expectSound();
  });

  it('is not captured for somebody who may not drop the thread', async () => {
    await linked();
    await edit('new');
    const dev = await join(repository, DEV, 'developer');
    const before = await shown();
    await expect(dropThread(dev, { thread: 'other', force: true })).rejects.toMatchObject({
      recorded: { denial: { operation: 'thread:drop', code: 'ROLE_INSUFFICIENT' } },
    });
    expect(await shown()).toEqual(before);
  });

  it('is let go where somebody wrote into it after a kill', async () => {
    await linked();
    await killedAt(workspace, { step: 'append line', when: 'after' }, (inner) =>
      dropThread(inner, { thread: 'other', force: false }),
    );
    await edit('new');
    await workspace.lock.run(() => recover(workspace));
    expect(repository.worktrees.linked.has(LINKED)).toBe(true);
    expect(await names()).toEqual(['task']);
    await undo(workspace, null);
    expect(repository.worktrees.linked.has(LINKED)).toBe(true);
    await expectSound();
  });
});

describe('who may drop a thread', () => {
  it('as others’ where others’ work lies below a split', async () => {
    const dev = await join(repository, DEV, 'developer');
    await save(repository, workspace, { a: '1', b: '1' });
    await save(repository, dev, { a: '2', b: '2' });
    const split = { thread: 'task', into: 'part', keep: false, directory: null, dryRun: false, paths: ['b'] };
    await splitThread(dev, split);
    await expect(dropThread(dev, PLAIN)).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT', required: { role: 'maintainer' } } },
    });
    await dropThread(dev, { ...PLAIN, thread: 'part' });
    await dropThread(workspace, PLAIN);
    await expectSound();
  });

  it('a developer one’s own, a maintainer others’', async () => {
    const dev = await join(repository, DEV, 'developer');
    await startThread(dev, { thread: 'dev', task: null, from: null, directory: LINKED });
    await expect(dropThread(dev, PLAIN)).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT', required: { role: 'maintainer' } } },
    });
    await dropThread(dev, { thread: 'dev', force: false });
    const maintainer = await join(repository, 'max@example.com', 'maintainer');
    await dropThread(maintainer, PLAIN);
    await expectSound();
  });

  it('an agent what it made itself, its person what the agent made', async () => {
    const dev = await join(repository, DEV, 'developer');
    await start(dev, 'one');
    const agent = await delegate(dev, 'bot');
    await save(repository, agent, { a: '1' });
    const other = await delegate(dev, 'other');
    await expect(dropThread(other, { thread: 'one', force: false })).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT' } },
    });
    await dropThread(agent, { thread: 'one', force: false });
    await undo(agent, null);
    await dropThread(dev, { thread: 'one', force: false });
    await expectSound();
  });
});

describe('what a dropped thread holds', () => {
  it('is redacted with the rest, and comes back so', async () => {
    await save(repository, workspace, { key: 'secret' });
    await dropThread(workspace, PLAIN);
    const drop = (await workspace.log.check()).operations.at(-1)?.id ?? '';
    await start(workspace, 'next');
    await save(repository, workspace, { a: '1' });
    const [kept] = await workspace.refs.list('refs/heddle/dropped/');
    await redactPath(workspace, 'key');
    const [now] = await workspace.refs.list('refs/heddle/dropped/');
    expect(now?.[0]).toBe(kept?.[0]);
    expect(now?.[1]).not.toBe(kept?.[1]);
    await undo(workspace, drop);
    expect(await workspace.refs.read(threadRef('task'))).toBe(now?.[1]);
    expect(await names()).toEqual(['next', 'task']);
    await expectSound();
  });
});

describe('verify', () => {
  it.each([
    ['another thread', { kind: 'thread', thread: 'other', record: null } as const, 'it drops no thread'],
    ['the place of another', { kind: 'leave', directory: LINKED } as const, 'more than its thread'],
  ])('finds a drop that takes %s too', async (_, effect, why) => {
    await save(repository, workspace, { a: '1' });
    await forgeDrop({ effects: [{ kind: 'thread', thread: 'task', record: null }, effect] });
    expect((await verify(workspace, { all: true })).findings.map(({ message }) => message).join()).toContain(
      why,
    );
  });

  it('finds a drop that keeps nothing', async () => {
    await save(repository, workspace, { a: '1' });
    await forgeDrop({});
    const { findings } = await verify(workspace, { all: true });
    expect(findings.map(({ message }) => message).join()).toContain('does not keep what it drops');
  });

  it('finds a drop by somebody who was not allowed it', async () => {
    await save(repository, workspace, { a: '1' });
    const dev = await join(repository, DEV, 'developer');
    await forgeDrop({}, dev, true);
    const { findings } = await verify(workspace, { all: true });
    expect(findings.map(({ message }) => message).join()).toContain('ROLE_INSUFFICIENT');
  });
});

/** A line that drops `task`, written past the verb. */
async function forgeDrop(
  texts: Partial<Pick<OperationTexts, 'effects'>>,
  by = workspace,
  keeps = false,
): Promise<void> {
  const ground = await readGround(by);
  const carrier = (await workspace.refs.read(threadRef('task'))) ?? null;
  const { id } = await readState(workspace, carrier ?? '');
  const { authority, caller, replica, now } = ground;
  await publish(
    by,
    { repo: authority.view.genesis, caller, replica, now },
    {
      op: 'thread-drop',
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: authority.view.head,
      states: [id],
      texts: {
        resource: null,
        paths: [],
        args: null,
        refs: [
          { name: threadRef('task'), old: carrier, new: null },
          ...(keeps ? [{ name: droppedRef(id), old: null, new: carrier }] : []),
        ],
        effects: [{ kind: 'thread', thread: 'task', record: null }],
        inverse: null,
        result: null,
        ...texts,
      },
      verify: [],
      batch: null,
    },
  );
}

describe('a killed drop', () => {
  it('at any step leaves old or new', async () => {
    const steps = await stepsOf((await scene()).workspace, (inner) => dropThread(inner, OTHER));
    expect(new Set(steps).size).toBeGreaterThan(3);
    for (const step of new Set(steps)) {
      for (const when of ['before', 'after'] as const) {
        const killed = await scene();
        await killedAt(killed.workspace, { step, when }, (inner) => dropThread(inner, OTHER));
        await killed.workspace.lock.run(() => recover(killed.workspace));
        const gone = !(await listThreads(killed.workspace)).result.threads.some(
          ({ thread }) => thread === 'other',
        );
        expect(killed.worktrees.linked.has(LINKED), `${step} ${when}`).toBe(!gone);
        expect((await verify(killed.workspace, { all: true })).findings).toEqual([]);
      }
    }
  });
});

const OTHER = { thread: 'other', force: false };

async function scene(): Promise<MemoryRepository> {
  const made = await started();
  await startThread(made.workspace, { thread: 'other', task: null, from: null, directory: LINKED });
  return made;
}
