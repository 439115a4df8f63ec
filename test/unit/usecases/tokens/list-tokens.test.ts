import { beforeEach, describe, expect, it } from 'vitest';
import type { TokenSummary } from '#domain/results/token-results.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { revokeToken } from '#usecases/revocation/revoke-token.ts';
import { listTokens } from '#usecases/tokens/list-tokens.ts';
import { mintToken } from '#usecases/tokens/mint-token.ts';
import { can } from '#usecases/tokens/can.ts';
import { startThread } from '#usecases/threads/start.ts';
import { OWNER } from '../../../support/decisions.ts';
import { delegate, save, started } from '../../../support/memory/scenes.ts';
import { saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

async function list(live = false): Promise<readonly TokenSummary[]> {
  return (await listTokens(workspace, { live })).tokens;
}

async function tokenOf(agent: string): Promise<TokenSummary> {
  const found = (await list()).find((token) => token.agent === agent);
  if (found === undefined) throw new Error(`${agent} is not listed`);
  return found;
}

async function revoke(what: {
  readonly session: string | null;
  readonly block: string | null;
}): Promise<void> {
  await revokeToken(workspace, { ...what, token: null, reason: null });
}

describe('the tokens of a clone', () => {
  it('are none before one was made: the session of a login is nobody’s child', async () => {
    expect(await list()).toEqual([]);
  });

  it('are there from when they were made, unused', async () => {
    await delegate(workspace, 'planner', { depth: 2 });
    const planner = await tokenOf('planner');
    const { view } = await loadAuthority(workspace);
    expect(planner).toMatchObject({ status: 'live', principal: OWNER, via: [], states: 0, lastSeen: null });
    expect(planner).toMatchObject({ expires: '2026-11-21T13:00:00.000Z', operations: 0, denials: 0 });
    expect(planner.operation).toBe((await workspace.log.check()).operations.at(-1)?.id);
    const { token, holder } = await workspace.credentials.read('/credentials/planner.hcred');
    const read = workspace.tokens.read(token, [view.principals[0]?.keys.root ?? '']);
    if (read.kind !== 'chain') throw new Error(read.why);
    expect(planner.revocationId).toBe(read.chain.revocationIds.at(-1));
    expect(planner.session).toBe(read.chain.authority.session);
    expect(planner.holder).toBe(holder.publicKey);
  });

  it('tell what each did itself, and when it was last seen', async () => {
    const planner = await delegate(workspace, 'planner', { depth: 2 });
    const writer = await delegate(planner, 'writer', {
      operations: ['state:capture'],
      resources: ['acme/core@task:src'],
    });
    await save(repository, writer, { 'src/a': 'a' });
    await save(repository, writer, { 'src/a': 'b' });
    await expect(save(repository, writer, { outside: 'x' })).rejects.toMatchObject({ code: 'DENIED' });
    expect(await tokenOf('writer')).toMatchObject({ via: ['planner'], states: 2, operations: 2, denials: 1 });
    // Handing the token on was the planner's own doing.
    expect(await tokenOf('planner')).toMatchObject({ states: 0, operations: 1, denials: 0 });
    const [last] = (await workspace.log.check()).operations.slice(-1);
    expect((await tokenOf('writer')).lastSeen).toBe(last?.line.at);
    await can(writer, { operation: 'state:read', resource: 'acme/core' });
    expect(await tokenOf('writer')).toMatchObject({ operations: 2, denials: 1 });
  });

  it('are those of agents too whose making nobody here saw', async () => {
    const offline = { ...workspace };
    const { attenuateToken } = await import('#usecases/tokens/attenuate-token.ts');
    const made = { operations: [], resources: [], life: null, depth: null, from: null } as const;
    await attenuateToken(offline, null, { ...made, agent: 'far', provider: null, model: null, file: '/far' });
    expect(await list()).toEqual([]);
    await save(repository, saying(workspace, { credentialPath: '/far' }), { a: 'a' });
    expect(await tokenOf('far')).toMatchObject({ madeAt: null, operation: null, states: 1, operations: 1 });
  });

  it('are those that a principal minted, without an agent', async () => {
    const options = { operations: [], resources: [], life: 60_000, file: '/minted.hcred' };
    const { result: minted } = await mintToken(workspace, workspace, options);
    const [token] = await list();
    expect(token).toMatchObject({ agent: null, session: minted.session, holder: minted.holder, via: [] });
    await startThread(saying(workspace, { credentialPath: '/minted.hcred' }), {
      thread: 'other',
      task: null,
      from: null,
      directory: null,
    });
    expect((await list())[0]).toMatchObject({ operations: 1, states: 0 });
  });

  it('count no state that its holder did not sign', async () => {
    const writer = await delegate(workspace, 'writer');
    await save(repository, writer, { a: 'a' });
    const deaf: Workspace = {
      ...workspace,
      verifySignature: (kind, ...rest) => kind !== 'state' && workspace.verifySignature(kind, ...rest),
    };
    expect((await listTokens(deaf, { live: false })).tokens[0]).toMatchObject({ states: 0, operations: 1 });
  });
});

describe('a listed token', () => {
  it('is expired after its end, and left out where only live ones are asked for', async () => {
    await delegate(workspace, 'short', { life: 60_000 });
    await delegate(workspace, 'long');
    const later = formatInstant(instantMilliseconds(workspace.clock.now()) + 61_000);
    workspace = { ...workspace, clock: { now: () => later } };
    expect((await list()).map(({ agent, status }) => [agent, status])).toEqual(
      expect.arrayContaining([
        ['short', 'expired'],
        ['long', 'live'],
      ]),
    );
    expect((await list(true)).map(({ agent }) => agent)).toEqual(['long']);
  });

  it('is revoked with its block, its parent’s block or its session, and nobody else is', async () => {
    const planner = await delegate(workspace, 'planner', { depth: 2 });
    await delegate(planner, 'writer');
    await delegate(workspace, 'other');
    const statuses = async (): Promise<Readonly<Record<string, string>>> =>
      Object.fromEntries((await list()).map(({ agent, status }) => [agent ?? '', status]));
    await revoke({ session: null, block: (await tokenOf('writer')).revocationId });
    expect(await statuses()).toEqual({ planner: 'live', writer: 'revoked', other: 'live' });
    await revoke({ session: null, block: (await tokenOf('planner')).revocationId });
    expect(await statuses()).toEqual({ planner: 'revoked', writer: 'revoked', other: 'live' });
    const minted = { operations: [], resources: [], life: null, file: '/m.hcred' };
    const { session } = (await mintToken(workspace, workspace, minted)).result;
    await delegate(saying(workspace, { credentialPath: '/m.hcred' }), 'child');
    await revoke({ session, block: null });
    expect(await statuses()).toMatchObject({ '': 'revoked', child: 'revoked', other: 'live' });
  });

  it('is refused where heddle was not initialised', async () => {
    const { createMemoryRepository } = await import('../../../support/memory/workspace.ts');
    const bare = createMemoryRepository().workspace;
    await expect(listTokens(bare, { live: false })).rejects.toMatchObject({ code: 'NOT_INITIALISED' });
  });
});
