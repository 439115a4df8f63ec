import { beforeAll, describe, expect, it } from 'vitest';
import type { EngineFacts, EngineVerdict, EvaluateToken } from '#domain/decision/decision.ts';
import { ancestorsOf } from '#domain/resource/resource.ts';
import { parseInstant } from '#domain/time.ts';
import {
  delegate,
  engineFacts,
  LIFE,
  MIDNIGHT,
  mintHeld,
  newRoot,
  TOKENS,
  type Held,
} from '../../support/tokens.ts';

let evaluate: EvaluateToken;
beforeAll(async () => {
  evaluate = await TOKENS.loadEngine();
});

function ask(held: Held, changes: Partial<EngineFacts> = {}): EngineVerdict {
  return evaluate(held.token, held.root.publicKey, engineFacts(changes));
}

function failed(...checks: readonly (readonly [block: number, check: number])[]): EngineVerdict {
  return { kind: 'checks-failed', failed: checks.map(([block, check]) => ({ block, check })) };
}

describe('the engine', () => {
  it('allows what a grant at the resource or above it allows', () => {
    const held = mintHeld();
    for (const resource of ['acme', 'acme/core', 'acme/core@task', 'acme/core:src', 'acme/core@task:src']) {
      expect(ask(held, { grants: [{ role: 'developer', resource }] }), resource).toEqual({ kind: 'allow' });
    }
  });

  it('finds no match without a grant, with a lesser role, or with a grant elsewhere', () => {
    const held = mintHeld();
    expect(ask(held, { grants: [] })).toEqual({ kind: 'no-match' });
    expect(ask(held, { grants: [{ role: 'reader', resource: 'acme' }] })).toEqual({ kind: 'no-match' });
    expect(ask(held, { grants: [{ role: 'owner', resource: 'acme/core-evil' }] })).toEqual({
      kind: 'no-match',
    });
    expect(ask(held, { grants: [{ role: 'owner', resource: 'acm' }] })).toEqual({ kind: 'no-match' });
  });

  it('names every failed check of every block, whatever the role', () => {
    const parent = mintHeld({
      checks: [LIFE, { kind: 'operation', anyOf: ['review'] }, { kind: 'depth', atMost: 1 }],
    });
    const child = delegate(parent, {
      checks: [{ kind: 'resource', anyOf: ['acme/other', 'acme/core@other'] }],
    });
    const expected = failed([0, 0], [0, 1], [0, 2], [1, 0]);
    const late = parseInstant('2026-11-22T00:00:00.001Z');
    expect(ask(child, { depth: 2, time: late })).toEqual(expected);
    expect(ask(child, { depth: 2, time: late, grants: [] })).toEqual(expected);
  });

  it('keeps a bound in time to the millisecond', () => {
    const held = mintHeld();
    expect(ask(held, { time: MIDNIGHT })).toEqual({ kind: 'allow' });
    expect(ask(held, { time: parseInstant('2026-11-21T23:59:59.999Z') })).toEqual({ kind: 'allow' });
    expect(ask(held, { time: parseInstant('2026-11-22T00:00:00.001Z') })).toEqual(failed([0, 0]));
  });

  it("does not let a child's own name pass a check on who acts", () => {
    const child = delegate(mintHeld(), {
      provider: 'anthropic',
      model: 'opus',
      checks: [
        { kind: 'provider', anyOf: ['anthropic'] },
        { kind: 'model', anyOf: ['opus'] },
      ],
    });
    expect(ask(child, { provider: 'anthropic', model: 'opus' })).toEqual({ kind: 'allow' });
    expect(ask(child, { provider: 'openai', model: 'opus' })).toEqual(failed([1, 0]));
    expect(ask(child)).toEqual(failed([1, 0], [1, 1]));
  });

  it('takes every text as data', () => {
    const texts = ['ed25519/00', '"); allow if true; //', '{value}', '$x', 'a\\', 'true', '\u{1f9f5}'];
    for (const text of texts) {
      const held = mintHeld({ principal: text, checks: [LIFE, { kind: 'model', anyOf: [text] }] });
      expect(ask(held, { model: text }), text).toEqual({ kind: 'allow' });
      expect(ask(held, { model: `${text} ` }), text).toEqual(failed([0, 1]));
      expect(ask(held, { model: text, grants: [{ role: 'owner', resource: text }] }), text).toEqual({
        kind: 'no-match',
      });
    }
  });

  it('gives a sealed token the same answer', () => {
    const child = delegate(mintHeld(), { checks: [{ kind: 'operation', anyOf: ['state:read'] }] });
    const sealed = { ...child, token: TOKENS.seal(child.token) };
    expect(ask(sealed)).toEqual(failed([1, 0]));
    expect(ask(sealed, { operation: 'state:read' })).toEqual({ kind: 'allow' });
  });

  it('never sees a token that the reader refuses, or one under another root', () => {
    const held = mintHeld();
    const unreadable = { kind: 'limit', why: 'the token is not readable' };
    expect(ask({ ...held, token: held.token.slice(1) })).toEqual(unreadable);
    expect(ask({ ...held, root: newRoot() })).toEqual(unreadable);
    expect(ask(held)).toEqual({ kind: 'allow' });
  });

  it('does not take bytes for a token it knows once they were changed', () => {
    const held = mintHeld();
    expect(ask(held)).toEqual({ kind: 'allow' });
    held.token[20] = (held.token[20] ?? 0) ^ 1;
    expect(ask(held)).toEqual({ kind: 'limit', why: 'the token is not readable' });
  });

  it('answers quickly for deep resources and refuses too many grants', () => {
    const held = mintHeld({ checks: [LIFE, { kind: 'resource', anyOf: ['acme/core:a/a'] }] });
    const within = ancestorsOf(`acme/core@${'t/'.repeat(20)}t:${'a/'.repeat(60)}a`);
    expect(within.length).toBeGreaterThan(1000);
    expect(ask(held, { within })).toEqual({ kind: 'allow' });
    const grants = Array.from({ length: 600 }, (_, index) => ({
      role: 'owner' as const,
      resource: `acme/${index}`,
    }));
    expect(ask(held, { grants })).toEqual({ kind: 'limit', why: 'the request has too many facts' });
  });
});

describe('an engine that was lost', () => {
  it('refuses everything from then on', () => {
    const held = mintHeld();
    expect(ask(held)).toEqual({ kind: 'allow' });
    // What no caller can give by its types, and what the module's own stack does not survive.
    const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], []) as string;
    expect(ask(held, { provider: deep })).toEqual({ kind: 'limit', why: 'the engine failed' });
    expect(ask(held)).toEqual({ kind: 'limit', why: 'the engine was lost to an earlier evaluation' });
  });
});
