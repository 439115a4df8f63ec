import { beforeEach, describe, expect, it } from 'vitest';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { parseInstant } from '#domain/time.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { attenuateToken, type AttenuateOptions } from '#usecases/tokens/attenuate-token.ts';
import { mintToken } from '#usecases/tokens/mint-token.ts';
import { verify } from '#usecases/verify/verify.ts';
import type { Credential } from '#ports/keys.ts';
import type { Workspace } from '#ports/workspace.ts';
import { OWNER } from '../../../support/decisions.ts';
import { delegate, initialised, save, start } from '../../../support/memory/scenes.ts';
import { picture, stepsOf } from '../../../support/memory/steps.ts';
import {
  asPrincipal,
  createMemoryRepository,
  saying,
  type MemoryRepository,
} from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await initialised();
  ({ workspace } = repository);
});

const PLAIN: AttenuateOptions = {
  agent: 'bot',
  operations: [],
  resources: [],
  life: null,
  provider: null,
  model: null,
  depth: null,
  from: null,
  file: '/bot.hcred',
};

async function attenuated(change: Partial<AttenuateOptions> = {}, machine: Workspace = workspace) {
  return (await attenuateToken(machine, workspace, { ...PLAIN, ...change })).result;
}

async function leafChecks(path = '/bot.hcred') {
  const { view } = await loadAuthority(workspace);
  const { chain } = await identifyCaller(saying(workspace, { credentialPath: path }), view);
  return chain?.blocks.at(-1)?.checks;
}

describe('a narrowed token', () => {
  it('lives an hour and may add one more agent unless something else is asked for', async () => {
    const { expires } = await attenuated();
    expect(expires).toBe('2026-11-21T13:00:00.000Z');
    expect(await leafChecks()).toEqual([
      { kind: 'time', notAfter: '2026-11-21T13:00:00.000Z' },
      { kind: 'depth', atMost: 2 },
    ]);
  });

  it('never outlives its parent by default, and is refused a longer life that is asked for', async () => {
    await attenuated({ life: 60_000 });
    const bot = saying(workspace, { credentialPath: '/bot.hcred' });
    const inner = await attenuated({ agent: 'inner', file: '/inner.hcred' }, bot);
    expect(inner.expires).toBe('2026-11-21T12:01:00.000Z');
    await expect(attenuated({ file: '/x', life: 120_000 }, bot)).rejects.toMatchObject({
      code: 'TOKEN_WIDENS',
      facts: { block: 1, agent: 'bot', asked: '2026-11-21T12:02:00.000Z' },
    });
  });

  it('leaves the default depth only as far as the parent has it', async () => {
    await attenuated({ depth: 1 });
    const bot = saying(workspace, { credentialPath: '/bot.hcred' });
    await attenuated({ agent: 'inner', file: '/inner.hcred' }, bot);
    expect(await leafChecks('/inner.hcred')).toContainEqual({ kind: 'depth', atMost: 2 });
    const inner = saying(workspace, { credentialPath: '/inner.hcred' });
    await expect(attenuated({ agent: 'third', file: '/third' }, inner)).rejects.toMatchObject({
      code: 'TOKEN_WIDENS',
      facts: { asked: '3', block: 1 },
    });
  });

  it.each<[string, Partial<AttenuateOptions>, string]>([
    ['another operation', { operations: ['undo'] }, 'undo'],
    ['a wider resource', { resources: ['acme/core@task'] }, 'acme/core@task'],
    ['a resource beside', { resources: ['acme/core@task:source'] }, 'acme/core@task:source'],
    ['more agents', { depth: 5 }, '7'],
  ])('is refused %s, naming the block that would stop it', async (_what, asked, word) => {
    await attenuated({ operations: ['state:capture'], resources: ['acme/core@task:src'], depth: 1 });
    const bot = saying(workspace, { credentialPath: '/bot.hcred' });
    const before = await picture(workspace);
    await expect(attenuated({ ...asked, file: '/wide.hcred' }, bot)).rejects.toMatchObject({
      code: 'TOKEN_WIDENS',
      facts: { asked: word, block: 1, agent: 'bot' },
    });
    expect(repository.credentials.files.has('/wide.hcred')).toBe(false);
    expect(await picture(workspace)).toEqual(before);
  });

  it('holds what it was narrowed to, in the words of the blocks', async () => {
    const { plain, holder } = await attenuated({
      operations: ['state:capture'],
      resources: ['acme/core@task:src'],
      provider: 'acme',
      model: 'm-1',
    });
    expect(plain).toHaveLength(1);
    expect(plain[0]).toContain('may state:capture');
    expect(plain[0]).toContain('only within acme/core@task:src');
    expect(repository.credentials.files.get('/bot.hcred')?.holder.publicKey).toBe(holder);
  });

  it('is refused half of provider and model, and a resource that is none', async () => {
    await expect(attenuated({ provider: 'acme' })).rejects.toMatchObject({
      code: 'PROVIDER_MODEL_PAIR',
      facts: { missing: 'model' },
    });
    await expect(attenuated({ resources: ['acme/../core'] })).rejects.toMatchObject({
      code: 'RESOURCE_INVALID',
    });
  });

  it('leaves its parent as it was, and overwrites nothing', async () => {
    const before = await workspace.credentials.readSession(OWNER);
    await attenuated();
    expect(await workspace.credentials.readSession(OWNER)).toEqual(before);
    const steps = await stepsOf(workspace, async (inner) => {
      await expect(attenuateToken(inner, inner, PLAIN)).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    });
    expect(steps).toEqual([]);
  });

  it('needs a parent that can be read', async () => {
    const detected = saying(workspace, { agentDetected: 'CLAUDECODE' });
    await expect(attenuated({}, detected)).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
      facts: { advice: expect.stringContaining('an agent needs a credential of its own') },
    });
    repository.credentials.sessions.clear();
    await expect(attenuated()).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
      facts: { advice: expect.stringContaining('`heddle login`') },
    });
  });

  it('is noted in the log before it is handed out, signed by its parent’s holder', async () => {
    const seen: number[] = [];
    const { credentials } = workspace;
    const write = async (path: string, credential: Credential): Promise<void> => {
      seen.push((await workspace.log.check()).operations.length);
      await credentials.write(path, credential);
    };
    const before = (await workspace.log.check()).operations.length;
    const listening = { ...workspace, credentials: { ...credentials, write } };
    const { result } = await attenuateToken(listening, listening, PLAIN);
    expect(seen).toEqual([before + 1]);
    const last = (await workspace.log.check()).operations.at(-1);
    expect(last).toMatchObject({ id: result.operation, line: { op: 'token-attenuate' } });
    const parent = await credentials.readSession(OWNER);
    expect(last?.line.holder).toBe(parent?.holder.publicKey);
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('is noted under the authority that stands when the lock is free', async () => {
    const { lock } = workspace;
    const late: Workspace = {
      ...workspace,
      lock: {
        ...lock,
        async run(work) {
          const grant = {
            principal: OWNER,
            role: 'reader',
            resource: 'acme/core:docs',
            until: null,
          } as const;
          await addGrant(workspace, grant);
          return lock.run(work);
        },
      },
    };
    await attenuateToken(late, late, PLAIN);
    const last = (await workspace.log.check()).operations.at(-1);
    expect(last?.line.policy).toBe((await loadAuthority(workspace)).view.head);
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('may be made of a file that is not the caller’s own, outside a repository too', async () => {
    await attenuated();
    const options = { ...PLAIN, agent: 'inner', from: '/bot.hcred', file: null };
    const { result, credential } = await attenuateToken(workspace, null, options);
    expect(result).toMatchObject({ file: null, agent: 'inner', operation: null });
    expect(credential).toContain('bot');
  });

  it('is made also in a home that knows no root key', async () => {
    await attenuated({ life: 600_000, depth: 1 });
    const home = asPrincipal(workspace, 'unknown@example.com');
    const credential = repository.credentials.files.get('/bot.hcred');
    if (credential === undefined) throw new Error('the agent has a credential');
    await home.credentials.write('/bot.hcred', credential);
    const bot = saying(home, { credentialPath: '/bot.hcred', principal: null });
    const made = await attenuateToken(bot, null, { ...PLAIN, agent: 'inner', file: '/inner.hcred' });
    expect(made.result).toMatchObject({ expires: '2026-11-21T12:10:00.000Z' });
    const { provenance } = await home.credentials.read('/inner.hcred');
    expect(provenance.madeBy).toBe('bot');
    const logged = await attenuateToken(bot, bot, { ...PLAIN, agent: 'other', file: '/other.hcred' });
    expect(logged.result.operation).not.toBeNull();
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('lets its agent do what it names and no more', async () => {
    await start(workspace, 'task');
    const agent = await delegate(workspace, 'worker', { resources: ['acme/core@task:src'] });
    await expect(save(repository, agent, { 'src/a': '1' })).resolves.toMatchObject({ created: true });
    await expect(save(repository, agent, { b: '1' })).rejects.toMatchObject({ code: 'DENIED' });
    repository.now = parseInstant('2026-11-21T13:00:01.000Z');
    repository.files.delete('b');
    await expect(save(repository, agent, { 'src/a': '2' })).rejects.toMatchObject({
      recorded: { denial: { code: 'SCOPE_TIME' } },
    });
  });
});

describe('a minted token', () => {
  const MINTED = { operations: [], resources: [], life: null, file: '/ci.hcred' };

  it('is for this repository, lives twelve hours, and is the principal’s', async () => {
    const { result } = await mintToken(workspace, workspace, MINTED);
    const clone = await workspace.records.readClone();
    expect(result).toMatchObject({
      principal: OWNER,
      repo: clone?.genesis,
      expires: '2026-11-22T00:00:00.000Z',
      file: '/ci.hcred',
    });
    const { view } = await loadAuthority(workspace);
    const caller = await identifyCaller(saying(workspace, { credentialPath: '/ci.hcred' }), view);
    expect(caller.chain?.authority).toMatchObject({ session: result.session, repo: clone?.genesis });
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('outside a repository is for any', async () => {
    expect((await mintToken(workspace, null, MINTED)).result).toMatchObject({ repo: '*', operation: null });
    const { workspace: bare } = createMemoryRepository();
    await bare.keys.create(OWNER, { kind: 'none' });
    expect((await mintToken(bare, bare, MINTED)).result).toMatchObject({ repo: '*', operation: null });
  });

  it('needs the root key here and unlocked', async () => {
    const stranger = saying(workspace, { principal: { value: 'nobody@example.com', source: 'flag' } });
    await expect(mintToken(stranger, null, MINTED)).rejects.toMatchObject({ code: 'KEY_MISSING' });
    await workspace.keys.create('sealed@example.com', { kind: 'secret', value: new Uint8Array(4) });
    const sealed = saying(workspace, { principal: { value: 'sealed@example.com', source: 'flag' } });
    const silent = { ...sealed, passphrase: async () => undefined };
    await expect(mintToken(silent, null, MINTED)).rejects.toMatchObject({ code: 'PASSPHRASE_MISSING' });
    expect(repository.credentials.files.size).toBe(0);
  });
});
