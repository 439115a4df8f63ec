import { beforeEach, describe, expect, it } from 'vitest';
import { parseInstant } from '#domain/time.ts';
import { decodeEntry, loadAuthority } from '#usecases/authority/load-authority.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { listGrants } from '#usecases/keys/list-grants.ts';
import { login } from '#usecases/keys/login.ts';
import { addKey, exportKey, listKeys, newKey } from '#usecases/keys/manage-keys.ts';
import { revokeKey } from '#usecases/revocation/revoke-key.ts';
import { verify } from '#usecases/verify/verify.ts';
import type { Workspace } from '#ports/workspace.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { delegate, initialised, join, start } from '../../../support/memory/scenes.ts';
import { picture } from '../../../support/memory/steps.ts';
import { asPrincipal, saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

const NONE = { kind: 'none' } as const;
let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await initialised();
  ({ workspace } = repository);
});

async function view() {
  return (await loadAuthority(workspace)).view;
}

async function exportedBy(principal: string): Promise<string> {
  const theirs = asPrincipal(workspace, principal);
  await newKey(theirs, NONE);
  return (await exportKey(theirs)).text;
}

describe('a key', () => {
  it('is made once, and exported as text that registers it', async () => {
    const dev = asPrincipal(workspace, DEV);
    const made = await newKey(dev, NONE);
    expect(made).toMatchObject({ principal: DEV, encrypted: false });
    await expect(newKey(dev, NONE)).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    const { text } = await exportKey(dev);
    const { result } = await addKey(workspace, { principal: DEV, text });
    expect(result).toMatchObject({ principal: DEV, root: made.root, record: made.record });
    expect((await view()).principals.map(({ principal }) => principal)).toEqual([OWNER, DEV]);
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('is replaced on purpose, by its person: the former stays beside it', async () => {
    const dev = await join(repository, DEV, 'developer');
    const [former] = (await dev.keys.list()).filter(({ principal }) => principal === DEV);
    await revokeKey(workspace, { principal: DEV, root: null, reason: null });
    const detected = saying(dev, { agentDetected: 'CLAUDECODE' });
    await expect(newKey(detected, NONE, true)).rejects.toMatchObject({ code: 'KEY_LOCKED' });
    const made = await newKey(dev, NONE, true);
    expect(made.root).not.toBe(former?.root);
    expect((await dev.keys.spares(DEV)).map(({ root }) => root)).toContain(former?.root);
    await addKey(workspace, { principal: DEV, text: made.text });
    await login(dev, { life: null, passphrase: undefined });
    await start(dev, 'task');
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('is not made under a passphrase that was typed in two ways', async () => {
    const typed = { kind: 'secret', value: new Uint8Array([1]) } as const;
    const slipped: Workspace = {
      ...asPrincipal(workspace, DEV),
      passphrase: async () => typed,
      repeatPassphrase: async (first) => first !== typed,
    };
    for (const replace of [false, true]) {
      await expect(newKey(slipped, undefined, replace)).rejects.toMatchObject({ code: 'PASSPHRASE_WRONG' });
    }
    expect((await slipped.keys.list()).some(({ principal }) => principal === DEV)).toBe(false);
    const sure = { ...slipped, repeatPassphrase: async () => true };
    expect(await newKey(sure, undefined)).toMatchObject({ principal: DEV, encrypted: true });
  });

  it('is made with --replace where there was none', async () => {
    expect(await newKey(asPrincipal(workspace, DEV), NONE, true)).toMatchObject({ principal: DEV });
  });

  it('is not registered under another name, twice, or without its proof', async () => {
    const text = await exportedBy(DEV);
    await expect(addKey(workspace, { principal: 'eve@example.com', text })).rejects.toMatchObject({
      code: 'KEY_REJECTED',
    });
    await addKey(workspace, { principal: DEV, text });
    await expect(addKey(workspace, { principal: DEV, text })).rejects.toMatchObject({ code: 'KEY_REJECTED' });
    const before = await picture(workspace);
    await expect(addKey(workspace, { principal: DEV, text: 'heddle-key:AAAA' })).rejects.toMatchObject({
      code: 'KEY_REJECTED',
    });
    expect(await picture(workspace)).toEqual(before);
  });

  it('is registered by an admin in person, not by an agent, and not by a developer', async () => {
    const dev = await join(repository, DEV, 'developer');
    const text = await exportedBy('eve@example.com');
    const asked = { principal: 'eve@example.com', text };
    await expect(addKey(dev, asked)).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT' } },
    });
    const agent = await delegate(workspace, 'bot');
    await expect(addKey(agent, asked)).rejects.toMatchObject({ recorded: { denial: { code: 'FLOOR' } } });
    const admin = await join(repository, 'ada@example.com', 'admin');
    await expect(addKey(admin, asked)).resolves.toMatchObject({ result: { principal: 'eve@example.com' } });
  });

  it('needs the root key unlocked to be registered', async () => {
    const text = await exportedBy(DEV);
    const locked: Workspace = {
      ...workspace,
      keys: { ...workspace.keys, list: async () => [] },
    };
    await expect(addKey(locked, { principal: DEV, text })).rejects.toMatchObject({
      recorded: { denial: { code: 'UNLOCK_NEEDED' } },
    });
  });

  it('is listed with what is known of it here and there', async () => {
    await join(repository, DEV, null);
    await workspace.keys.create('spare@example.com', { kind: 'secret', value: new Uint8Array(1) });
    const { keys } = await listKeys(workspace, await view());
    expect(keys.map(({ root, record, ...rest }) => [root.length + record.length, rest])).toEqual([
      [128, { principal: OWNER, here: true, encrypted: false, registered: true, revoked: false }],
      [
        128,
        { principal: 'spare@example.com', here: true, encrypted: true, registered: false, revoked: false },
      ],
      [128, { principal: DEV, here: false, encrypted: null, registered: true, revoked: false }],
    ]);
    expect((await listKeys(workspace, null)).keys.map(({ registered }) => registered)).toEqual([null, null]);
  });
});

describe('a grant', () => {
  const GRANT = { principal: DEV, role: 'developer', resource: 'acme/core:src', until: null } as const;
  beforeEach(async () => {
    await join(repository, DEV, null);
  });

  it('is given, listed and taken back by its id or the beginning of it', async () => {
    const { result } = await addGrant(workspace, GRANT);
    expect(result.grant).toMatchObject({ ...GRANT, by: OWNER });
    const ofDev = { principal: DEV, at: null, effective: false };
    const listed = await listGrants(workspace, ofDev);
    expect(listed).toEqual({ at: null, grants: [{ ...result.grant, reach: null }], effective: null });
    await removeGrant(workspace, result.grant.id.slice(3, 12));
    expect((await listGrants(workspace, ofDev)).grants).toEqual([]);
    await expect(removeGrant(workspace, result.grant.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('is taken back together with what its remover knew: heads of threads and of logs', async () => {
    const { result } = await addGrant(workspace, GRANT);
    const newest = (await workspace.log.newest()[Symbol.asyncIterator]().next()).value;
    await removeGrant(workspace, result.grant.id);
    const last = (await loadAuthority(workspace)).files.at(-1);
    const { body } = decodeEntry(last ?? expect.fail('the chain has records')).record;
    expect(body).toMatchObject({ kind: 'grant', action: 'remove', seen: [newest?.id] });
  });

  it('is listed at what it covers, until it ends', async () => {
    const until = parseInstant('2026-11-21T13:00:00.000Z');
    await addGrant(workspace, { ...GRANT, until });
    const at = async (resource: string | null, now = repository.now): Promise<number> =>
      (
        await listGrants(
          { ...workspace, clock: { ...workspace.clock, now: () => now } },
          { principal: DEV, at: resource, effective: false },
        )
      ).grants.length;
    expect(await at('acme/core@task:src/a.ts')).toBe(1);
    expect(await at('acme/core:docs')).toBe(0);
    expect(await at(null, parseInstant('2026-11-21T12:59:59.999Z'))).toBe(1);
    expect(await at(null, until)).toBe(0);
  });

  it.each<[string, Partial<Parameters<typeof addGrant>[1]>]>([
    ['to somebody without keys', { principal: 'nobody@example.com' }],
    ['that has ended', { until: parseInstant('2026-11-21T12:00:00.000Z') }],
  ])('is refused %s', async (_what, change) => {
    await expect(addGrant(workspace, { ...GRANT, ...change })).rejects.toMatchObject({
      code: 'GRANT_INVALID',
    });
  });

  it('of more than the granter holds is denied', async () => {
    const admin = await join(repository, 'ada@example.com', 'admin');
    await expect(addGrant(admin, { ...GRANT, role: 'owner' })).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT', required: { role: 'owner' } } },
    });
    await expect(addGrant(admin, { ...GRANT, role: 'admin' })).resolves.toBeDefined();
  });

  it('at another repository is nobody’s here', async () => {
    const elsewhere = { ...GRANT, resource: 'acme/other' };
    await expect(addGrant(workspace, elsewhere)).rejects.toMatchObject({ code: 'DENIED' });
  });

  it('of an owner is taken back only as long as one is left, and never that of the genesis', async () => {
    const { genesis } = await view();
    await expect(removeGrant(workspace, genesis)).rejects.toMatchObject({ code: 'GRANT_INVALID' });
    const { result } = await addGrant(workspace, { ...GRANT, role: 'owner', resource: 'acme/core' });
    await expect(removeGrant(workspace, result.grant.id)).resolves.toBeDefined();
  });

  it('is ambiguous by a beginning that two have', async () => {
    await addGrant(workspace, GRANT);
    await expect(removeGrant(workspace, 'hg-')).rejects.toMatchObject({ code: 'AMBIGUOUS' });
  });
});
