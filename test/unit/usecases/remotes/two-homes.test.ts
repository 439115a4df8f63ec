import { beforeEach, expect, it } from 'vitest';
import { oplogRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { DEV } from '../../../support/decisions.ts';
import { join, save, started } from '../../../support/memory/scenes.ts';
import { MemoryRemote } from '../../../support/memory/transport.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';

const ALL = { remote: 'origin', threads: [], branches: [], all: true };

let origin: MemoryRepository;
let remote: MemoryRemote;
let owner: Workspace;
/** Works in the same clone with a home of their own. */
let dev: Workspace;
beforeEach(async () => {
  origin = await started();
  remote = new MemoryRemote();
  owner = { ...origin.workspace, transport: async () => remote.transportOf(owner) };
  const { replica, knownReplica } = createMemoryRepository().workspace;
  dev = { ...(await join(origin, DEV, 'developer')), replica, knownReplica };
  await save(origin, dev, { 'a.txt': 'theirs\n' });
});

it('a push tells who has not published what they did here with another home', async () => {
  const { notes } = await push(owner, ALL);
  expect(notes.filter((note) => note.includes(DEV))).toHaveLength(1);
  await push({ ...dev, transport: owner.transport }, ALL);
  expect((await push(owner, ALL)).notes.filter((note) => note.includes(DEV))).toEqual([]);
  expect([...remote.refs.keys()]).toContain(oplogRef((await dev.replica()).replica));
});

it('a push that is refused for want of a line names whose may be missing', async () => {
  const transport = {
    ...remote.transportOf(owner),
    push: async () => ({
      moved: [],
      refused: [{ ref: 'refs/heddle/threads/task', kind: 'refused' as const, why: 'declined' }],
      said: ['refused    LINE_MISSING refs/heddle/threads/task: no line says so'],
    }),
  };
  await expect(push({ ...owner, transport: async () => transport }, ALL)).rejects.toMatchObject({
    code: 'PUSH_REFUSED',
    facts: { advice: expect.stringContaining(`${DEV} worked here with another home`) },
  });
});

it('the first push of a home sends the line that answers for it, though nothing else was done', async () => {
  await push(owner, ALL);
  const { replica, knownReplica } = createMemoryRepository().workspace;
  const there = { ...owner, replica, knownReplica };
  await push(there, ALL);
  const ref = oplogRef((await there.replica()).replica);
  const sent = remote.refs.get(ref);
  expect(sent).toBeDefined();
  // It says nothing more of itself from then on.
  await push(there, ALL);
  expect(remote.refs.get(ref)).toBe(sent);
});
