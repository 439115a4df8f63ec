import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { decodeReasonTexts, encodeReasonTexts } from '#domain/request/reason-texts.ts';
import { decodeAnswer, encodeAnswer, type Answer } from '#domain/request/answer-codec.ts';
import {
  decodeRequest,
  encodeRequest,
  MOST_RESOURCES,
  type AccessRequest,
} from '#domain/request/request-codec.ts';
import { parseDigest, parseId } from '#domain/id.ts';
import { parseInstant } from '#domain/time.ts';

const letters = (letter: string): string => `${letter.repeat(51)}0`;
const ACTOR = {
  principal: 'dev@example.com',
  agent: 'worker',
  provider: null,
  model: null,
  session: null,
  confidence: null,
} as const;
const SIGNED = {
  repo: parseId('hg', `hg-${letters('1')}`),
  policy: parseId('hg', `hg-${letters('2')}`),
  actor: ACTOR,
  holder: '7f3c'.repeat(16),
  chain: parseDigest(letters('3')),
  texts: parseDigest(letters('4')),
  at: parseInstant('2026-11-21T12:00:00.000Z'),
} as const;
const REQUEST: AccessRequest = {
  ...SIGNED,
  operation: 'grant:write',
  resources: ['acme/core', 'acme/core@task:src'],
  own: false,
  granting: 'admin',
  nonce: 'sLGys7S1tre4ubq7vL2-vw',
  expires: parseInstant('2026-11-22T12:00:00.000Z'),
  code: 'ROLE_NONE',
};
const ANSWER: Answer = {
  ...SIGNED,
  request: parseId('hq', `hq-${letters('5')}`),
  verdict: 'approve',
  gives: { block: '0b'.repeat(64) },
};

/** The canonical bytes with something else in them. */
function changed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = decodeUtf8(bytes) ?? '';
  if (!text.includes(from)) throw new Error(`${from} is not there`);
  return utf8(text.replace(from, to));
}

describe('a request', () => {
  it('comes back from its bytes', () => {
    for (const request of [REQUEST, { ...REQUEST, own: true, granting: null, code: null }]) {
      expect(decodeRequest(encodeRequest(request))).toEqual(request);
    }
  });

  it.each<[string, string, string]>([
    ['an unknown operation', '"operation":"grant:write"', '"operation":"rm"'],
    ['an unknown role', '"granting":"admin"', '"granting":"root"'],
    ['an unknown code', '"code":"ROLE_NONE"', '"code":"FINE"'],
    ['own that is no flag', '"own":false', '"own":"no"'],
    ['a resource twice', '"acme/core@task:src"', '"acme/core"'],
    ['a resource in another spelling', '"acme/core@task:src"', '"acme/core@task:src/"'],
    ['no resource', '["acme/core","acme/core@task:src"]', '[]'],
    ['a short nonce', '"nonce":"sLGys7S1tre4ubq7vL2-vw"', '"nonce":"sLGy"'],
    ['an end before its beginning', '2026-11-22T12', '2026-11-20T12'],
    ['an end too far away', '2026-11-22T12', '2027-11-22T12'],
    ['a command', '"code":"ROLE_NONE"', '"argv":["rm"],"code":"ROLE_NONE"'],
    ['no holder', `"holder":"${'7f3c'.repeat(16)}"`, '"holder":"x"'],
  ])('with %s is none', (_what, from, to) => {
    expect(() => decodeRequest(changed(encodeRequest(REQUEST), from, to))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(?:FORMAT|RESOURCE)_INVALID$/) }),
    );
  });

  it('has a bounded number of resources', () => {
    const resources = (count: number): readonly string[] =>
      Array.from({ length: count }, (_, index) => `acme/core:f${index}`);
    const of = (count: number): Uint8Array => encodeRequest({ ...REQUEST, resources: resources(count) });
    expect(decodeRequest(of(MOST_RESOURCES)).resources).toHaveLength(MOST_RESOURCES);
    expect(() => decodeRequest(of(MOST_RESOURCES + 1))).toThrow('resources');
  });

  it('of a later version is unknown', () => {
    const later = changed(encodeRequest(REQUEST), '"v":1', '"v":2');
    expect(() => decodeRequest(later)).toThrow(expect.objectContaining({ code: 'FORMAT_UNKNOWN' }));
  });

  it('has a sidecar, with a reason or none', () => {
    for (const reason of ['why', null]) {
      const texts = { salt: 'sLGys7S1tre4ubq7vL2-vw', reason };
      expect(decodeReasonTexts('request', encodeReasonTexts('request', texts))).toEqual(texts);
      expect(decodeReasonTexts('answer', encodeReasonTexts('answer', texts))).toEqual(texts);
    }
    const texts = { salt: 'sLGys7S1tre4ubq7vL2-vw', reason: null };
    const act = { op: 'grant-add', args: { role: 'owner' } } as const;
    const meant = encodeReasonTexts('request', { ...texts, act });
    expect(decodeReasonTexts('request', meant)).toEqual({ ...texts, act });
    // An answer answers, and what is meant has a name and arguments.
    expect(() => decodeReasonTexts('answer', encodeReasonTexts('answer', { ...texts, act }))).toThrow();
    const listed = encodeReasonTexts('request', { ...texts, act: { ...act, args: [] } });
    expect(() => decodeReasonTexts('request', listed)).toThrow();
    const short = encodeReasonTexts('request', { salt: 'AAAA', reason: null });
    expect(() => decodeReasonTexts('request', short)).toThrow();
  });
});

describe('an answer', () => {
  it('comes back from its bytes', () => {
    const given = [ANSWER.gives, { grant: SIGNED.policy }, null];
    for (const gives of given) {
      expect(decodeAnswer(encodeAnswer({ ...ANSWER, gives }))).toEqual({ ...ANSWER, gives });
    }
  });

  it.each<[string, string, string]>([
    ['that denies and gives', '"verdict":"approve"', '"verdict":"deny"'],
    ['of no known verdict', '"verdict":"approve"', '"verdict":"maybe"'],
    ['that gives no proper block', '0b0b', '0B0b'],
    ['that gives two things', '"block":', '"argv":[],"block":'],
    ['about no request', '"request":"hq-', '"request":"hs-'],
  ])('%s is none', (_what, from, to) => {
    expect(() => decodeAnswer(changed(encodeAnswer(ANSWER), from, to))).toThrow(
      expect.objectContaining({ code: 'FORMAT_INVALID' }),
    );
  });
});
