import { beforeEach, describe, expect, it } from 'vitest';
import { AUTHORITY_REF } from '#domain/refs.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { initialise } from '#usecases/keys/initialise.ts';
import { login } from '#usecases/keys/login.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { verify } from '#usecases/verify/verify.ts';
import type { Workspace } from '#ports/workspace.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { killedAt, picture, stepsOf } from '../../../support/memory/steps.ts';
import { createMemoryRepository, saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

const NONE = { kind: 'none' } as const;
const OPTIONS = { namespace: null, name: null, passphrase: NONE };
let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(() => {
  repository = createMemoryRepository();
  ({ workspace } = repository);
});

describe('init', () => {
  it('makes the keys, the chain, the clone’s pin and one line', async () => {
    const result = await initialise(workspace, OPTIONS);
    expect(result).toMatchObject({ repository: 'owner/core', principal: OWNER, keyMade: true });
    expect(await workspace.records.readClone()).toMatchObject({ genesis: result.genesis });
    const { view } = await loadAuthority(workspace);
    expect(view).toMatchObject({ genesis: result.genesis, head: result.genesis, repository: 'owner/core' });
    const { operations } = await workspace.log.check();
    expect(operations.map(({ line }) => line.op)).toEqual(['init']);
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('names the repository as it is told', async () => {
    const named = await initialise(workspace, { ...OPTIONS, namespace: 'acme/team', name: 'App' });
    expect(named.repository).toBe('acme/team/App');
  });

  it('uses the keys that are there', async () => {
    const keys = await workspace.keys.create(OWNER, NONE);
    expect(await initialise(workspace, OPTIONS)).toMatchObject({ keyMade: false });
    const [owner] = (await loadAuthority(workspace)).view.principals;
    expect(owner?.keys).toEqual(keys);
  });

  it('is done once', async () => {
    await initialise(workspace, OPTIONS);
    const before = await picture(workspace);
    await expect(initialise(workspace, OPTIONS)).rejects.toMatchObject({ code: 'ALREADY_INITIALISED' });
    expect(await picture(workspace)).toEqual(before);
  });

  it('makes nothing without a choice about the passphrase, without a name, or with a bad one', async () => {
    const silent = { ...workspace, passphrase: async () => undefined };
    const undecided = { ...OPTIONS, passphrase: undefined };
    await expect(initialise(silent, undecided)).rejects.toMatchObject({ code: 'PASSPHRASE_MISSING' });
    const nameless = saying(workspace, { principal: null });
    await expect(initialise(nameless, OPTIONS)).rejects.toMatchObject({ code: 'PRINCIPAL_MISSING' });
    const bad = { ...OPTIONS, namespace: '..' };
    await expect(initialise(workspace, bad)).rejects.toMatchObject({ code: 'RESOURCE_INVALID' });
    expect(await workspace.keys.list()).toEqual([]);
    expect(await workspace.records.readClone()).toBeUndefined();
    expect(await workspace.refs.read(AUTHORITY_REF)).toBeUndefined();
  });

  it('that was killed is done or can be done again', async () => {
    const steps = await stepsOf(createMemoryRepository().workspace, (inner) => initialise(inner, OPTIONS));
    expect(steps).toContain('append line');
    for (const step of steps) {
      for (const when of ['before', 'after'] as const) {
        const { workspace: fresh } = createMemoryRepository();
        expect(await killedAt(fresh, { step, when }, (inner) => initialise(inner, OPTIONS))).toBe(true);
        const done = initialise(fresh, OPTIONS).catch((error: unknown) => error);
        const committed = steps.indexOf(step) + Number(when === 'after') > steps.indexOf('append line');
        expect(await done, `${when} ${step}`).toMatchObject(
          committed ? { code: 'ALREADY_INITIALISED' } : { principal: OWNER },
        );
        expect(await fresh.lock.run(() => recover(fresh))).toEqual([]);
        expect((await verify(fresh, { all: true })).findings).toEqual([]);
      }
    }
  });
});

describe('login', () => {
  it('makes keys where there are none, and a session of twelve hours for any repository', async () => {
    const result = await login(workspace, { life: null, passphrase: NONE });
    expect(result).toMatchObject({
      principal: OWNER,
      repo: '*',
      expires: '2026-11-22T00:00:00.000Z',
      keyMade: true,
    });
    const session = await workspace.credentials.readSession(OWNER);
    expect(session?.holder.publicKey).toBe(result.holder);
    const again = await login(workspace, { life: 60_500, passphrase: undefined });
    expect(again).toMatchObject({ keyMade: false, expires: '2026-11-21T12:01:00.000Z' });
    expect(again.session).not.toBe(result.session);
  });

  it('asks for the passphrase of keys that have one', async () => {
    const secret = { kind: 'secret', value: new Uint8Array([7]) } as const;
    await workspace.keys.create(DEV, secret);
    const dev = saying(workspace, { principal: { value: DEV, source: 'flag' } });
    const knowing = { ...dev, passphrase: async () => secret };
    expect(await login(knowing, { life: null, passphrase: undefined })).toMatchObject({ principal: DEV });
    const silent = { ...dev, passphrase: async () => undefined };
    await expect(login(silent, { life: null, passphrase: undefined })).rejects.toMatchObject({
      code: 'PASSPHRASE_MISSING',
    });
  });
});
