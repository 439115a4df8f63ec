import { beforeEach, describe, expect, it } from 'vitest';
import { replicaOf, TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { listRemotes } from '#usecases/remotes/list-remotes.ts';
import { pull } from '#usecases/remotes/pull/pull.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { adoptOrTake } from '#usecases/remotes/take-all.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import { MemoryRemote } from '../../../support/memory/transport.ts';
import { createMemoryRepository, saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

const ALL = { remote: 'origin', threads: [], branches: [], all: true };
const TAKE = { remote: 'origin', genesis: null };

let remote: MemoryRemote;
let origin: MemoryRepository;
let owner: Workspace;

function calling(workspace: Workspace): Workspace {
  return {
    ...workspace,
    transport: async () => remote.transportOf(workspace),
    remotes: async () => [{ name: 'origin', url: 'memory', pushUrl: 'memory' }],
  };
}

beforeEach(async () => {
  remote = new MemoryRemote();
  origin = await started();
  owner = calling(origin.workspace);
  await save(origin, owner, { 'src/a.ts': 'one' });
  await push(owner, ALL);
});

const clone = (): Workspace => calling(createMemoryRepository(origin.store).workspace);

describe('the remotes of a clone', () => {
  it('were pulled from when it began, and tell whose logs came from there', async () => {
    expect((await listRemotes(owner)).replicas).toEqual([]);
    const other = clone();
    await adoptOrTake(other, TAKE);
    const { replica } = await owner.replica();
    const { remotes, replicas } = await listRemotes(other);
    expect(remotes).toMatchObject([{ threads: 1, pushedAt: null, pulledAt: expect.any(String) as string }]);
    expect(replicas).toMatchObject([{ replica, principal: 'owner@example.com', remote: 'origin' }]);
    await save(origin, owner, { 'src/a.ts': 'two' });
    await push(owner, ALL);
    await pull(other, 'origin');
    const [before, now] = [replicas[0]?.operations ?? 0, (await listRemotes(other)).replicas];
    expect(now).toMatchObject([{ replica, remote: 'origin' }]);
    expect(now[0]?.operations).toBeGreaterThan(before);
  });

  it('were not pushed to where the first push of a clone did not arrive', async () => {
    const { keys, credentials } = owner;
    const begun = { ...clone(), keys, credentials };
    await adoptOrTake(begun, TAKE);
    const other = saying(begun, { operationId: '0c9f4ad0-6a56-4b0a-9a0b-1f8b5f4f2d11' });
    remote.accident = 'lost before';
    await expect(push(other, ALL)).rejects.toThrow();
    expect((await listRemotes(other)).remotes).toMatchObject([{ pushedAt: null }]);
    await push(other, ALL);
    expect((await listRemotes(other)).remotes).toMatchObject([{ pushedAt: expect.any(String) as string }]);
  });

  it('were pulled from where a killed beginning was finished by the next command', async () => {
    const other = clone();
    const killed = { ...other.log, append: async () => Promise.reject(new Error('killed')) };
    await expect(adoptOrTake({ ...other, log: killed }, TAKE)).rejects.toThrow('killed');
    expect((await recover(other)).join()).toContain('adoption');
    expect((await listRemotes(other)).remotes).toMatchObject([{ pulledAt: expect.any(String) as string }]);
  });

  it('are not guessed where refs were fetched by hand, and logs that do not hold are passed over', async () => {
    const other = clone();
    for (const [name, id] of remote.refs) await moveRef(other, name, id);
    await adoptOrTake(other, { remote: null, genesis: null });
    const { remotes, replicas } = await listRemotes(other);
    expect(remotes).toMatchObject([{ pulledAt: null }]);
    expect(replicas).toMatchObject([{ remote: null, principal: 'owner@example.com' }]);
    const [log = ''] = [...remote.refs.keys()].filter((name) => replicaOf(name) !== undefined);
    await moveRef(other, log, remote.refs.get('refs/heddle/authority') ?? '');
    expect((await listRemotes(other)).replicas).toEqual([]);
    await moveRef(other, 'refs/heddle/authority', remote.refs.get(log) ?? TOMBSTONES_REF);
    await moveRef(other, log, remote.refs.get(log) ?? '');
    expect((await listRemotes(other)).replicas).toMatchObject([{ principal: null }]);
  });
});
