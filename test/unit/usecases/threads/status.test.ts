import { beforeEach, describe, expect, it } from 'vitest';
import { parseInstant } from '#domain/time.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { whoami } from '#usecases/caller/whoami.ts';
import { oplog } from '#usecases/history/oplog.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { undo } from '#usecases/undo/undo.ts';
import { listUndo } from '#usecases/undo/list-undo.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import { newKey } from '#usecases/keys/manage-keys.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { revokeToken } from '#usecases/revocation/revoke-token.ts';
import { status } from '#usecases/threads/status.ts';
import { can } from '#usecases/tokens/can.ts';
import { inspectToken, verifyToken } from '#usecases/tokens/inspect-token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { delegate, initialised, join, save, start } from '../../../support/memory/scenes.ts';
import { picture, stepsOf } from '../../../support/memory/steps.ts';
import { saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await initialised();
  ({ workspace } = repository);
});

async function advice(caller: Workspace = workspace): Promise<readonly string[]> {
  return (await status(caller)).attention.map(({ message }) => message);
}

describe('status', () => {
  it('says what to do next: start, then capture, then nothing', async () => {
    expect(await status(workspace)).toMatchObject({
      thread: null,
      role: { role: 'owner', at: 'acme/core' },
      credential: { kind: 'session', principal: OWNER, via: [] },
      attention: [{ command: ['heddle', 'start', 'THREAD'] }],
    });
    await start(workspace, 'task');
    repository.files.set('a', { mode: '100644', content: '1' });
    expect(await status(workspace)).toMatchObject({
      thread: 'task',
      state: null,
      changed: [{ path: 'a', change: 'added' }],
      attention: [{ command: ['heddle', 'capture', '-m', 'INTENT'] }],
    });
    const { state } = await save(repository, workspace, {});
    expect(await status(workspace)).toMatchObject({ state, changed: [], attention: [] });
  });

  it('advises no capture where nothing is left of a budget for it', async () => {
    await start(workspace, 'task');
    const agent = await delegate(workspace, 'bot', { budget: { states: 1 } });
    await save(repository, agent, { a: '1' });
    repository.files.set('a', { mode: '100644', content: '2' });
    expect(await status(agent)).toMatchObject({
      attention: [{ message: expect.stringContaining('the budget for states') as string, command: null }],
    });
    expect(await status(workspace)).toMatchObject({
      attention: [{ command: ['heddle', 'capture', '-m', 'INTENT'] }],
    });
  });

  it('says what is wrong instead of failing', async () => {
    await start(workspace, 'task');
    await save(repository, workspace, { a: '1' });
    await workspace.records.writePosition(workspace.places.gitDir, { thread: 'task', state: null });
    expect((await advice()).join()).toContain('task is at hs-');
  });

  it('tells an agent without a credential how a person makes one, and others to log in', async () => {
    const agent = saying(workspace, { agentDetected: 'CLAUDECODE' });
    const [early] = (await status(agent)).attention;
    expect(early?.command?.join(' ')).toContain('--resource acme/core@THREAD --out');
    await start(workspace, 'task');
    const { attention } = await status(agent);
    const told = attention.find(({ message }) => message.includes('CLAUDECODE'));
    expect(told?.message).toContain(' makes one in another shell, and HEDDLE_CREDENTIAL names its file');
    expect(told?.command?.join(' ')).toMatch(
      /^heddle token attenuate --agent agent --allow state:capture --resource acme\/core@task --out \.\.\/agent\.hcred$/,
    );
    repository.credentials.sessions.clear();
    expect(await advice()).toContain('you are not logged in');
  });

  it('says when the credential ended', async () => {
    repository.now = parseInstant('2026-11-22T00:00:01.000Z');
    expect(await advice()).toContain('the credential ended 2026-11-22 00:00 UTC');
  });

  it('sends an agent whose credential ended to whoever gave it, not to log in', async () => {
    const agent = await delegate(workspace, 'bot');
    repository.now = parseInstant('2026-11-21T13:00:01.000Z');
    expect((await status(agent)).attention[0]).toEqual({
      message: 'the credential ended 2026-11-21 13:00 UTC; ask whoever gave it for another',
      command: null,
    });
  });

  it('says that a credential was revoked, and what helps', async () => {
    const agent = await delegate(workspace, 'bot');
    expect(await advice(agent)).not.toContain('revoked');
    const { token } = await agent.credentials.read(agent.said.credentialPath ?? '');
    await revokeToken(workspace, { session: null, block: null, token, reason: null });
    expect((await status(agent)).attention[0]).toEqual({
      message: expect.stringMatching(/^nothing can be saved: block 1 of the credential was revoked; /),
      command: null,
    });
    const session = (await workspace.credentials.readSession(OWNER))?.token ?? new Uint8Array();
    await revokeToken(workspace, { session: null, block: null, token: session, reason: null });
    expect((await status(workspace)).attention[0]).toMatchObject({
      message: expect.stringContaining('was revoked'),
      command: ['heddle', 'login', '--principal', OWNER],
    });
  });

  it('says that a policy refuses what it would save, unless it was never to save anything', async () => {
    await start(workspace, 'task');
    const writer = await delegate(workspace, 'writer');
    const reader = await delegate(workspace, 'reader', { operations: ['state:read'] });
    await setPolicy(workspace, {
      resource: 'acme/core@task',
      rules: { attribution: 'required' },
      reason: null,
      dryRun: false,
    });
    expect((await advice(writer)).join()).toContain(
      'nothing can be saved: writer does not say which provider',
    );
    expect(await advice(reader)).toEqual([]);
    expect(await advice()).toEqual([]);
  });

  it('asks for the principal where several have keys, and names them', async () => {
    await newKey(saying(workspace, { principal: { value: DEV, source: 'flag' } }), { kind: 'none' });
    const unnamed = saying(workspace, { principal: null });
    const [asked] = (await status(unnamed)).attention;
    expect(asked?.command).toEqual(['heddle', 'status', '--principal', 'PRINCIPAL']);
    expect(asked?.message).toMatch(
      /^nobody is named, and 2 principals have keys here \(.*dev@example\.com.*\)/,
    );
    for (const ask of [undo(unnamed, null), redo(unnamed, null), listUndo(unnamed, null)])
      await expect(ask).rejects.toMatchObject({ code: 'PRINCIPAL_MISSING' });
  });
});

describe('whoami', () => {
  it('says who, from where, with which keys and roles', async () => {
    const { view } = await loadAuthority(workspace);
    expect(await whoami(workspace, view)).toMatchObject({
      actor: { principal: OWNER },
      sources: { principal: 'credential' },
      registered: true,
      roles: [{ role: 'owner', at: 'acme/core' }],
    });
    const nobody = saying(workspace, { principal: { value: DEV, source: 'flag' } });
    expect(await whoami(nobody, view)).toMatchObject({
      actor: { principal: DEV },
      credential: null,
      keys: null,
      registered: false,
      roles: [],
    });
    expect(await whoami(nobody, null)).toMatchObject({ registered: null });
  });

  it('leaves out roles that ended', async () => {
    await join(repository, DEV, null);
    const until = parseInstant('2026-11-21T12:30:00.000Z');
    await addGrant(workspace, { principal: DEV, role: 'reader', resource: 'acme/core', until });
    const { view } = await loadAuthority(workspace);
    const dev = saying(workspace, { principal: { value: DEV, source: 'flag' } });
    expect((await whoami(dev, view)).roles).toEqual([{ role: 'reader', at: 'acme/core' }]);
    repository.now = until;
    expect((await whoami(dev, view)).roles).toEqual([]);
  });
});

describe('can', () => {
  it('decides as the verb would, and changes nothing', async () => {
    const agent = await delegate(workspace, 'bot', { resources: ['acme/core@task:src'] });
    const before = await picture(workspace);
    const ask = { operation: 'state:capture', resource: 'acme/core@task:src/a' } as const;
    expect(await stepsOf(agent, (inner) => can(inner, ask))).toEqual([]);
    expect(await can(agent, ask)).toMatchObject({ allowed: true, denial: null });
    expect(await can(agent, { ...ask, resource: 'acme/core@task:docs' })).toMatchObject({
      allowed: false,
      denial: { code: 'SCOPE_RESOURCE', id: null },
    });
    await expect(can(agent, { ...ask, resource: 'acme//core' })).rejects.toMatchObject({
      code: 'RESOURCE_INVALID',
    });
    expect(await picture(workspace)).toEqual(before);
  });

  it('asks for a passphrase only where the root key would be needed', async () => {
    let asked = 0;
    const sealed: Workspace = {
      ...workspace,
      keys: {
        ...workspace.keys,
        list: async () => (await workspace.keys.list()).map((keys) => ({ ...keys, encrypted: true })),
      },
      passphrase: async () => {
        asked += 1;
        return undefined;
      },
    };
    await can(sealed, { operation: 'state:capture', resource: 'acme/core' });
    expect(asked).toBe(0);
    expect(await can(sealed, { operation: 'grant:write', resource: 'acme/core' })).toMatchObject({
      denial: { code: 'UNLOCK_NEEDED' },
    });
    expect(asked).toBe(1);
  });
});

describe('a token looked at', () => {
  async function tokenOf(caller: Workspace): Promise<Uint8Array> {
    const path = caller.said.credentialPath ?? '';
    return (await caller.credentials.read(path)).token;
  }

  it('is told in plain words, with what is left of it and whether it is trusted here', async () => {
    const agent = await delegate(workspace, 'bot', { resources: ['acme/core@task'] });
    const token = await tokenOf(agent);
    const { view } = await loadAuthority(workspace);
    expect(await inspectToken(workspace, token, view)).toMatchObject({
      principal: OWNER,
      trust: 'trusted',
      blocks: [{ kind: 'authority' }, { kind: 'delegation', agent: 'bot' }],
      effective: { resources: [['acme/core@task']], expires: '2026-11-21T13:00:00.000Z', depthLeft: 1 },
    });
    expect(await inspectToken(workspace, token, null)).toMatchObject({ trust: 'unchecked' });
    const stranger = (await loadAuthority((await initialised()).workspace)).view;
    expect(await inspectToken(workspace, token, stranger)).toMatchObject({ trust: 'unknown-root' });
    await expect(inspectToken(workspace, token.subarray(1), view)).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });

  it('is verified against keys, repository, revocations and time', async () => {
    const token = await tokenOf(await delegate(workspace, 'bot'));
    const { view } = await loadAuthority(workspace);
    const kinds = async (change: Partial<typeof view>, now = repository.now): Promise<readonly string[]> => {
      const verified = await verifyToken(workspace, token, { view: { ...view, ...change }, now });
      expect(verified.ok).toBe(verified.findings.length === 0);
      return verified.findings.map(({ kind }) => kind);
    };
    expect(await kinds({})).toEqual([]);
    expect(await kinds({}, parseInstant('2026-11-21T13:00:00.001Z'))).toEqual(['expired']);
    const { blocks } = await inspectToken(workspace, token, view);
    expect(await kinds({ revokedBlocks: [blocks[1]?.revocationId ?? ''] })).toEqual(['revoked']);
    const revoked = view.principals.map((principal) => ({ ...principal, revoked: true }));
    expect(await kinds({ principals: revoked })).toEqual(['revoked']);
    expect(await kinds({ principals: [] })).toEqual(['CREDENTIAL_UNTRUSTED']);
  });
});

describe('the log of operations', () => {
  it('shows who did what through whom, denials too, newest first', async () => {
    await start(workspace, 'task');
    const agent = await delegate(workspace, 'bot', { operations: ['undo'] });
    await expect(save(repository, agent, { a: '1' })).rejects.toMatchObject({ code: 'DENIED' });
    const { operations } = await oplog(workspace, 2);
    expect(operations).toMatchObject([
      { op: 'capture', verdict: 'deny', code: 'SCOPE_OPERATION', stage: 'scope', via: ['bot'], states: [] },
      { op: 'token-attenuate', verdict: 'allow', code: null, via: [] },
    ]);
    expect((await oplog(workspace, 0)).operations).toEqual([]);
    expect((await oplog(workspace, null)).operations).toHaveLength(4);
  });
});
