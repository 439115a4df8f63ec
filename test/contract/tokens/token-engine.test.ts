import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EngineFacts, EngineVerdict, EvaluateToken } from '#domain/decision/decision.ts';
import { evaluateDecoded } from '#domain/decision/foretell.ts';
import { ancestorsOf } from '#domain/resource/resource.ts';
import { parseInstant } from '#domain/time.ts';
import { BUDGET_PREDICATES, CHECK_PREDICATES } from '#domain/token/token.ts';
import { toDatalog } from '#tokens/block-shape.ts';
import {
  delegate,
  engineFacts,
  LIFE,
  MIDNIGHT,
  mintHeld,
  newRoot,
  readChain,
  TOKENS,
  type Held,
} from '../../support/tokens.ts';

let evaluate: EvaluateToken;
beforeAll(async () => {
  evaluate = await TOKENS.loadEngine();
});

/** What the engine says, and what is said of the decoded token wherever the strict reader lets it pass. */
function ask(held: Held, changes: Partial<EngineFacts> = {}): EngineVerdict {
  const facts = engineFacts(changes);
  const verdict = evaluate(held.token, held.root.publicKey, facts);
  const credential = TOKENS.read(held.token, [held.root.publicKey]);
  if (credential.kind === 'chain') expect(evaluateDecoded(credential.chain, facts)).toEqual(verdict);
  return verdict;
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

  it('is asked for nothing that a block of a token says itself', () => {
    const { authority } = readChain(mintHeld());
    const { holder } = authority;
    const child = { kind: 'delegation', agent: 'a', holder, provider: 'p', model: 'm', checks: [] } as const;
    const said = [authority, child].flatMap((block) => toDatalog(block).facts.map(({ name }) => name));
    const asked = [...Object.values(CHECK_PREDICATES), ...Object.values(BUDGET_PREDICATES)];
    expect(said).toHaveLength(10);
    expect(said.filter((name) => [...asked, 'grant', 'within', 'satisfies'].includes(name))).toEqual([]);
  });

  it('counts the budget of each block, and the same one again where a first-party block repeats it', () => {
    const parent = delegate(mintHeld(), { budget: { states: 2, lines: 9 } });
    const child = delegate(parent, { budget: { states: 3, minutes: 0 } });
    const used = { states: 1, files: 0, lines: 0, minutes: 0 };
    const spent = [parent, child].map(({ holder }) => ({ ...used, holder: holder.publicKey }));
    const asks = (states: number, lines: number) => ({ spent, asks: { states, lines, files: 0 } });
    expect(ask(child, asks(1, 9))).toEqual({ kind: 'allow' });
    expect(ask(child, asks(2, 9))).toEqual(failed([1, 0]));
    expect(ask(child, asks(3, 10))).toEqual(failed([1, 0], [1, 1], [2, 0]));
    expect(ask(child, { ...asks(0, 0), spent: spent.slice(1) })).toEqual(failed([1, 0], [1, 1]));
    expect(ask(child, { ...asks(0, 0), spent: spent.toReversed() })).toEqual({ kind: 'allow' });
    const first = spent.map((entry) => ({ ...entry, states: 3, minutes: 1 }));
    expect(ask(child, { ...asks(0, 0), spent: [...first, ...spent] })).toEqual(failed([1, 0], [2, 1]));
  });

  it('counts as far as counts go', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const child = delegate(mintHeld({ checks: [LIFE, { kind: 'depth', atMost: most }] }), {
      budget: { lines: most },
    });
    const { publicKey: holder } = child.holder;
    const lines = (before: number, asked: number) => ({
      depth: most,
      spent: [{ holder, states: 0, files: 0, lines: before, minutes: 0 }],
      asks: { states: 0, files: 0, lines: asked },
    });
    expect(ask(child, lines(most, 0))).toEqual({ kind: 'allow' });
    expect(ask(child, lines(most - 1, 1))).toEqual({ kind: 'allow' });
    expect(ask(child, lines(most, 1))).toEqual(failed([1, 0]));
    expect(ask(child, lines(most, most))).toEqual(failed([1, 0]));
  });

  it('holds nothing for a request that names nothing', () => {
    const held = mintHeld({ checks: [LIFE, { kind: 'resource', anyOf: ['acme'] }] });
    const nothing = { within: [], satisfies: [], grants: [], provider: '', model: '' };
    expect(ask(held, nothing)).toEqual(failed([0, 1]));
    expect(ask(mintHeld(), nothing)).toEqual({ kind: 'no-match' });
    expect(ask(held, { within: ['acme', 'acme', 'acme'] })).toEqual({ kind: 'no-match' });
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
    // Eight more: operation, place, four roles, time, depth.
    const within500 = { within: ['acme/core:a/a', 'acme/elsewhere'] };
    expect(ask(held, { ...within500, grants: grants.slice(0, 492) })).toEqual({ kind: 'no-match' });
    expect(ask(held, { ...within500, grants: grants.slice(0, 493) })).toMatchObject({ kind: 'limit' });
  });
});

describe('an engine that was lost', () => {
  // What it left to be collected would be freed in it, and the process end with an error that nobody can catch.
  it('refuses everything from then on, and leaves nothing to be collected', async () => {
    const held = mintHeld();
    expect(ask(held)).toEqual({ kind: 'allow' });
    // What no caller can give by its types, and what the module's own stack does not survive.
    const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], []) as string;
    const lost = (provider: string | null): EngineVerdict =>
      evaluate(held.token, held.root.publicKey, engineFacts({ provider }));
    expect(lost(deep)).toEqual({ kind: 'limit', why: 'the engine failed' });
    expect(lost(null)).toEqual({ kind: 'limit', why: 'the engine was lost to an earlier evaluation' });
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let round = 0; round < 3; round += 1) {
      collect();
      await setTimeout(20);
    }
  });
});
