import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import {
  actDigest,
  decodeAct,
  decodeActTexts,
  encodeAct,
  encodeActTexts,
  type RemovalAct,
} from '#domain/removal/act-codec.ts';
import {
  decodeReceipt,
  decodeReceiptTexts,
  encodeReceipt,
  encodeReceiptTexts,
  receiptDigest,
  type Receipt,
} from '#domain/removal/receipt-codec.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { parseInstant } from '#domain/time.ts';
import { SHA256_HASHER } from '../../../support/sha256-hasher.ts';

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const SALT = 'AAECAwQFBgcICQoLDA0ODw';

const ACT: RemovalAct = {
  repo: formatId('hg', bytes(1)),
  tombstone: formatId('hr', bytes(2)),
  actor: {
    principal: 'owner@example.com',
    agent: null,
    provider: null,
    model: null,
    session: null,
    confidence: null,
  },
  holder: 'ab'.repeat(32),
  chain: formatDigest(bytes(3)),
  at: parseInstant('2026-11-21T11:00:00.000Z'),
  policy: formatId('hg', bytes(4)),
  texts: formatDigest(bytes(5)),
  consent: null,
  shun: [],
};

const MARK = { digest: formatDigest(bytes(7)), filter: 12 };

const RECEIPT: Receipt = {
  repo: ACT.repo,
  tombstone: ACT.tombstone,
  purge: formatDigest(bytes(6)),
  replica: formatDigest(bytes(7)),
  holder: 'cd'.repeat(32),
  at: ACT.at,
  outcome: 'incomplete',
  texts: formatDigest(bytes(8)),
};

interface Codec {
  readonly valid: Uint8Array;
  readonly fields: number;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly wrong: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

const IDENTITY = {
  'a field more': { length: 12 },
  'a holder in capitals': { holder: 'AB'.repeat(32) },
  'a time without milliseconds': { at: '2026-11-21T11:00:00Z' },
  'a tombstone that is a state': { tombstone: formatId('hs', bytes(2)) },
  'texts that are no digest': { texts: 'none' },
};

const CODECS: Readonly<Record<string, Codec>> = {
  lift: {
    valid: encodeAct('lift', ACT),
    fields: 10,
    decode: (input) => decodeAct('lift', input),
    wrong: {
      ...IDENTITY,
      'an actor without a name': { actor: { ...ACT.actor, principal: '' } },
      'the second version and no consent': { v: 2 },
    },
  },
  purge: {
    valid: encodeAct('purge', ACT),
    fields: 10,
    decode: (input) => decodeAct('purge', input),
    wrong: IDENTITY,
  },
  'purge that tells marks': {
    valid: encodeAct('purge', { ...ACT, shun: [MARK] }),
    fields: 11,
    decode: (input) => decodeAct('purge', input),
    wrong: { ...IDENTITY, 'no mark': { shun: [] }, 'a mark twice': { shun: [MARK, MARK] } },
  },
  'purge by consent': {
    valid: encodeAct('purge', { ...ACT, consent: formatId('hq', bytes(9)) }),
    fields: 11,
    decode: (input) => decodeAct('purge', input),
    wrong: { ...IDENTITY, 'no consent': { consent: null }, 'a consent of the first version': { v: 1 } },
  },
  'sidecar of a lift': {
    valid: encodeActTexts('lift', { salt: SALT, reason: 'a false alarm' }),
    fields: 4,
    decode: (input) => decodeActTexts('lift', input),
    wrong: { 'a salt of 15 bytes': { salt: 'AAECAwQFBgcICQoLDA0O' }, 'no reason': { reason: null } },
  },
  'sidecar of a purge': {
    valid: encodeActTexts('purge', { salt: SALT, reason: 'it must go' }),
    fields: 4,
    decode: (input) => decodeActTexts('purge', input),
    wrong: { 'a field more': { paths: [] }, 'a reason without end': { reason: 'x'.repeat(64 * 1024 + 1) } },
  },
  receipt: {
    valid: encodeReceipt(RECEIPT),
    fields: 10,
    decode: decodeReceipt,
    wrong: { ...IDENTITY, 'an unknown outcome': { outcome: 'partly' }, 'no purge': { purge: null } },
  },
  'sidecar of a receipt': {
    valid: encodeReceiptTexts({ salt: SALT, places: ['stash', 'refs/heads/main'] }),
    fields: 4,
    decode: decodeReceiptTexts,
    wrong: {
      'a place that is no text': { places: [1] },
      'a salt of 15 bytes': { salt: 'AAECAwQFBgcICQoLDA0O' },
    },
  },
};

function fieldsOf(input: Uint8Array): Record<string, Json> {
  return JSON.parse(decodeUtf8(input) ?? '') as Record<string, Json>;
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error: unknown) {
    if (error instanceof HeddleError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

describe.each(Object.entries(CODECS))('a %s', (_name, { valid, fields, decode, wrong }) => {
  it('is refused when any field is missing', () => {
    const names = Object.keys(fieldsOf(valid));
    expect(names).toHaveLength(fields);
    for (const name of names) {
      const { [name]: _, ...rest } = fieldsOf(valid);
      expect(
        codeOf(() => decode(encodeCanonical(rest))),
        name,
      ).toBe('FORMAT_INVALID');
    }
  });

  it.each(Object.entries(wrong))('is refused with %s', (_what, change) => {
    expect(codeOf(() => decode(encodeCanonical({ ...fieldsOf(valid), ...change })))).toBe('FORMAT_INVALID');
  });

  it('is refused as another kind, in another version, and in another encoding', () => {
    expect(codeOf(() => decode(encodeCanonical({ ...fieldsOf(valid), v: 5 })))).toBe('FORMAT_UNKNOWN');
    expect(codeOf(() => decode(encodeCanonical({ ...fieldsOf(valid), type: 'state' })))).toBe(
      'FORMAT_UNKNOWN',
    );
    expect(codeOf(() => decode(utf8(` ${decodeUtf8(valid) ?? ''}`)))).toBe('FORMAT_INVALID');
  });

  it('is refused where a sidecar was taken away: no tombstone covers it', () => {
    expect(codeOf(() => decode(encodeRedactedTexts(ACT.tombstone)))).toMatch(/^FORMAT_/);
  });
});

describe('records about tombstones', () => {
  it('decode to what was encoded', () => {
    expect(decodeAct('lift', encodeAct('lift', ACT))).toEqual(ACT);
    expect(decodeAct('purge', encodeAct('purge', ACT))).toEqual(ACT);
    const telling = { ...ACT, shun: [MARK] };
    expect(decodeAct('purge', encodeAct('purge', telling))).toEqual(telling);
    expect(codeOf(() => decodeAct('lift', encodeAct('lift', telling)))).toBe('FORMAT_UNKNOWN');
    expect(decodeReceipt(encodeReceipt(RECEIPT))).toEqual(RECEIPT);
    const texts = { salt: SALT, reason: 'because' };
    expect(decodeActTexts('purge', encodeActTexts('purge', texts))).toEqual(texts);
    const places = { salt: SALT, places: [] };
    expect(decodeReceiptTexts(encodeReceiptTexts(places))).toEqual(places);
  });

  it('are never one another: a lift is no purge, by type and by hash', () => {
    expect(codeOf(() => decodeAct('purge', encodeAct('lift', ACT)))).toBe('FORMAT_UNKNOWN');
    const digests = [
      actDigest(SHA256_HASHER, 'lift', encodeAct('lift', ACT)),
      actDigest(SHA256_HASHER, 'purge', encodeAct('lift', ACT)),
      receiptDigest(SHA256_HASHER, encodeAct('lift', ACT)),
    ];
    expect(new Set(digests).size).toBe(3);
  });
});
