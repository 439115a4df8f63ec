import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import {
  decodeState,
  decodeStateTexts,
  encodeState,
  encodeStateTexts,
  stateId,
} from '#domain/state/state-codec.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { State, StateTexts } from '#domain/state/state.ts';
import { parseInstant } from '#domain/time.ts';
import { SHA256_HASHER } from '../../../support/sha256-hasher.ts';

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

const STATE: State = {
  repo: formatId('hg', bytes(1)),
  thread: 'task/login',
  parents: [formatId('hs', bytes(2))],
  tree: formatId('ht', bytes(3)),
  actor: {
    principal: 'owner@example.com',
    agent: 'review-worker',
    provider: 'example-provider',
    model: 'example-model-1',
    session: null,
    confidence: '0.80',
  },
  sources: {
    principal: 'credential',
    agent: 'credential',
    provider: 'credential',
    model: 'credential',
    session: 'none',
    confidence: 'flag',
  },
  capturedAt: parseInstant('2026-11-21T09:10:00.000Z'),
  holder: 'ab'.repeat(32),
  chain: formatDigest(bytes(4)),
  policy: formatId('hg', bytes(5)),
  texts: formatDigest(bytes(6)),
};
const TEXTS: StateTexts = {
  salt: 'AAECAwQFBgcICQoLDA0ODw',
  intent: 'Check the password',
  task: null,
  evidence: ['ran the tests'],
  base: 'c'.repeat(40),
};

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error: unknown) {
    if (error instanceof HeddleError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

function fieldsOf(encoded: Uint8Array): Record<string, Json> {
  return JSON.parse(decodeUtf8(encoded) ?? '') as Record<string, Json>;
}

describe('state.json', () => {
  it('decodes to what was encoded', () => {
    expect(decodeState(encodeState(STATE))).toEqual(STATE);
  });

  it('has another id with any field changed, and the same for the same', () => {
    const hasher = SHA256_HASHER;
    const idOf = (state: State): string => stateId(hasher, encodeState(state));
    const others: readonly State[] = [
      { ...STATE, repo: formatId('hg', bytes(9)) },
      { ...STATE, thread: 'task/other' },
      { ...STATE, parents: [] },
      { ...STATE, tree: formatId('ht', bytes(9)) },
      { ...STATE, actor: { ...STATE.actor, confidence: '0.81' } },
      { ...STATE, sources: { ...STATE.sources, confidence: 'environment' } },
      { ...STATE, capturedAt: parseInstant('2026-11-21T09:10:00.001Z') },
      { ...STATE, holder: 'cd'.repeat(32) },
      { ...STATE, chain: formatDigest(bytes(9)) },
      { ...STATE, policy: formatId('hg', bytes(9)) },
      { ...STATE, texts: formatDigest(bytes(9)) },
    ];
    expect(new Set([STATE, ...others].map(idOf)).size).toBe(1 + Object.keys(STATE).length);
    expect(idOf({ ...STATE })).toBe(idOf(STATE));
  });

  it('holds nothing of its sidecar and no Git id', () => {
    const names = Object.keys(fieldsOf(encodeState(STATE)));
    expect(names).toEqual([
      'actor',
      'capturedAt',
      'chain',
      'holder',
      'parents',
      'policy',
      'repo',
      'sources',
      'texts',
      'thread',
      'tree',
      'type',
      'v',
    ]);
  });

  it('is refused with any field missing or one more', () => {
    for (const name of Object.keys(fieldsOf(encodeState(STATE)))) {
      const fields = fieldsOf(encodeState(STATE));
      Reflect.deleteProperty(fields, name);
      expect(
        codeOf(() => decodeState(encodeCanonical(fields))),
        name,
      ).toBe('FORMAT_INVALID');
    }
    const more = { ...fieldsOf(encodeState(STATE)), commit: 'c'.repeat(40) };
    expect(codeOf(() => decodeState(encodeCanonical(more)))).toBe('FORMAT_INVALID');
  });

  it.each<[string, string, Readonly<Record<string, Json>>]>([
    ['a later version', 'FORMAT_UNKNOWN', { v: 2 }],
    ['another type', 'FORMAT_UNKNOWN', { type: 'operation' }],
    ['the id of a directory as a parent', 'FORMAT_INVALID', { parents: [STATE.tree] }],
    ['a parent that is cut short', 'FORMAT_INVALID', { parents: [formatId('hs', bytes(2)).slice(0, 20)] }],
    ['a provider without a model', 'FORMAT_INVALID', { actor: { ...STATE.actor, model: null } }],
    ['a confidence with one decimal', 'FORMAT_INVALID', { actor: { ...STATE.actor, confidence: '0.8' } }],
    ['a confidence above one', 'FORMAT_INVALID', { actor: { ...STATE.actor, confidence: '1.01' } }],
    ['a confidence that is a number', 'FORMAT_INVALID', { actor: { ...STATE.actor, confidence: 1 } }],
    ['a control character in a name', 'FORMAT_INVALID', { actor: { ...STATE.actor, agent: 'a\u001b[2J' } }],
    ['an empty agent', 'FORMAT_INVALID', { actor: { ...STATE.actor, agent: '' } }],
    ['an unknown source', 'FORMAT_INVALID', { sources: { ...STATE.sources, agent: 'commit-message' } }],
    ['a local time', 'FORMAT_INVALID', { capturedAt: '2026-11-21T09:10:00.000+01:00' }],
    ['a day that does not exist', 'FORMAT_INVALID', { capturedAt: '2026-02-30T09:10:00.000Z' }],
    ['a holder that is no key', 'FORMAT_INVALID', { holder: 'xyz' }],
  ])('is refused with %s', (_what, code, changes) => {
    const fields = { ...fieldsOf(encodeState(STATE)), ...changes };
    expect(codeOf(() => decodeState(encodeCanonical(fields)))).toBe(code);
  });

  it('is refused in any other encoding of the same value', () => {
    const text = decodeUtf8(encodeState(STATE)) ?? '';
    const others = [
      `${text}\n`,
      text.replace('"v":1', '"v":1.0'),
      text.replace('"v":1', '"v":1,"v":1'),
      text.replace('task/login', 'task\\/login'),
      `\ufeff${text}`,
    ];
    for (const other of others)
      expect(
        codeOf(() => decodeState(utf8(other))),
        other,
      ).toBe('FORMAT_INVALID');
    const broken = utf8(text);
    broken[20] = 0xff;
    expect(codeOf(() => decodeState(broken))).toBe('FORMAT_INVALID');
  });

  it('is refused unread beyond its bound', () => {
    expect(codeOf(() => decodeState(new Uint8Array(64 * 1024 + 1)))).toBe('FORMAT_INVALID');
  });
});

describe('texts.json of a state', () => {
  it('decodes to what was encoded', () => {
    expect(decodeStateTexts(encodeStateTexts(TEXTS))).toEqual(TEXTS);
  });

  it.each<[string, Readonly<Record<string, Json>>]>([
    ['a salt of 15 bytes', { salt: 'AAECAwQFBgcICQoLDA0O' }],
    ['a base that is no Git id', { base: 'HEAD' }],
    ['a field more', { author: 'somebody' }],
  ])('is refused with %s', (_what, changes) => {
    const fields = { ...fieldsOf(encodeStateTexts(TEXTS)), ...changes };
    expect(codeOf(() => decodeStateTexts(encodeCanonical(fields)))).toBe('FORMAT_INVALID');
  });

  it('names the tombstone that took it away, and says nothing else then', () => {
    const redactedBy = formatId('hr', new Uint8Array(32).fill(7));
    expect(decodeStateTexts(encodeRedactedTexts(redactedBy))).toEqual({ redactedBy });
    const fields = { ...fieldsOf(encodeRedactedTexts(redactedBy)), salt: TEXTS.salt };
    expect(codeOf(() => decodeStateTexts(encodeCanonical(fields)))).toBe('FORMAT_INVALID');
  });
});
