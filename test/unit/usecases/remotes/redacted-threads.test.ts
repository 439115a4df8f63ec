import { beforeEach, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import type { PushResult } from '#domain/results/boundary/remote-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { adoptOrTake } from '#usecases/remotes/take-all.ts';
import { undo } from '#usecases/undo/undo.ts';
import { verify } from '#usecases/verify/verify.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { save, start, started } from '../../../support/memory/scenes.ts';
import { MemoryRemote } from '../../../support/memory/transport.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';

const OWN = { remote: 'origin', threads: [], branches: [], all: false };

let remote: MemoryRemote;
let origin: MemoryRepository;
let owner: Workspace;
beforeEach(async () => {
  remote = new MemoryRemote();
  origin = await started();
  owner = { ...origin.workspace, transport: async () => remote.transportOf(owner) };
  await save(origin, owner, { 'src/a.ts': 'secret' });
  await push(owner, OWN);
});

/** The worktree goes on with another thread. */
async function goOn(): Promise<void> {
  await start(owner, 'other');
  await save(origin, owner, { 'src/b.ts': 'more' });
}

async function expectCloned(): Promise<void> {
  const { workspace } = createMemoryRepository(origin.store);
  const clone = { ...workspace, transport: async () => remote.transportOf(workspace) };
  await adoptOrTake(clone, { remote: 'origin', genesis: null });
  expect((await verify(clone, { all: true })).findings).toEqual([]);
}

const moved = ({ threads }: PushResult): readonly string[] =>
  threads.filter(({ outcome }) => outcome !== 'current').map(({ thread }) => thread);

it('a push sends the threads along that its tombstones change, whichever it was for, and once', async () => {
  await goOn();
  await redactPath(owner, 'src/a.ts', { state: 'task' });
  const { result, notes } = await push(owner, OWN);
  expect([moved(result), notes]).toEqual([['other', 'task'], []]);
  expect(remote.refs.get(threadRef('task'))).toBe(await owner.refs.read(threadRef('task')));
  await expectCloned();
  expect((await push(owner, OWN)).result.threads.map(({ thread }) => thread)).toEqual(['other']);
  for await (const { id, line } of owner.log.newest()) if (line.op === 'redact') await undo(owner, id);
  // The file stands in both.
  expect(moved((await push(owner, OWN)).result)).toEqual(['other', 'task']);
  await expectCloned();
});

it('a push sends nothing of a thread that nobody pushed yet, and says how what was hidden gets there', async () => {
  await save(origin, owner, { 'src/a.ts': 'secret, still' });
  await goOn();
  await redactPath(owner, 'src/a.ts', { state: 'task', all: true });
  const before = remote.refs.get(threadRef('task'));
  const { result, notes } = await push(owner, OWN);
  expect(moved(result)).toEqual(['other']);
  expect(remote.refs.get(threadRef('task'))).toBe(before);
  expect(notes).toEqual([expect.stringContaining('`heddle push origin --thread task` sends it')]);
  await push(owner, { ...OWN, threads: ['task'] });
  await expectCloned();
});

it('a push of one thread forgets none of the others out of which something was taken', async () => {
  await start(owner, 'second');
  await save(origin, owner, { 'src/a.ts': 'secret', 'src/c.ts': 'too' });
  await push(owner, OWN);
  await goOn();
  await redactPath(owner, 'src/a.ts', { state: 'task', all: true });
  const { notes } = await push(owner, { ...OWN, threads: ['task'] });
  expect(notes).toEqual([expect.stringContaining('`heddle push origin --thread second` sends it')]);
  expect(moved((await push(owner, OWN)).result)).toEqual(['other', 'second']);
  await expectCloned();
});

it('a push that the remote did not take forgets nothing of what was taken out', async () => {
  await goOn();
  await redactPath(owner, 'src/a.ts', { state: 'task' });
  remote.accident = 'lost before';
  await expect(push(owner, OWN)).rejects.toMatchObject({ code: 'REMOTE_FAILED' });
  expect(moved((await push(owner, OWN)).result)).toEqual(['other', 'task']);
});
