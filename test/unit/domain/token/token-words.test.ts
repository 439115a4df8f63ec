import { describe, expect, it } from 'vitest';
import { parseInstant } from '#domain/time.ts';
import type { TokenBlock, TokenCheck } from '#domain/token/token.ts';
import {
  blockDatalog,
  checkDatalog,
  describeBlock,
  describeCheck,
  shortKey,
} from '#domain/token/token-words.ts';

const KEY = '7f3c'.padEnd(64, '0');
const NIGHT = parseInstant('2026-11-22T00:00:00.000Z');

describe('a check in words', () => {
  const CASES: readonly (readonly [TokenCheck, string, string])[] = [
    [
      { kind: 'operation', anyOf: ['state:capture', 'state:read', 'undo'] },
      'only state:capture, state:read and undo',
      'check if operation("state:capture") or operation("state:read") or operation("undo")',
    ],
    [
      { kind: 'resource', anyOf: ['acme', 'b'] },
      'only within acme or b',
      'check if within("acme") or within("b")',
    ],
    [
      { kind: 'time', notAfter: NIGHT },
      `until 2026-11-22 00:00 UTC`,
      'check if time($time), $time <= 2026-11-22T00:00:00Z',
    ],
    [{ kind: 'provider', anyOf: ['p'] }, 'only by provider p', 'check if actor_provider("p")'],
    [{ kind: 'model', anyOf: ['m"\\'] }, 'only by model m"\\', String.raw`check if actor_model("m\"\\")`],
    [{ kind: 'depth', atMost: 0 }, 'by no agent', 'check if depth($depth), $depth <= 0'],
    [{ kind: 'depth', atMost: 1 }, 'through at most 1 agent', 'check if depth($depth), $depth <= 1'],
    [{ kind: 'depth', atMost: 2 }, 'through at most 2 agents', 'check if depth($depth), $depth <= 2'],
  ];

  it.each(CASES)('%j', (check, words, datalog) => {
    expect(describeCheck(check)).toBe(words);
    expect(checkDatalog(check)).toBe(datalog);
  });
});

describe('a block in words', () => {
  const delegation: TokenBlock = {
    kind: 'delegation',
    agent: 'review-worker',
    holder: KEY,
    provider: null,
    model: null,
    checks: [
      { kind: 'resource', anyOf: ['acme/core@task/login:src'] },
      { kind: 'operation', anyOf: ['state:capture', 'state:read'] },
      { kind: 'time', notAfter: NIGHT },
    ],
  };

  it('says who may do what, within what, until when', () => {
    expect(describeBlock(delegation)).toBe(
      `review-worker (key ed25519:7f3c0000…) may state:capture and state:read, only within acme/core@task/login:src, until 2026-11-22 00:00 UTC`,
    );
  });

  it('names provider and model where the block does', () => {
    const named = { ...delegation, provider: 'anthropic', model: 'opus', checks: [] };
    expect(describeBlock(named)).toBe(
      'review-worker (anthropic, opus, key ed25519:7f3c0000…) may do what the blocks before it may',
    );
    expect(blockDatalog(named)).toEqual([
      'agent("review-worker")',
      `holder(hex:${KEY})`,
      'provider("anthropic")',
      'model("opus")',
    ]);
  });

  it('says of a first block that grants decide, and of a first-party block that it names nobody', () => {
    const authority: TokenBlock = {
      kind: 'authority',
      tokenVersion: 1,
      principal: 'dev@example.com',
      session: 's',
      repo: '*',
      holder: KEY,
      issued: NIGHT,
      checks: [{ kind: 'time', notAfter: NIGHT }],
    };
    expect(describeBlock(authority)).toBe(
      `dev@example.com (key ed25519:7f3c0000…) may do what its grants allow, until 2026-11-22 00:00 UTC`,
    );
    const attenuation: TokenBlock = { kind: 'attenuation', checks: [{ kind: 'depth', atMost: 0 }] };
    expect(describeBlock(attenuation)).toBe(
      'whoever holds it may do what the blocks before it may, by no agent',
    );
    expect(blockDatalog(attenuation)).toEqual(['check if depth($depth), $depth <= 0']);
  });

  it('keeps a second list of operations visible', () => {
    const twice = {
      ...delegation,
      checks: [...delegation.checks, { kind: 'operation', anyOf: ['undo'] } as const],
    };
    expect(describeBlock(twice)).toContain('may state:capture and state:read, only undo,');
  });

  it('shortens a key alike everywhere', () => {
    expect(shortKey(KEY)).toBe('ed25519:7f3c0000…');
  });
});
