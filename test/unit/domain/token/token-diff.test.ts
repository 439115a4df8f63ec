import { describe, expect, it } from 'vitest';
import type { RequestOperation } from '#domain/authority/role.ts';
import { formatInstant, parseInstant } from '#domain/time.ts';
import type { TokenBlock, TokenCheck } from '#domain/token/token.ts';
import { compareTokens, type ReadToken, type TokenDifference } from '#domain/token/token-diff.ts';
import { describeGain, describeLoss } from '#domain/token/difference-words.ts';
import { fc } from '../../../support/seed.ts';

const KEY = 'a'.repeat(64);
const NOON = parseInstant('2026-11-21T12:00:00.000Z');
const NIGHT = parseInstant('2026-11-22T00:00:00.000Z');

const until = (notAfter: typeof NOON): TokenCheck => ({ kind: 'time', notAfter });
const only = (...anyOf: readonly RequestOperation[]): TokenCheck => ({ kind: 'operation', anyOf });
const within = (...anyOf: readonly string[]): TokenCheck => ({ kind: 'resource', anyOf });
const deep = (atMost: number): TokenCheck => ({ kind: 'depth', atMost });

function token(checks: readonly TokenCheck[], ...later: readonly TokenBlock[]): ReadToken {
  const names = {
    tokenVersion: 1,
    principal: 'p',
    session: 's',
    repo: '*',
    holder: KEY,
    issued: NOON,
  } as const;
  const blocks: readonly TokenBlock[] = [{ kind: 'authority', ...names, checks }, ...later];
  return { blocks, revocationIds: blocks.map((_, index) => `id-${index}`) };
}

function agent(name: string, ...checks: readonly TokenCheck[]): TokenBlock {
  return { kind: 'delegation', agent: name, holder: KEY, provider: null, model: null, checks };
}

function changed(from: ReadToken, to: ReadToken): readonly [readonly string[], readonly string[]] {
  const { gains, loses } = compareTokens(from, to);
  const whats = (differences: readonly TokenDifference[]): readonly string[] =>
    differences.map(({ what }) => what);
  return [whats(gains), whats(loses)];
}

describe('a budget of a child', () => {
  const bounded = (name: string, holder: string, atMost: number): TokenBlock => ({
    kind: 'delegation',
    agent: name,
    holder,
    provider: null,
    model: null,
    checks: [{ kind: 'budget', budget: 'states', holder, atMost }],
  });
  const lead = token([until(NIGHT)], bounded('lead', 'b'.repeat(64), 10));
  const worker = token(
    [until(NIGHT)],
    bounded('lead', 'b'.repeat(64), 10),
    bounded('worker', 'c'.repeat(64), 3),
  );
  const free = token([until(NIGHT)]);
  const budgetLoss = (from: ReadToken, to: ReadToken): readonly string[] =>
    compareTokens(from, to)
      .loses.filter(({ what }) => what === 'budget')
      .map(describeLoss);
  const budgetGain = (from: ReadToken, to: ReadToken): readonly string[] =>
    compareTokens(from, to)
      .gains.filter(({ what }) => what === 'budget')
      .map(describeGain);

  it('is lost against a parent with a wider one or with none, and never gained', () => {
    expect(changed(lead, worker)).toEqual([[], ['budget', 'actor']]);
    expect(budgetLoss(lead, worker)).toEqual(['may use up at most 3 states, not 10 states']);
    expect(budgetLoss(free, lead)).toEqual(['may use up at most 10 states']);
    expect(changed(lead, lead)).toEqual([[], []]);
  });

  it('is gained by whoever has none, or a wider one', () => {
    expect(budgetGain(lead, free)).toEqual(['need not keep to 10 states']);
    expect(budgetGain(worker, lead)).toEqual(['may use up 10 states, not 3 states']);
  });
});

describe('a child', () => {
  const parent = token([until(NIGHT)]);
  const child = token(
    [until(NIGHT)],
    agent('worker', until(NOON), only('state:read', 'undo'), within('acme/core@task'), deep(2)),
  );

  it('gains nothing, and loses all that its block narrows', () => {
    expect(compareTokens(parent, child).relation).toBe('descendant');
    expect(changed(parent, child)).toEqual([[], ['operations', 'resources', 'expires', 'depth', 'actor']]);
  });

  it('loses it in plain words', () => {
    const plain = compareTokens(parent, child).loses.map(describeLoss);
    expect(plain[0]).toMatch(/^may no longer evidence:export, .* or secret:allow$/);
    // Whoever has a live credential may ask.
    expect(plain[0]).not.toContain('request');
    expect(plain.slice(1)).toEqual([
      'is only within acme/core@task',
      'ends 2026-11-21 12:00 UTC, not 2026-11-22 00:00 UTC',
      'may add 1 more agent',
      'acts as worker, whatever it does',
    ]);
  });

  it('loses the floor by naming an agent, even where its block has no check', () => {
    const { loses } = compareTokens(parent, token([until(NIGHT)], agent('worker')));
    const operations = loses.find(({ what }) => what === 'operations');
    expect(operations?.parent).toContain('grant:write');
    expect(operations?.child).toContain('state:capture');
    expect(operations?.child).not.toContain('grant:write');
  });

  it('seen the other way round is an ancestor that gains what the child lost', () => {
    expect(compareTokens(child, parent).relation).toBe('ancestor');
    expect(changed(child, parent)).toEqual([['operations', 'resources', 'expires', 'depth', 'actor'], []]);
    expect(compareTokens(child, parent).gains.map(describeGain).slice(1)).toEqual([
      'is not bound to acme/core@task',
      'ends 2026-11-22 00:00 UTC, not 2026-11-21 12:00 UTC',
      'may add any number of agents, not 1',
      'need not act as worker',
    ]);
  });

  it('is the same as itself', () => {
    expect(compareTokens(child, child)).toEqual({ relation: 'same', gains: [], loses: [] });
  });

  it('that says something else under the same ids is none', () => {
    const forged = token([until(NOON)], ...child.blocks.slice(1));
    expect(compareTokens(parent, forged).relation).toBe('unrelated');
  });
});

describe('a token beside', () => {
  it('loses what it does not cover, and gains what it covers besides', () => {
    const a = token([only('state:read', 'undo'), within('acme/core@a')]);
    const b = token([only('state:read', 'review'), within('acme/core@b')]);
    expect(changed(a, b)).toEqual([
      ['operations', 'resources'],
      ['operations', 'resources'],
    ]);
    const narrower = token([only('state:read', 'undo'), within('acme/core@a/x:src', 'acme/core@a:docs')]);
    expect(changed(a, narrower)).toEqual([[], ['resources']]);
  });

  it('may be for other providers and models', () => {
    const named = (kind: 'provider' | 'model', ...anyOf: readonly string[]): TokenCheck => ({ kind, anyOf });
    const a = token([named('provider', 'x', 'y')]);
    const b = token([named('provider', 'y'), named('model', 'm')]);
    expect(changed(a, b)).toEqual([[], ['provider', 'model']]);
    expect(changed(b, a)).toEqual([['provider', 'model'], []]);
    expect(compareTokens(a, b).loses.map(describeLoss)).toEqual([
      'is only for provider y',
      'is only for model m',
    ]);
  });
});

describe('whatever is added to a token', () => {
  const check: fc.Arbitrary<TokenCheck> = fc.oneof(
    fc
      .subarray(['state:read', 'state:capture', 'undo', 'grant:write'] as const, { minLength: 1 })
      .map((some) => only(...some)),
    fc
      .subarray(['acme', 'acme/core', 'acme/core@a', 'acme/core@a:src', 'acme/core:src', 'acme/core-evil'], {
        minLength: 1,
      })
      .map((some) => within(...some)),
    fc.integer({ min: 0, max: 1_000_000 }).map((seconds) => until(formatInstant(seconds * 1000))),
    fc.integer({ min: 0, max: 12 }).map(deep),
    fc.subarray(['x', 'y'], { minLength: 1 }).map((anyOf): TokenCheck => ({ kind: 'provider', anyOf })),
  );
  const block: fc.Arbitrary<TokenBlock> = fc
    .record({ named: fc.boolean(), checks: fc.array(check, { maxLength: 4 }) })
    .map(({ named, checks }) => (named ? agent('w', ...checks) : { kind: 'attenuation', checks }));

  it('gains nothing', () => {
    fc.assert(
      fc.property(
        fc.array(check, { maxLength: 4 }),
        fc.array(block, { maxLength: 4 }),
        fc.array(block, { minLength: 1, maxLength: 3 }),
        (checks, before, added) => {
          const parent = token(checks, ...before);
          const comparison = compareTokens(parent, token(checks, ...before, ...added));
          expect(comparison.relation).toBe('descendant');
          expect(comparison.gains).toEqual([]);
        },
      ),
      { verbose: true },
    );
  });
});
