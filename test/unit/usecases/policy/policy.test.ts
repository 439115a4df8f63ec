import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuthorityBody } from '#domain/authority/authority.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { AuthorityId, OperationId } from '#domain/id.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import { NO_RULES, type PolicyRules } from '#domain/policy/policy.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { AuthorityDraft } from '#usecases/authority/draft.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { undo } from '#usecases/undo/undo.ts';
import { policyLog } from '#usecases/policy/policy-log.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { readState } from '#usecases/states/read-state.ts';
import { writeState } from '#usecases/states/write-state.ts';
import { can } from '#usecases/tokens/can.ts';
import { mintToken } from '#usecases/tokens/mint-token.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { delegate, join, save, started } from '../../../support/memory/scenes.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

const set = (rules: Partial<PolicyRules>, resource: string | null = null) =>
  setPolicy(workspace, { resource, rules, reason: null, dryRun: false });

async function messages(): Promise<readonly string[]> {
  return (await verify(workspace, { all: true })).findings.map(({ message }) =>
    message.replace(/^line \d+: /, ''),
  );
}

/** The newest state again, as if it had been decided under the present head. */
async function decideAgain(seen: Workspace): Promise<void> {
  const carrier = (await workspace.refs.read(threadRef('task'))) ?? '';
  const carried = await readState(workspace, carrier);
  const { view } = await loadAuthority(workspace);
  const path = seen.said.credentialPath ?? '';
  const credential = await seen.credentials.read(path);
  const trees = await carrierTrees(workspace, carrier);
  const texts = await workspace.objects.read(`${carrier}:texts.json`, 10_000);
  const batch = workspace.writer.batch();
  const written = writeState(workspace, batch, {
    state: { ...carried.state, policy: view.head },
    texts: texts?.content ?? utf8(''),
    signer: workspace.signerOf(credential.holder),
    chain: carried.chain ?? utf8(''),
    manifestTree: trees.manifest,
    filesTree: trees.files,
    gitParents: carried.gitParents,
  });
  await batch.write();
  const move = { name: threadRef('task'), old: carrier, new: written.carrier };
  await (await workspace.refs.prepare([move], [])).commit();
}

/** A line as the owner's program would sign it, whatever it says and brings. */
async function forge(
  op: OperationKind,
  body: AuthorityBody | null,
  named: 'its own' | 'another' | { readonly undone: OperationId },
): Promise<void> {
  const ground = await readGround(workspace);
  const { view } = ground.authority;
  const batch = workspace.writer.batch();
  const draft = new AuthorityDraft(workspace, ground, batch);
  const id: AuthorityId = body === null ? view.head : draft.append(body, null);
  const moved = draft.refChange();
  await publish(
    workspace,
    { repo: view.genesis, caller: ground.caller, replica: ground.replica, now: ground.now },
    {
      op,
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: view.head,
      states: [],
      texts: {
        ...NO_CHANGE,
        resource: null,
        args: { operationId: null, verb: {} },
        refs: moved === null ? [] : [moved],
        result: typeof named === 'object' ? named : { id: named === 'its own' ? id : view.genesis },
      },
      verify: [],
      batch,
    },
  );
}

describe('verify', () => {
  it.each<readonly [string, Partial<PolicyRules>, string]>([
    ['who it was made on', { attribution: 'required' }, 'ATTRIBUTION_MISSING'],
    ['how deep', { depth: 0 }, 'POLICY_DEPTH'],
    ['how long a session lives', { life: 60 }, 'POLICY_LIFE'],
    ['where agents may run', { models: ['loom'] }, 'ATTRIBUTION_MISSING'],
  ])(
    'asks a state under its own head %s: before the policy it is good, after it is found',
    async (_, rules, code) => {
      const agent = await delegate(workspace, 'bot', { resources: ['acme/core@task'] });
      await save(repository, agent, { a: '1' });
      await set(rules);
      expect(await messages()).toEqual([]);
      await decideAgain(agent);
      expect((await messages()).filter((message) => message.includes(code))).toEqual([
        `it was not allowed: ${code} on acme/core@task:a`,
      ]);
    },
  );

  it('finds a line that says a policy was set and brings something else, or names another record', async () => {
    const body = { kind: 'policy', resource: 'acme/core', rules: { ...NO_RULES, depth: 2 } } as const;
    await forge('policy-set', body, 'its own');
    expect(await messages()).toEqual([]);
    const resource = 'acme/core@x';
    const grant = { kind: 'grant', action: 'add', principal: 'owner@example.com', role: 'reader' } as const;
    await forge('policy-set', { ...grant, resource, until: null }, 'its own');
    expect(await messages()).toEqual(['its line brings no record of the kind policy']);
    await forge('policy-set', { ...body, rules: { ...NO_RULES, depth: 1 } }, 'another');
    await forge('policy-set', null, 'its own');
    expect(await messages()).toEqual([
      'its line brings no record of the kind policy',
      'its record is not the one that it names',
      'its line brings no record of the kind policy',
    ]);
  });
});

describe('undo of a policy', () => {
  it('that sets something else, or elsewhere, is found by verify', async () => {
    const { operation } = await set({ depth: 2 });
    if (operation === null) throw new Error('no operation');
    const undone = { undone: operation };
    await forge('undo', { kind: 'policy', resource: 'acme/core', rules: { ...NO_RULES, depth: 3 } }, undone);
    await forge(
      'undo',
      { kind: 'policy', resource: 'acme/core@t', rules: { ...NO_RULES, depth: 3 } },
      undone,
    );
    expect(await messages()).toEqual([
      'it does not set what was asked before',
      'it does not set what was asked before',
    ]);
    await forge('undo', { kind: 'policy', resource: 'acme/core', rules: NO_RULES }, undone);
    expect(await messages()).toHaveLength(2);
  });

  it('sets what was asked before, at the same place, and can be undone no further by itself', async () => {
    await set({ depth: 2 }, 'acme/core@task');
    await set({ depth: 1, life: 90 }, 'acme/core@task');
    await undo(workspace, null);
    const { view } = await loadAuthority(workspace);
    expect(view.policies).toMatchObject([{ resource: 'acme/core@task', rules: { ...NO_RULES, depth: 2 } }]);
    const { entries } = await policyLog(workspace, null);
    expect(entries.map(({ inForce }) => inForce)).toEqual([true, false, false]);
    expect(await messages()).toEqual([]);
  });

  it('is refused to whoever may not set policies', async () => {
    const dev = await join(repository, DEV, 'maintainer');
    const { operation } = await set({ depth: 1 });
    await expect(undo(dev, operation)).rejects.toMatchObject({ code: 'DENIED' });
    expect((await loadAuthority(workspace)).view.policies).toHaveLength(1);
  });

  it('is refused where another was set there since, elsewhere does not matter', async () => {
    const { operation } = await set({ depth: 1 });
    await set({ depth: 2 }, 'acme/core@task');
    const other = await set({ life: 90 });
    await expect(undo(workspace, operation)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await undo(workspace, other.operation);
    expect(await messages()).toEqual([]);
  });
});

describe('whom a change hits', () => {
  it('is told of live tokens that reach there, once each, and not of those refused before', async () => {
    const dev = await join(repository, DEV, 'developer');
    const agent = await delegate(dev, 'bot', { resources: ['acme/core@task:src'] });
    const elsewhere = await delegate(dev, 'far', { resources: ['acme/core@other'] });
    await save(repository, agent, { 'src/a': '1' });
    await expect(save(repository, elsewhere, { 'src/a': '2' })).rejects.toMatchObject({ code: 'DENIED' });
    const preview = (rules: Partial<PolicyRules>) =>
      setPolicy(workspace, { resource: 'acme/core@task', rules, reason: null, dryRun: true });
    const hit = async (rules: Partial<PolicyRules>) =>
      (await preview(rules)).result.affected.map(({ via, code }) => [...via, code]);
    expect(await hit({ depth: 0 })).toEqual([['bot', 'POLICY_DEPTH']]);
    expect(await hit({ attribution: 'required' })).toEqual([['bot', 'ATTRIBUTION_MISSING']]);
    expect(await hit({ attribution: 'warn' })).toEqual([]);
    await set({ depth: 0 });
    expect(await hit({ depth: 0 })).toEqual([]);
  });
});

describe('can', () => {
  it('asks for another with a session that no policy refuses', async () => {
    await join(repository, DEV, 'developer');
    await set({ life: 60 });
    const asked = { operation: 'state:capture', resource: 'acme/core@task:a', as: DEV } as const;
    expect(await can(workspace, asked)).toMatchObject({ allowed: true });
    expect(await can(workspace, { ...asked, as: null })).toMatchObject({
      allowed: false,
      denial: { code: 'POLICY_LIFE', rule: { rule: 'life' } },
    });
  });
});

describe('a token that is made where policies are', () => {
  const mint = (resources: readonly string[], life: number | null = null) =>
    mintToken(workspace, workspace, {
      operations: [],
      resources,
      life,
      file: `/credentials/${randomUUID()}.hcred`,
    });
  const lifeOf = ({ result }: Awaited<ReturnType<typeof mint>>): number =>
    Math.round((Date.parse(result.expires) - Date.parse(workspace.clock.now())) / 60_000);

  it('lives as long as usual, or as they allow where it may be used', async () => {
    await set({ life: 5 * 3600 });
    await set({ life: 3600 }, 'acme/core@task');
    const whole = await mint([]);
    expect(lifeOf(whole)).toBe(300);
    expect(whole.notes).toEqual(['it ends sooner than usual: the policy at acme/core allows sessions of 5h']);
    expect(lifeOf(await mint(['acme/core@task:src']))).toBe(60);
    const asked = await mint(['acme/core@task'], 60_000);
    expect([lifeOf(asked), asked.notes]).toEqual([1, []]);
    await expect(mint(['acme/core@task'], 2 * 3_600_000)).rejects.toMatchObject({
      code: 'TOKEN_AGAINST_POLICY',
    });
    expect(lifeOf(await mint(['acme/core@other'], 2 * 3_600_000))).toBe(120);
  });

  it('is refused only where something that it allows could be done at none of its places', async () => {
    await set({ depth: 0 }, 'acme/core@task');
    const refused = { code: 'TOKEN_AGAINST_POLICY' };
    const narrowing = (resources: readonly string[], operations: readonly RequestOperation[]) => ({
      resources,
      operations,
      file: `/credentials/${randomUUID()}.hcred`,
    });
    const capture = ['state:capture'] as const;
    await expect(delegate(workspace, 'a', narrowing(['acme/core@task'], capture))).rejects.toMatchObject(
      refused,
    );
    await expect(
      delegate(workspace, 'b', narrowing(['acme/core@task'], ['state:read', 'state:capture'])),
    ).rejects.toMatchObject(refused);
    await delegate(workspace, 'c', narrowing(['acme/core@task'], ['state:read']));
    await delegate(workspace, 'd', narrowing(['acme/core@task', 'acme/core@other'], capture));
    await delegate(workspace, 'e', narrowing(['acme/elsewhere@task'], capture));
    await delegate(workspace, 'f', narrowing([], []));
    await set({ depth: 0 });
    await expect(delegate(workspace, 'g', narrowing([], []))).rejects.toMatchObject(refused);
    expect(await messages()).toEqual([]);
  });
});
