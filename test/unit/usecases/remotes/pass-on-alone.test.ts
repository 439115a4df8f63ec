import { beforeEach, describe, expect, it } from 'vitest';
import { AUTHORITY_REF, oplogRef } from '#domain/refs.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { freeze, unfreeze } from '#usecases/revocation/freeze.ts';
import { revokeKey } from '#usecases/revocation/revoke-key.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { startThread } from '#usecases/threads/start.ts';
import { verify } from '#usecases/verify/verify.ts';
import type { Workspace } from '#ports/workspace.ts';
import { delegate } from '../../../support/memory/scenes.ts';
import { DEV, ReplicaWorld, type Replica } from '../../../support/memory/replicas/replica-world.ts';

let world: ReplicaWorld;
let owner: Replica;
let dev: Replica;
beforeEach(async () => {
  world = await ReplicaWorld.of(2);
  const [first, second] = world.replicas;
  if (first === undefined || second === undefined) throw new Error('invariant: there are two');
  [owner, dev] = [first, second];
});

const revoke = async ({ workspace }: Replica): Promise<unknown> =>
  revokeKey(workspace, { principal: DEV, root: null, reason: null });

/** What a push that is denied says. */
async function refused(replica: Replica, code = 'CREDENTIAL_REVOKED') {
  const error: unknown = await world.push(replica).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'DENIED', recorded: { denial: { code } } });
  return (error as { readonly recorded: { readonly preserved: string; readonly denial: { why: string } } })
    .recorded;
}

it('whoever ended their own keys pushes that, and nothing else', async () => {
  await startThread(dev.workspace, { thread: 'late', task: null, from: null, directory: null });
  await revoke(dev);
  const before = new Map(world.remote.refs);
  expect((await refused(dev)).preserved).toBe('only the revocation of these keys was pushed');
  const own = [AUTHORITY_REF, oplogRef((await dev.workspace.replica()).replica)];
  for (const ref of own) before.set(ref, (await dev.workspace.refs.read(ref)) ?? '');
  expect(world.remote.refs).toEqual(before);
  expect((await refused(dev)).preserved).toBe('nothing was changed');
  await world.settle();
  for (const { workspace } of world.replicas)
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
});

it('where the remote went on, they are told who ends them, and where', async () => {
  await freeze(owner.workspace, null);
  await unfreeze(owner.workspace);
  await world.push(owner);
  await revoke(dev);
  const before = new Map(world.remote.refs);
  const { preserved, denial } = await refused(dev);
  expect(preserved).toBe('nothing was changed');
  expect(denial.why).toContain('an admin ends it in another clone (heddle key revoke)');
  expect(world.remote.refs).toEqual(before);
});

it('whose keys somebody else ended pushes nothing', async () => {
  await revoke(owner);
  await world.push(owner);
  await world.pull(dev);
  const before = new Map(world.remote.refs);
  expect((await refused(dev)).preserved).toBe('nothing was changed');
  expect(world.remote.refs).toEqual(before);
});

it('who has no token, and only says to be somebody whose keys are ended, pushes nothing', async () => {
  await revoke(dev);
  const before = new Map(world.remote.refs);
  const credentials = { ...dev.workspace.credentials, readSession: async () => undefined };
  const pushing = push(
    { ...dev.workspace, credentials },
    { remote: 'origin', threads: [], branches: [], all: true },
  );
  await expect(pushing).rejects.toMatchObject({ recorded: { denial: { code: 'CREDENTIAL_MISSING' } } });
  expect(world.remote.refs).toEqual(before);
});

describe('whoever froze the repository, and is no owner,', () => {
  const FROZEN = 'FROZEN';
  const GLASS = { resource: null, reason: null, dryRun: false };
  let bot: Workspace;

  beforeEach(async () => {
    await setPolicy(owner.workspace, { ...GLASS, rules: { breakGlass: 'maintainer' } });
    await world.push(owner);
    await world.pull(dev);
    await startThread(dev.workspace, { thread: 'apart', task: null, from: null, directory: null });
    bot = await delegate(dev.workspace, 'bot');
    await freeze(dev.workspace, 'a key is out', { breakGlass: true });
  });

  const own = async (): Promise<readonly string[]> => [
    AUTHORITY_REF,
    oplogRef((await dev.workspace.replica()).replica),
  ];

  it('pushes that, once, and nothing else', async () => {
    const before = new Map(world.remote.refs);
    expect((await refused(dev, FROZEN)).preserved).toBe('only the freeze was pushed');
    for (const ref of await own()) before.set(ref, (await dev.workspace.refs.read(ref)) ?? '');
    expect(world.remote.refs).toEqual(before);
    expect((await refused(dev, FROZEN)).preserved).toBe('nothing was changed');
    await world.pull(owner);
    const start = { thread: 'late', task: null, from: null, directory: null };
    await expect(startThread(owner.workspace, start)).rejects.toMatchObject({
      recorded: { denial: { code: FROZEN } },
    });
    await world.settle();
    for (const { workspace } of world.replicas)
      expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('joins what the remote has of authority first', async () => {
    await setPolicy(owner.workspace, { ...GLASS, rules: { breakGlass: null } });
    await world.push(owner);
    const { preserved, denial } = await refused(dev, FROZEN);
    expect(preserved).toBe('nothing was changed');
    expect(denial.why).toContain('`heddle pull origin` joins them');
    await world.pull(dev);
    expect((await refused(dev, FROZEN)).preserved).toBe('only the freeze was pushed');
    expect(world.remote.refs.get(AUTHORITY_REF)).toBe(await dev.workspace.refs.read(AUTHORITY_REF));
  });

  it('pushes nothing without a token, nor by an agent, and nobody else does', async () => {
    const before = new Map(world.remote.refs);
    const credentials = { ...dev.workspace.credentials, readSession: async () => undefined };
    const all = { remote: 'origin', threads: [], branches: [], all: true };
    const denied = { recorded: { preserved: 'nothing was changed', denial: { code: FROZEN } } };
    await expect(push({ ...dev.workspace, credentials }, all)).rejects.toMatchObject(denied);
    await expect(push(bot, all)).rejects.toMatchObject(denied);
    expect(world.remote.refs).toEqual(before);
  });
});
