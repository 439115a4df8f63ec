import { beforeEach, describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import type { Budget } from '#domain/token/budget.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { countSpent } from '#usecases/budgets/count-spent.ts';
import { capture } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { undo } from '#usecases/undo/undo.ts';
import { mintToken } from '#usecases/tokens/mint-token.ts';
import { can } from '#usecases/tokens/can.ts';
import { verify } from '#usecases/verify/verify.ts';
import { delegate, miscounting, save, start, started } from '../../../support/memory/scenes.ts';
import { saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let owner: Workspace;
beforeEach(async () => {
  repository = await started();
  owner = repository.workspace;
});

async function spent(workspace: Workspace) {
  const found = await countSpent(workspace, await readGround(workspace));
  return found.map(({ holder: _, ...rest }) => rest);
}

function later(milliseconds: number): void {
  repository.now = formatInstant(instantMilliseconds(repository.now) + milliseconds);
}

async function findings() {
  return (await verify(owner, { all: true })).findings;
}

const FULL: Budget = { states: 100, files: 100, lines: 100, minutes: 600 };

async function refused(attempt: Promise<unknown>) {
  await expect(attempt).rejects.toMatchObject({ recorded: { denial: { code: 'SCOPE_BUDGET' } } });
}

describe('what was spent under a budget', () => {
  it('is counted from the log: states, paths, and lines added and removed', async () => {
    const agent = await delegate(owner, 'bot', { budget: FULL });
    expect(await spent(agent)).toEqual([{ states: 0, files: 0, lines: 0, minutes: 0 }]);
    await save(repository, agent, { a: '1\n2\n3\n', b: 'x' });
    expect(await spent(agent)).toEqual([{ states: 1, files: 2, lines: 4, minutes: 0 }]);
    await save(repository, agent, { a: '1\ntwo\n3\n', c: '' });
    expect(await spent(agent)).toEqual([{ states: 2, files: 4, lines: 6, minutes: 0 }]);
    expect(await findings()).toEqual([]);
  });

  it('is nothing, and nothing is read, where the chain has no budget', async () => {
    const agent = await delegate(owner, 'bot');
    await save(repository, agent, { a: '1' });
    const log = { ...agent.log, newest: () => expect.fail('the log was read') };
    expect(await countSpent({ ...agent, log }, await readGround(agent))).toEqual([]);
  });

  it('is under every chain that contains the holder: a child’s child spends it, its own parent not', async () => {
    const lead = await delegate(owner, 'lead', { budget: { states: 2 }, depth: 3 });
    const worker = await delegate(lead, 'worker', { budget: { states: 1 } });
    const other = await delegate(lead, 'other');
    await save(repository, worker, { a: '1' });
    await refused(save(repository, worker, { a: '2' }));
    await save(repository, other, { a: '2' });
    expect(await spent(other)).toEqual([expect.objectContaining({ states: 2 })]);
    await refused(save(repository, other, { a: '3' }));
    await refused(save(repository, lead, { a: '3' }));
    await save(repository, owner, { a: '3' });
    expect(await findings()).toEqual([]);
  });

  it('goes on counting what was undone', async () => {
    const agent = await delegate(owner, 'bot', { budget: { states: 1 } });
    await save(repository, agent, { a: '1' });
    await undo(agent, null);
    repository.files.set('a', { mode: '100644', content: '2' });
    await refused(capture(agent, { intent: null, maxFileBytes: LARGEST_FILE }));
    expect(await findings()).toEqual([]);
  });

  it('begins its minutes with the first line, a denied one too, and counts a begun one whole', async () => {
    const agent = await delegate(owner, 'bot', { budget: { minutes: 2 }, operations: ['state:capture'] });
    later(600_000);
    expect(await spent(agent)).toMatchObject([{ minutes: 0 }]);
    await expect(start(agent, 'other')).rejects.toMatchObject({ code: 'DENIED' });
    later(60_001);
    expect(await spent(agent)).toMatchObject([{ minutes: 2 }]);
    await save(repository, agent, { a: '1' });
    later(60_000);
    expect(await spent(agent)).toMatchObject([{ minutes: 3 }]);
    await refused(save(repository, agent, { a: '2' }));
    expect(await findings()).toEqual([]);
  });

  it('stops reading at the line that made the token', async () => {
    for (const content of ['1', '2', '3']) await save(repository, owner, { a: content });
    const agent = await delegate(owner, 'bot', { budget: { states: 5 } });
    await save(repository, agent, { a: '4' });
    let read = 0;
    const newest = async function* () {
      for await (const operation of agent.log.newest()) {
        read += 1;
        yield operation;
      }
    };
    const ground = await readGround(agent);
    const [found] = await countSpent({ ...agent, log: { ...agent.log, newest } }, ground);
    expect([found?.states, read]).toEqual([1, 2]);
  });

  it('counts a line for everybody where its chain was taken away or replaced', async () => {
    const agent = await delegate(owner, 'bot', { budget: { states: 9 }, depth: 2 });
    const child = await delegate(agent, 'child');
    await save(repository, child, { a: '1' });
    const ground = await readGround(agent);
    const gone = { ...agent.log, readChain: async () => undefined };
    expect(await countSpent({ ...agent, log: gone }, ground)).toMatchObject([{ states: 1 }]);
    const theirs = (await readGround(owner)).caller.sealed?.bytes;
    const replaced = { ...agent.log, readChain: async () => theirs };
    expect(await countSpent({ ...agent, log: replaced }, ground)).toMatchObject([{ states: 1 }]);
  });

  it('is everything where a line hides what it spent: whoever can write the log could have done it', async () => {
    const agent = await delegate(owner, 'bot', { budget: { states: 9, files: 2, lines: 9 } });
    await save(repository, agent, { a: '1', b: '1' });
    const newest = async function* () {
      for await (const operation of agent.log.newest()) yield { ...operation, texts: 'redacted' as const };
    };
    const hiding = { ...agent, log: { ...agent.log, newest } };
    expect(await spent(hiding)).toMatchObject([{ states: 1, files: Number.MAX_SAFE_INTEGER }]);
    await refused(save(repository, hiding, { c: '1' }));
  });

  it('does not begin anew with a line of its own holder that says that its token was just made', async () => {
    const agent = await delegate(owner, 'bot', { budget: { states: 1 }, depth: 2 });
    await save(repository, agent, { a: '1' });
    await delegate(agent, 'child');
    const ground = await readGround(agent);
    const newest = async function* () {
      for await (const operation of agent.log.newest()) {
        const { line, texts } = operation;
        const claims = line.op === 'token-attenuate' && line.holder === ground.caller.chain?.holder;
        if (!claims || texts === 'redacted') yield operation;
        else yield { ...operation, texts: { ...texts, args: { verb: { holder: line.holder } } } };
      }
    };
    expect(await countSpent({ ...agent, log: { ...agent.log, newest } }, ground)).toMatchObject([
      { states: 1 },
    ]);
  });
});

describe('a budget', () => {
  it.each<[keyof Budget, Readonly<Record<string, string>>]>([
    ['files', { a: '1', b: '2', c: '3' }],
    ['lines', { a: '1\n2\n3\n' }],
  ])('of %s refuses a capture of more, and nothing is written', async (kind, change) => {
    const agent = await delegate(owner, 'bot', { budget: { [kind]: 2 } });
    const before = await agent.refs.list('refs/heddle/');
    await refused(save(repository, agent, change));
    expect(await agent.refs.list('refs/heddle/')).toEqual(before);
  });

  it('is asked by can, which spends nothing', async () => {
    const agent = await delegate(owner, 'bot', { budget: { states: 1 } });
    const ask = { operation: 'state:capture', resource: 'acme/core@task:a' } as const;
    expect((await can(agent, ask)).allowed).toBe(true);
    expect((await can(agent, ask)).allowed).toBe(true);
    await save(repository, agent, { a: '1' });
    expect(await can(agent, ask)).toMatchObject({ allowed: false, denial: { code: 'SCOPE_BUDGET' } });
    expect((await can(agent, { ...ask, operation: 'state:read' })).allowed).toBe(true);
  });

  it('holds for a minted token too', async () => {
    const options = { operations: [], resources: [], life: null, file: '/m.hcred', budget: { states: 1 } };
    await mintToken(owner, owner, options);
    const minted = saying(owner, { credentialPath: '/m.hcred' });
    await save(repository, minted, { a: '1' });
    await refused(save(repository, minted, { a: '2' }));
  });

  it('of lines keeps what was changed in the sidecar, and without one nothing is counted', async () => {
    const counted = await delegate(owner, 'bot', { budget: { lines: 9 } });
    await save(repository, counted, { a: '1\n2\n' });
    const plain = await delegate(owner, 'plain', { budget: { states: 9 } });
    await save(repository, plain, { a: '1\n' });
    const args: unknown[] = [];
    for await (const { line, texts } of owner.log.newest()) {
      if (line.op === 'capture' && texts !== 'redacted') args.push(texts.args);
    }
    expect(args[1]).toMatchObject({ spent: { lines: 2 } });
    expect(args[0]).not.toHaveProperty('spent');
  });
});

describe('verifying work under a budget', () => {
  it('finds what a client that does not count captured beyond it', async () => {
    const agent = await delegate(owner, 'bot', { budget: { states: 1 } });
    await save(repository, agent, { a: '1' });
    const blind = { ...agent, log: { ...agent.log, newest: async function* () {} } };
    await save(repository, blind, { a: '2' });
    expect(await findings()).toEqual([
      expect.objectContaining({ kind: 'state', message: expect.stringContaining('SCOPE_BUDGET') as string }),
    ]);
  });

  it('takes nothing for granted where no line tells what was used up', async () => {
    const agent = await delegate(owner, 'bot', { budget: { states: 9 } });
    await save(repository, agent, { a: '1' });
    const check = async () => ({ ...(await owner.log.check()), operations: [] });
    const { findings: found } = await verify({ ...owner, log: { ...owner.log, check } }, { all: true });
    expect(found.map(({ message }) => message).join()).toContain('SCOPE_BUDGET');
  });

  it('finds a line that says it changed fewer lines than it did', async () => {
    const agent = await delegate(owner, 'bot', { budget: { lines: 3 } });
    await save(repository, miscounting(agent), { a: '1\n2\n' });
    expect(await findings()).toEqual([
      expect.objectContaining({ message: 'its line says that it changed 1 lines, it changed 2' }),
    ]);
    const gitless = {
      ...owner,
      comparer: {
        ...owner.comparer,
        countLines: async () => {
          throw new HeddleError('GIT_MISSING', 'none');
        },
      },
    };
    expect((await verify(gitless, { all: true })).findings).toEqual([]);
  });
});
