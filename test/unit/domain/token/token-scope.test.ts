import { describe, expect, it } from 'vitest';
import { parseInstant } from '#domain/time.ts';
import type { TokenBlock, TokenCheck } from '#domain/token/token.ts';
import { effectiveScope, findWidening, type ChildRequest } from '#domain/token/token-scope.ts';

const KEY = 'a'.repeat(64);
const NOON = parseInstant('2026-11-21T12:00:00.000Z');
const NIGHT = parseInstant('2026-11-22T00:00:00.000Z');

function authority(...checks: readonly TokenCheck[]): TokenBlock {
  const base = {
    tokenVersion: 1,
    principal: 'p',
    session: 's',
    repo: '*',
    holder: KEY,
    issued: NOON,
  } as const;
  return { kind: 'authority', ...base, checks };
}

function delegation(agent: string, ...checks: readonly TokenCheck[]): TokenBlock {
  return { kind: 'delegation', agent, holder: KEY, provider: null, model: null, checks };
}

function child(...checks: readonly TokenCheck[]): ChildRequest {
  return { checks, provider: null, model: null };
}

describe('the effective scope', () => {
  it('is unrestricted where no check speaks', () => {
    expect(effectiveScope([authority()])).toEqual({
      operations: null,
      resources: [],
      notAfter: null,
      depth: null,
      providers: null,
      models: null,
      budgets: [],
    });
  });

  it('intersects every block', () => {
    const blocks = [
      authority(
        { kind: 'time', notAfter: NIGHT },
        { kind: 'operation', anyOf: ['undo', 'review', 'state:read'] },
      ),
      delegation('a', { kind: 'resource', anyOf: ['acme', 'b'] }, { kind: 'depth', atMost: 3 }),
      delegation('b', { kind: 'operation', anyOf: ['state:read', 'undo'] }, { kind: 'time', notAfter: NOON }),
      delegation('c', { kind: 'resource', anyOf: ['acme/core'] }, { kind: 'depth', atMost: 2 }),
      delegation('d', { kind: 'provider', anyOf: ['x', 'y'] }, { kind: 'provider', anyOf: ['z'] }),
    ];
    expect(effectiveScope(blocks)).toEqual({
      operations: ['undo', 'state:read'],
      resources: [['acme', 'b'], ['acme/core']],
      notAfter: NOON,
      depth: 2,
      providers: [],
      models: null,
      budgets: [],
    });
  });
});

describe('a child that asks', () => {
  const OPERATION: TokenCheck = { kind: 'operation', anyOf: ['state:read'] };
  const RESOURCE: TokenCheck = { kind: 'resource', anyOf: ['acme/core@task', 'acme/core:docs'] };
  const TIME: TokenCheck = { kind: 'time', notAfter: NOON };
  const DEPTH: TokenCheck = { kind: 'depth', atMost: 2 };
  const PROVIDER: TokenCheck = { kind: 'provider', anyOf: ['anthropic'] };
  const MODEL: TokenCheck = { kind: 'model', anyOf: ['opus'] };

  const STOPPED: readonly (readonly [string, TokenCheck, ChildRequest, string])[] = [
    ['another operation', OPERATION, child({ kind: 'operation', anyOf: ['state:read', 'undo'] }), 'undo'],
    ['a wider resource', RESOURCE, child({ kind: 'resource', anyOf: ['acme/core'] }), 'acme/core'],
    ['a neighbour', RESOURCE, child({ kind: 'resource', anyOf: ['acme/core@task2'] }), 'acme/core@task2'],
    ['a longer life', TIME, child({ kind: 'time', notAfter: NIGHT }), NIGHT],
    ['more depth', DEPTH, child({ kind: 'depth', atMost: 3 }), '3'],
    ['to be one agent too many', { kind: 'depth', atMost: 1 }, child(), '2'],
    ['another provider', PROVIDER, child({ kind: 'provider', anyOf: ['openai'] }), 'openai'],
    ['to be of another provider', PROVIDER, { ...child(), provider: 'openai' }, 'openai'],
    ['another model', MODEL, child({ kind: 'model', anyOf: ['gpt'] }), 'gpt'],
    ['to be another model', MODEL, { ...child(), model: 'gpt' }, 'gpt'],
  ];

  it.each(STOPPED)('for %s is stopped by the block that says so', (_, check, asks, asked) => {
    const parents = [authority({ kind: 'time', notAfter: NIGHT }), delegation('worker', check)];
    expect(findWidening(parents, asks)).toEqual({ block: 1, agent: 'worker', check, asked });
  });

  it('names the first block that would stop it', () => {
    const asks = child({ kind: 'operation', anyOf: ['undo'] });
    const parents = [authority(OPERATION), delegation('worker', OPERATION)];
    expect(findWidening(parents, asks)).toMatchObject({ block: 0, agent: null });
  });

  it('for what all blocks leave, or for nothing, is not stopped', () => {
    const parents = [authority(OPERATION, RESOURCE, TIME), delegation('worker', DEPTH, PROVIDER, MODEL)];
    const all = child(
      OPERATION,
      { kind: 'resource', anyOf: ['acme/core@task/login:src', 'acme/core@task', 'acme/core:docs/a'] },
      TIME,
      DEPTH,
      PROVIDER,
      MODEL,
    );
    expect(findWidening(parents, { ...all, provider: 'anthropic', model: 'opus' })).toBeUndefined();
    expect(findWidening(parents, child())).toBeUndefined();
  });
});
