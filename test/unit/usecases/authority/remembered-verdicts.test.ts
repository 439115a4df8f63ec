import { beforeEach, describe, expect, it } from 'vitest';
import type { EvaluateToken } from '#domain/decision/decision.ts';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { parseInstant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { freeze } from '#usecases/revocation/freeze.ts';
import { can, canMatrix } from '#usecases/tokens/can.ts';
import { decide, readGround } from '#usecases/transaction/mutate.ts';
import type { Ask } from '#usecases/transaction/plan.ts';
import { OWNER } from '../../../support/decisions.ts';
import { delegate, initialised, join } from '../../../support/memory/scenes.ts';
import { createReplica, type MemoryRepository } from '../../../support/memory/workspace.ts';

const DEV = 'dev@example.com';

let repository: MemoryRepository;
let workspace: Workspace;
/** How often the engine was asked. */
let asked: number;

beforeEach(async () => {
  repository = await initialised();
  workspace = counting(repository.workspace);
});

function counting(through: Workspace): Workspace {
  const loadEngine = async (): Promise<EvaluateToken> => {
    const engine = await through.tokens.loadEngine();
    return (...question) => {
      asked += 1;
      return engine(...question);
    };
  };
  return { ...through, tokens: { ...through.tokens, loadEngine } };
}

const AT_A: Ask = { operation: 'state:capture', resources: ['acme/core@heads/main:a.txt'] };
const AT_B: Ask = { operation: 'state:capture', resources: ['acme/core@heads/main:src/b.txt'] };

/** What is decided, and how often the engine was asked for it. */
async function decided(through = workspace, ask = AT_A) {
  asked = 0;
  const decision = await decide(through, await readGround(through), ask);
  return [decision.kind === 'allow' ? 'allow' : decision.denial.code, asked];
}

function lines(): readonly string[] {
  const [bytes = new Uint8Array()] = repository.verdictCache.texts.values();
  return (decodeUtf8(bytes) ?? '').split('\n').filter(Boolean);
}

function write(text: string): void {
  const [replica = ''] = repository.verdictCache.texts.keys();
  repository.verdictCache.texts.set(replica, utf8(text));
}

describe('what the engine let pass', () => {
  it('is not asked again, nor at another place that nothing tells apart', async () => {
    expect(await decided()).toEqual(['allow', 1]);
    expect(await decided()).toEqual(['allow', 0]);
    expect(await decided(workspace, AT_B)).toEqual(['allow', 0]);
    expect(lines()).toHaveLength(1);
  });

  it('is asked again for another operation, and both are remembered', async () => {
    await decided();
    const push: Ask = { ...AT_A, operation: 'remote:push' };
    const land: Ask = { ...AT_A, operation: 'thread:land' };
    expect(await decided(workspace, land)).toEqual(['allow', 1]);
    expect(await decided(workspace, land)).toEqual(['allow', 0]);
    expect(await decided(workspace, push)).toEqual(['allow', 1]);
    expect(await decided()).toEqual(['allow', 0]);
  });

  it('is asked again where a scope tells two places apart', async () => {
    const agent = counting(
      await delegate(repository.workspace, 'worker', { resources: ['acme/core@heads/main:src'] }),
    );
    expect(await decided(agent, AT_B)).toEqual(['allow', 1]);
    expect(await decided(agent, AT_B)).toEqual(['allow', 0]);
    expect(await decided(agent, AT_A)).toEqual(['SCOPE_RESOURCE', 1]);
    expect(await decided(agent, AT_A)).toEqual(['SCOPE_RESOURCE', 1]);
  });

  it('is asked again under another head of the authority chain', async () => {
    await decided();
    await join(repository, DEV, 'reader');
    expect(await decided()).toEqual(['allow', 1]);
  });

  it('does not outlive the token', async () => {
    await decided();
    repository.now = parseInstant('2026-11-21T23:59:59.000Z');
    expect(await decided()).toEqual(['allow', 0]);
    repository.now = parseInstant('2026-11-22T12:00:01.000Z');
    expect((await decided())[0]).toBe('CREDENTIAL_EXPIRED');
  });

  it('is no one else’s', async () => {
    const theirs = counting(await join(repository, DEV, 'reader'));
    await decided();
    expect(await decided(theirs)).toEqual(['ROLE_INSUFFICIENT', 1]);
  });

  it('is not remembered where it depends on what was spent', async () => {
    const agent = counting(await delegate(repository.workspace, 'worker', { budget: { states: 5 } }));
    expect(await decided(agent)).toEqual(['allow', 1]);
    expect(await decided(agent)).toEqual(['allow', 1]);
  });

  it.each([
    ['nothing', () => ''],
    ['one bit that is another', (line: string) => line.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
    ['what another home wrote', () => createReplica().keyed('verdict', utf8('anything'))],
  ])('is asked again where it holds %s', async (_, text) => {
    await decided();
    write(text(lines()[0] ?? ''));
    expect(await decided()).toEqual(['allow', 1]);
  });

  it('is told apart by the engine that said it', async () => {
    await decided();
    const other = { ...workspace, tokens: { ...workspace.tokens, engine: 'another' } };
    expect(await decided(other)).toEqual(['allow', 1]);
  });

  it('is forgotten where there is too much of it, the oldest first', async () => {
    await decided();
    const [first = ''] = lines();
    write([...Array.from({ length: 63 }, (_, at) => `line ${at}`), first].join('\n'));
    expect(await decided()).toEqual(['allow', 0]);
    await decided(workspace, { ...AT_A, operation: 'thread:land' });
    expect(lines()).toHaveLength(64);
    expect(lines()).not.toContain(first);
    expect(await decided()).toEqual(['allow', 1]);
  });

  it('is not asked for where there is no token', async () => {
    let loaded = 0;
    const loadEngine = async (): Promise<EvaluateToken> => {
      loaded += 1;
      return repository.workspace.tokens.loadEngine();
    };
    const { tokens } = workspace;
    const said = { ...workspace.said, agentDetected: 'claude' };
    const without = { ...workspace, said, tokens: { ...tokens, loadEngine } };
    expect(await decided(without)).toEqual(['CREDENTIAL_MISSING', 0]);
    expect(loaded).toBe(0);
  });

  it('is neither asked nor remembered for what `can` tells, which is what the verb is told then', async () => {
    const agent = counting(
      await delegate(repository.workspace, 'worker', {
        resources: ['acme/core@heads/main:src'],
        budget: { states: 5 },
      }),
    );
    asked = 0;
    for (const through of [workspace, agent]) {
      for (const { operation, resources } of [AT_A, AT_B]) {
        const [resource = ''] = resources;
        const told = await can(through, { operation, resource });
        expect([asked, lines()]).toEqual([0, []]);
        expect([told.denial?.code ?? 'allow', 1]).toEqual(await decided(through, { operation, resources }));
        repository.verdictCache.texts.clear();
        asked = 0;
      }
      await canMatrix(through, { resources: [] });
      await canMatrix(through, { resources: ['acme/core@heads/main:src'], as: OWNER });
      await can(through, { operation: 'state:read', resource: 'acme/core@heads/main:src', as: OWNER });
    }
    expect([asked, lines()]).toEqual([0, []]);
  });

  it('is nothing that `can` goes by', async () => {
    const { operation, resources } = AT_A;
    const told = async () => (await can(workspace, { operation, resource: resources[0] ?? '' })).allowed;
    await decided();
    expect(await told()).toBe(true);
    await freeze(repository.workspace, null);
    expect(await told()).toBe(false);
  });
});
