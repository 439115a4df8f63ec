import { describe, expect, it } from 'vitest';
import type { EngineFacts } from '#domain/decision/decision.ts';
import { parseInstant } from '#domain/time.ts';
import type { TokenCheck } from '#domain/token/token.ts';
import { evaluateCheck } from '#domain/token/token-check.ts';

const NOON = parseInstant('2026-11-21T12:00:00.000Z');
const FACTS: EngineFacts = {
  operation: 'state:capture',
  within: ['acme/core@task:src', 'acme/core@task', 'acme/core', 'acme'],
  satisfies: ['owner'],
  grants: [],
  time: NOON,
  depth: 1,
  provider: 'anthropic',
  model: null,
  spent: [{ holder: 'a'.repeat(64), states: 9, files: 30, lines: 0, minutes: 12 }],
  asks: { states: 1, files: 2, lines: 7 },
};

describe('a check', () => {
  const CASES: readonly (readonly [TokenCheck, boolean, readonly string[], string])[] = [
    [
      { kind: 'operation', anyOf: ['review', 'state:capture'] },
      true,
      ['review', 'state:capture'],
      'state:capture',
    ],
    [{ kind: 'operation', anyOf: ['review'] }, false, ['review'], 'state:capture'],
    [{ kind: 'resource', anyOf: ['acme/core'] }, true, ['acme/core'], 'acme/core@task:src'],
    [{ kind: 'resource', anyOf: ['acme/cor'] }, false, ['acme/cor'], 'acme/core@task:src'],
    [{ kind: 'time', notAfter: NOON }, true, [NOON], NOON],
    [{ kind: 'depth', atMost: 1 }, true, ['1'], '1'],
    [{ kind: 'depth', atMost: 0 }, false, ['0'], '1'],
    [{ kind: 'provider', anyOf: ['anthropic'] }, true, ['anthropic'], 'anthropic'],
    [{ kind: 'provider', anyOf: ['openai'] }, false, ['openai'], 'anthropic'],
    [{ kind: 'model', anyOf: ['opus'] }, false, ['opus'], 'none'],
  ];

  it.each(CASES)('%j holds: %s', (check, holds, expected, actual) => {
    expect(evaluateCheck(check, FACTS)).toEqual({ holds, expected, actual });
  });

  it('on time fails a millisecond later', () => {
    const later = { ...FACTS, time: parseInstant('2026-11-21T12:00:00.001Z') };
    expect(evaluateCheck({ kind: 'time', notAfter: NOON }, later).holds).toBe(false);
  });

  it('on a resource fails where the request has none', () => {
    const check = { kind: 'resource', anyOf: ['acme'] } as const;
    expect(evaluateCheck(check, { ...FACTS, within: [] })).toEqual({
      holds: false,
      expected: ['acme'],
      actual: 'none',
    });
  });
});
