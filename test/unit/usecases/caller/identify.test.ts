import { describe, expect, it } from 'vitest';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { chainExpiry, identifyCaller, requirePrincipal, unlockRoots } from '#usecases/caller/identify.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { delegate, initialised, join } from '../../../support/memory/scenes.ts';
import { createMemoryRepository, saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

async function callerOf({ workspace }: MemoryRepository, said: Parameters<typeof saying>[1] = {}) {
  const { view } = await loadAuthority(workspace);
  return identifyCaller(saying(workspace, said), view);
}

describe('the caller', () => {
  it('is who the device’s session says', async () => {
    const caller = await callerOf(await initialised());
    expect(caller).toMatchObject({ origin: 'session', actor: { principal: OWNER, agent: null } });
    expect(caller.signer?.publicKey).toBe(caller.chain?.holder);
    expect(caller.sealed).not.toBeNull();
  });

  it('has no session of the device where an agent is at work', async () => {
    const caller = await callerOf(await initialised(), { agentDetected: 'CLAUDECODE' });
    expect(caller).toMatchObject({
      origin: 'none',
      credential: { kind: 'none', agentDetected: true },
      signer: null,
      chain: null,
      sealed: null,
    });
  });

  it('is who the named credential file says, an agent at work or not', async () => {
    const repository = await initialised();
    const agent = await delegate(repository.workspace, 'bot');
    for (const agentDetected of [null, 'CLAUDECODE']) {
      const { credentialPath } = agent.said;
      const caller = await callerOf(repository, { credentialPath, agentDetected });
      expect(caller).toMatchObject({ origin: 'file', actor: { principal: OWNER, agent: 'bot' } });
    }
  });

  it('never falls back to the session where the named file is missing', async () => {
    const repository = await initialised();
    await expect(callerOf(repository, { credentialPath: '/gone.hcred' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('has a credential that no registered key signed only as something unreadable', async () => {
    const other = await initialised();
    const repository = await initialised();
    const credential = await other.credentials.readSession(OWNER);
    if (credential !== undefined) repository.credentials.files.set('/foreign.hcred', credential);
    const caller = await callerOf(repository, { credentialPath: '/foreign.hcred' });
    expect(caller).toMatchObject({
      origin: 'file',
      credential: { kind: 'unreadable', code: 'CREDENTIAL_UNTRUSTED' },
      chain: null,
      sealed: null,
    });
  });

  it('is the one principal with keys here where nobody is named', async () => {
    const repository = await initialised();
    const unnamed = saying(repository.workspace, { principal: null });
    expect(await requirePrincipal(unnamed)).toBe(OWNER);
    expect(await callerOf(repository, { principal: null })).toMatchObject({
      actor: { principal: OWNER },
      sources: { principal: 'credential' },
    });
    await unnamed.keys.create(DEV, { kind: 'none' });
    await expect(requirePrincipal(unnamed)).rejects.toMatchObject({
      code: 'PRINCIPAL_MISSING',
      facts: { known: [DEV, OWNER] },
    });
  });

  it('needs a name where there are no keys', async () => {
    const { workspace } = createMemoryRepository();
    await expect(requirePrincipal(saying(workspace, { principal: null }))).rejects.toMatchObject({
      code: 'PRINCIPAL_MISSING',
      facts: { advice: expect.stringContaining('heddle init --principal') as string },
    });
  });

  it('names a principal in vain: what the credential says stands, and the contradiction is told', async () => {
    const repository = await initialised();
    await join(repository, DEV, 'developer');
    const agent = await delegate(repository.workspace, 'bot');
    const { credentialPath } = agent.said;
    const caller = await callerOf(repository, {
      credentialPath,
      principal: { value: DEV, source: 'environment' },
    });
    expect(caller.actor.principal).toBe(OWNER);
    expect(caller.contradictions).toEqual([{ field: 'principal', said: DEV, credential: OWNER }]);
  });
});

describe('unlocking', () => {
  const secret = { kind: 'secret', value: new Uint8Array([1, 2, 3]) } as const;

  it('gives the principal’s own root key and no other', async () => {
    const { workspace } = await initialised();
    const [known] = await workspace.keys.list();
    expect(await unlockRoots(workspace, OWNER)).toEqual([known?.root]);
    expect(await unlockRoots(workspace, DEV)).toEqual([]);
  });

  it('asks for the passphrase only where there is one, and gives nothing without it', async () => {
    const { workspace } = await initialised();
    await workspace.keys.create(DEV, secret);
    const silent = { ...workspace, passphrase: async () => undefined };
    expect(await unlockRoots(silent, DEV)).toEqual([]);
    expect(await unlockRoots(silent, OWNER)).toHaveLength(1);
    expect(await unlockRoots({ ...workspace, passphrase: async () => secret }, DEV)).toHaveLength(1);
    const wrong = { ...workspace, passphrase: async () => ({ ...secret, value: new Uint8Array(3) }) };
    await expect(unlockRoots(wrong, DEV)).rejects.toMatchObject({ code: 'PASSPHRASE_WRONG' });
  });
});

describe('the end of a chain', () => {
  it('is the earliest of its blocks', async () => {
    const repository = await initialised();
    const agent = await delegate(repository.workspace, 'bot', { life: 60_000 });
    const { chain } = await callerOf(repository, { credentialPath: agent.said.credentialPath });
    expect(chain === null ? null : chainExpiry(chain)).toBe('2026-11-21T12:01:00.000Z');
  });
});
