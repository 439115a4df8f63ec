import { beforeEach, describe, expect, it } from 'vitest';
import { pull } from '#usecases/remotes/pull/pull.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { login } from '#usecases/keys/login.ts';
import { rotateKeys } from '#usecases/revocation/rotate-keys.ts';
import type { Workspace } from '#ports/workspace.ts';
import { copyMemoryKeys, createMemoryCredentials } from '../../../support/memory/keys.ts';
import { MemoryRemote } from '../../../support/memory/transport.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { shortId, type TombstoneId } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import { findOwnCheck } from '#usecases/content/shunned.ts';
import { threadRef } from '#domain/refs.ts';
import { capture } from '#usecases/capture/capture.ts';
import { undo } from '#usecases/undo/undo.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { freeze, unfreeze } from '#usecases/revocation/freeze.ts';
import { revokeKey } from '#usecases/revocation/revoke-key.ts';
import { startThread } from '#usecases/threads/start.ts';
import { verify } from '#usecases/verify/verify.ts';
import { OWNER } from '../../../support/decisions.ts';
import { purgeTombstone, redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import {
  DEV,
  ReplicaWorld,
  travelling,
  type Replica,
} from '../../../support/memory/replicas/replica-world.ts';

const ALL = { remote: 'origin', threads: [], branches: ['main'], all: true };

let world: ReplicaWorld;
let owner: Replica;
let dev: Replica;

async function save({ repository, workspace }: Replica, content: string): Promise<void> {
  repository.files.set('a.txt', { mode: '100644', content });
  await capture(workspace, { intent: null, maxFileBytes: 1000 });
}

async function findings({ workspace }: Replica) {
  return (await verify(workspace, { all: true })).findings;
}

async function expectSame(): Promise<void> {
  await world.settle();
  expect(await travelling(owner.workspace)).toEqual(await travelling(dev.workspace));
  for (const replica of world.replicas) expect(await findings(replica)).toEqual([]);
}

beforeEach(async () => {
  world = await ReplicaWorld.of(2);
  const [first, second] = world.replicas;
  if (first === undefined || second === undefined) throw new Error('invariant: there are two');
  [owner, dev] = [first, second];
  await startThread(owner.workspace, { thread: 'task', task: null, from: null, directory: null });
  await save(owner, 'of the owner');
  await world.exchange(owner);
  await world.exchange(dev);
});

describe('what was done in another clone before it heard', () => {
  it('of a freeze waits until that is lifted, and is not late any more then', async () => {
    await freeze(owner.workspace, null);
    await startThread(dev.workspace, { thread: 'apart', task: null, from: null, directory: null });
    await save(dev, 'of the developer');
    await world.push(dev);
    await world.pull(owner);
    expect(owner.pulled?.findings).toMatchObject([{ message: expect.stringContaining('frozen by') }]);
    expect(owner.pulled?.threads).not.toMatchObject([{ thread: 'apart' }]);
    await unfreeze(owner.workspace);
    await world.pull(owner);
    expect(owner.pulled).toMatchObject({ findings: [] });
    expect(owner.pulled?.threads).toContainEqual(
      expect.objectContaining({ thread: 'apart', outcome: 'new' }),
    );
    await expectSame();
  });

  it('of a freeze is stopped by an owner’s push of it, and nobody else’s goes anywhere', async () => {
    await freeze(owner.workspace, null);
    await world.push(owner);
    await world.pull(dev);
    const start = { thread: 'apart', task: null, from: null, directory: null };
    const refused = { recorded: { denial: { code: 'FROZEN' } } };
    await expect(startThread(dev.workspace, start)).rejects.toMatchObject(refused);
    await expect(world.push(dev)).rejects.toMatchObject(refused);
    expect([await findings(owner), await findings(dev)]).toEqual([[], []]);
  });

  it('of revoked keys is not late where it only tells what was pushed and pulled', async () => {
    await startThread(dev.workspace, { thread: 'apart', task: null, from: null, directory: null });
    await save(dev, 'of the developer');
    await world.exchange(dev);
    await world.exchange(owner);
    await revokeKey(owner.workspace, { principal: DEV, root: null, reason: null });
    await world.exchange(owner);
    await world.pull(dev);
    expect(await findings(dev)).toEqual([]);
    await expectSame();
  });
});

it('a content that was redacted here is hidden once, however often what has it at the remote is pulled', async () => {
  const nothing = { tombstones: { added: [], applied: [] }, operation: null, findings: [] };
  const { tombstone } = await redactPath(owner.workspace, 'a.txt');
  await world.pull(owner);
  expect(owner.pulled).toMatchObject(nothing);
  await purgeTombstone(owner.workspace, tombstone);
  await world.pull(owner);
  expect(owner.pulled).toMatchObject(nothing);
  // What was destroyed here does not come back into the quarantine either.
  expect(await owner.workspace.quarantine.state(tombstone)).toBe('none');
  await expectSame();
});

it('a content of before that somebody brought back below this clone is destroyed once more', async () => {
  const before = (await owner.workspace.refs.read(threadRef('task'))) ?? '';
  const { tombstone } = await redactPath(owner.workspace, 'a.txt');
  await purgeTombstone(owner.workspace, tombstone);
  await moveRef(owner.workspace, 'refs/heddle/remotes/other/threads/task', before);
  await world.pull(owner);
  expect(owner.pulled?.tombstones.applied).toEqual([tombstone]);
});

describe('a content of a tombstone that was carried out here before it arrived', () => {
  let tombstone: TombstoneId;
  let before: ObjectId;
  beforeEach(async () => {
    await startThread(dev.workspace, { thread: 'apart', task: null, from: null, directory: null });
    await save(dev, 'of the developer');
    before = (await dev.workspace.refs.read(threadRef('apart'))) ?? '';
    ({ tombstone } = await redactPath(dev.workspace, 'a.txt'));
    await world.push(dev);
    // Whoever keeps the remote decides what is met there, and when.
    world.remote.refs.delete(threadRef('apart'));
    await world.pull(owner);
    world.remote.refs.set(threadRef('apart'), before);
  });

  async function refusedHere(): Promise<TombstoneId | undefined> {
    const blob = owner.workspace.writer.batch().add('blob', utf8('of the developer'));
    return (await findOwnCheck(owner.workspace))?.(blob);
  }

  it('is refused here from then on', async () => {
    expect(await refusedHere()).toBe(undefined);
    await world.pull(owner);
    expect(await refusedHere()).toBe(tombstone);
  });

  it('is refused here, too, where the others were destroyed', async () => {
    await purgeTombstone(owner.workspace, tombstone);
    await world.pull(owner);
    expect(await refusedHere()).toBe(tombstone);
    // Once it is refused, nobody needs what the quarantine was given for that.
    await world.pull(owner);
    expect(owner.pulled).toMatchObject({ tombstones: { applied: [] }, operation: null });
    expect(await owner.workspace.quarantine.state(tombstone)).toBe('none');
  });

  it('is refused here by the next pull, where one was killed that had kept it', async () => {
    const { quarantine } = owner.workspace;
    const keep = async (...kept: Parameters<typeof quarantine.keep>): Promise<void> => {
      await quarantine.keep(...kept);
      throw new Error('killed');
    };
    const killed = { ...owner.workspace, quarantine: { ...quarantine, keep } };
    await expect(pull(killed, 'origin')).rejects.toThrow('killed');
    await world.pull(owner);
    expect(await refusedHere()).toBe(tombstone);
  });
});

describe('a content that two clones redacted apart', () => {
  beforeEach(async () => {
    await redactPath(owner.workspace, 'a.txt');
    world.tick();
    await redactPath(dev.workspace, 'a.txt');
  });

  it('has the same in its place everywhere', async () => {
    await expectSame();
  });

  it('stays hidden by the one tombstone where the other is lifted', async () => {
    await undo(owner.workspace, null);
    await expectSame();
  });
});

it('a content that was captured apart from the redacted one does not leave until it is redacted, too', async () => {
  await startThread(dev.workspace, { thread: 'apart', task: null, from: null, directory: null });
  await save(dev, 'of the owner');
  await redactPath(owner.workspace, 'a.txt');
  await world.push(owner);
  await world.pull(dev);
  await expect(world.push(dev)).rejects.toMatchObject({
    code: 'CONTENT_SHUNNED',
    facts: { path: 'files/a.txt', advice: expect.stringContaining('`heddle redact a.txt --all`') },
  });
  await redactPath(dev.workspace, 'a.txt');
  await expectSame();
});

it('a content that was captured apart, and left before it was known as redacted, is not taken over until it is, too', async () => {
  await startThread(dev.workspace, { thread: 'apart', task: null, from: null, directory: null });
  await save(dev, 'of the owner');
  await world.push(dev);
  const { tombstone } = await redactPath(owner.workspace, 'a.txt');
  await world.pull(owner);
  expect(owner.pulled?.findings).toMatchObject([
    { kind: 'thread', subject: 'apart', message: `a.txt holds what ${shortId(tombstone)} removed` },
  ]);
  expect(await owner.workspace.refs.read(threadRef('apart'))).toBeUndefined();
  await world.push(owner);
  await world.pull(dev);
  await redactPath(dev.workspace, 'a.txt');
  await world.push(dev);
  await expectSame();
  expect(await owner.workspace.refs.read(threadRef('apart'))).toBeDefined();
});

describe('keys that somebody replaces in two homes at once', () => {
  /** The same person, with the keys that they have now, in another home. */
  const elsewhere = (workspace: Workspace): Workspace => ({
    ...workspace,
    keys: copyMemoryKeys(workspace.keys),
    credentials: createMemoryCredentials(),
  });

  it('are nobody’s any more: whoever joins both is told, and so is whoever pulls that', async () => {
    const three = await ReplicaWorld.of(4);
    const [joiner, here, , there] = three.replicas;
    if (joiner === undefined || here === undefined || there === undefined)
      throw new Error('invariant: there are four');
    const [first, second] = [here.workspace, elsewhere(there.workspace)];
    const records = [await rotateKeys(first), await rotateKeys(second)].map(({ result }) => result.id);
    const other = new MemoryRemote();
    for (const [name, id] of three.remote.refs) other.refs.set(name, id);
    await login(first, { life: null, passphrase: { kind: 'none' } });
    await login(second, { life: null, passphrase: { kind: 'none' } });
    await push(first, ALL);
    await push({ ...second, transport: async () => other.transportOf(second) }, ALL);
    await three.pull(joiner);
    expect(joiner.pulled).toMatchObject({ beaten: [], findings: [] });
    const asked = { ...joiner.workspace, transport: async () => other.transportOf(joiner.workspace) };
    const { result } = await pull(asked, 'origin');
    const lost = records.map((record) => ({ record, kind: 'key', by: DEV, principal: DEV }));
    expect(result.beaten.toSorted((a) => (a.record === records[0] ? -1 : 1))).toMatchObject(lost);
    await push(joiner.workspace, ALL);
    await three.pull(here);
    expect(here.pulled?.beaten).toMatchObject([lost[0]]);
    await three.pull(here);
    expect(here.pulled?.beaten).toEqual([]);
    expect(await findings(here)).toEqual([]);
  });

  it('are told of where they were the only owner’s: the remote’s hold there, and nothing of it is taken over', async () => {
    const three = await ReplicaWorld.of(3);
    const [here, , there] = three.replicas;
    if (here === undefined || there === undefined) throw new Error('invariant: there are three');
    const [first, second] = [here.workspace, elsewhere(there.workspace)];
    for (const one of [first, second]) {
      await rotateKeys(one);
      await login(one, { life: null, passphrase: { kind: 'none' } });
    }
    await push(first, ALL);
    const { result } = await pull(second, 'origin');
    expect(result).toMatchObject({ authority: false, lines: 0, findings: [{ kind: 'authority' }] });
    expect(result.findings[0]?.message).toContain(`the keys of ${OWNER} were changed on both sides`);
    for (const one of [first, second]) expect((await verify(one, { all: true })).findings).toEqual([]);
  });
});

it('a grant that another owner takes away meanwhile is told by whoever’s pull joins both', async () => {
  const three = await ReplicaWorld.of(3);
  const [here, , there] = three.replicas;
  if (here === undefined || there === undefined) throw new Error('invariant: there are three');
  const { view } = await loadAuthority(here.workspace);
  const held = view.grants.find(({ principal }) => principal === DEV);
  const again = { principal: DEV, role: 'reader', resource: 'acme/core@docs' } as const;
  const { result } = await addGrant(here.workspace, { ...again, until: null });
  await removeGrant(there.workspace, held?.id ?? '');
  await three.push(here);
  await three.pull(there);
  expect(there.pulled).toMatchObject({
    authority: true,
    beaten: [{ record: result.grant.id, kind: 'grant', by: OWNER, ...again }],
    findings: [],
  });
  await three.pull(there);
  expect(there.pulled?.beaten).toEqual([]);
});
