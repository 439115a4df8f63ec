import { describe, expect, it } from 'vitest';
import { utf8, decodeUtf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { parseInstant } from '#domain/time.ts';
import {
  decodeTombstone,
  decodeTombstoneTexts,
  encodeTombstone,
  encodeTombstoneTexts,
  tombstoneId,
  type TombstoneDeclaration,
  type TombstoneTexts,
} from '#domain/removal/tombstone.ts';

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const FILES = [1, 2].map((fill) => formatDigest(bytes(fill)));
const [FIRST, SECOND] = FILES as [(typeof FILES)[number], (typeof FILES)[number]];

const DECLARATION: TombstoneDeclaration = {
  repo: formatId('hg', bytes(9)),
  covers: {
    files: [FIRST, SECOND],
    names: [formatDigest(bytes(3))],
    texts: [formatId('ho', bytes(4)), formatId('hs', bytes(5))],
  },
  spans: [{ file: SECOND, marks: [0, 17], kept: formatDigest(bytes(6)) }],
  reasonCode: 'credential',
  template: 1,
  rotatedAt: parseInstant('2026-11-21T10:00:00.000Z'),
  shun: [],
  actor: {
    principal: 'owner@example.com',
    agent: null,
    provider: null,
    model: null,
    session: null,
    confidence: null,
  },
  holder: 'ab'.repeat(32),
  chain: formatDigest(bytes(7)),
  at: parseInstant('2026-11-21T11:00:00.000Z'),
  policy: formatId('hg', bytes(8)),
  texts: formatDigest(bytes(10)),
};

const MARK = { digest: formatDigest(bytes(1)), filter: 4095 };
const MANY_MARKS = [1, 2, 3].map((fill) => ({ digest: formatDigest(bytes(fill)), filter: fill }));

const TEXTS: TombstoneTexts = {
  salt: 'AAECAwQFBgcICQoLDA0ODw',
  paths: ['config/%0Akey.pem'],
  reason: 'a key was committed',
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

/** The declaration's JSON with some fields replaced; undefined removes one. */
function altered(changes: Readonly<Record<string, Json | undefined>>): Uint8Array {
  const fields = JSON.parse(decodeUtf8(encodeTombstone(DECLARATION)) ?? '') as Record<string, Json>;
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) Reflect.deleteProperty(fields, name);
    else fields[name] = value;
  }
  return encodeCanonical(fields);
}

describe('the declaration of a tombstone', () => {
  it('decodes to what was encoded', () => {
    expect(decodeTombstone(encodeTombstone(DECLARATION))).toEqual(DECLARATION);
  });

  it('tells in a second version by what every clone refuses what it covers', () => {
    const declaration = { ...DECLARATION, shun: [MARK] };
    const encoded = encodeTombstone(declaration);
    expect(decodeUtf8(encoded)).toContain('"v":2');
    expect(decodeTombstone(encoded)).toEqual(declaration);
  });

  it('may cover only the sidecar of another tombstone', () => {
    const covers = { files: [], names: [], texts: [formatId('hr', bytes(1))] };
    const declaration = { ...DECLARATION, covers, spans: [], rotatedAt: null };
    expect(decodeTombstone(encodeTombstone(declaration))).toEqual(declaration);
  });

  it('has the hash of kind "tombstone" as its id', () => {
    const seen: string[] = [];
    const hash: Hasher['hash'] = (kind) => {
      seen.push(kind);
      return bytes(1);
    };
    const hasher: Hasher = {
      hash,
      stream: () => {
        throw new Error('invariant: a declaration is hashed at once');
      },
    };
    expect(tombstoneId(hasher, encodeTombstone(DECLARATION))).toBe(formatId('hr', bytes(1)));
    expect(seen).toEqual(['tombstone']);
  });

  it('is refused when any field is missing', () => {
    const fields = Object.keys(JSON.parse(decodeUtf8(encodeTombstone(DECLARATION)) ?? '') as object);
    expect(fields).toHaveLength(14);
    for (const name of fields) {
      const code = codeOf(() => decodeTombstone(altered({ [name]: undefined })));
      expect(code, name).toBe('FORMAT_INVALID');
    }
  });

  it.each<[string, string, Readonly<Record<string, Json>>]>([
    ['an extra field', 'FORMAT_INVALID', { length: 12 }],
    ['another version', 'FORMAT_UNKNOWN', { v: 4 }],
    ['marks in the first version', 'FORMAT_INVALID', { shun: [MARK] }],
    ['the second version without marks', 'FORMAT_INVALID', { v: 2 }],
    ['an empty list of marks', 'FORMAT_INVALID', { v: 2, shun: [] }],
    ['a mark twice', 'FORMAT_INVALID', { v: 2, shun: [MARK, MARK] }],
    ['more marks than contents', 'FORMAT_INVALID', { v: 2, shun: MANY_MARKS }],
    ['a filter of more bits', 'FORMAT_INVALID', { v: 2, shun: [{ ...MARK, filter: 4096 }] }],
    ['a mark that names a cost', 'FORMAT_INVALID', { v: 2, shun: [{ ...MARK, n: 1 }] }],
    ['another type', 'FORMAT_UNKNOWN', { type: 'state' }],
    ['a template that this release does not know', 'FORMAT_UNKNOWN', { template: 2 }],
    ['an unknown reason code', 'FORMAT_INVALID', { reasonCode: 'because' }],
    ['nothing covered', 'FORMAT_INVALID', { covers: { files: [], names: [], texts: [] }, spans: [] }],
    ['files out of order', 'FORMAT_INVALID', { covers: { files: [SECOND, FIRST], names: [], texts: [] } }],
    ['a file twice', 'FORMAT_INVALID', { covers: { files: [SECOND, SECOND], names: [], texts: [] } }],
    [
      'a directory as a record',
      'FORMAT_INVALID',
      { covers: { files: FILES, names: [], texts: [`ht-${FIRST}`] } },
    ],
    [
      'an extra kind of cover',
      'FORMAT_INVALID',
      { covers: { files: FILES, names: [], texts: [], sizes: [] } },
    ],
    [
      'spans of a file that is not covered',
      'FORMAT_INVALID',
      { covers: { files: [FIRST], names: [], texts: [] } },
    ],
    ['spans without a mark', 'FORMAT_INVALID', { spans: [{ file: FIRST, kept: FIRST, marks: [] }] }],
    ['marks that fall', 'FORMAT_INVALID', { spans: [{ file: FIRST, kept: FIRST, marks: [2, 1] }] }],
    ['a mark before the beginning', 'FORMAT_INVALID', { spans: [{ file: FIRST, kept: FIRST, marks: [-1] }] }],
    [
      'the same file in two spans',
      'FORMAT_INVALID',
      {
        spans: [
          { file: FIRST, kept: FIRST, marks: [1] },
          { file: FIRST, kept: FIRST, marks: [2] },
        ],
      },
    ],
    [
      'a length beside the marks',
      'FORMAT_INVALID',
      {
        spans: [{ file: FIRST, kept: FIRST, marks: [1], lengths: [4] }],
      },
    ],
    ['a holder in capitals', 'FORMAT_INVALID', { holder: 'AB'.repeat(32) }],
    ['a time without milliseconds', 'FORMAT_INVALID', { at: '2026-11-21T11:00:00Z' }],
  ])('is refused with %s', (_what, code, changes) => {
    expect(codeOf(() => decodeTombstone(altered(changes)))).toBe(code);
  });

  it('is refused in any other encoding of the same value', () => {
    const text = decodeUtf8(encodeTombstone(DECLARATION)) ?? '';
    expect(codeOf(() => decodeTombstone(utf8(` ${text}`)))).toBe('FORMAT_INVALID');
    const reordered = utf8(
      JSON.stringify(
        JSON.parse(text, (_, value: unknown) => value),
        null,
        1,
      ),
    );
    expect(codeOf(() => decodeTombstone(reordered))).toBe('FORMAT_INVALID');
  });
});

describe('the sidecar of a tombstone', () => {
  it('decodes to what was encoded', () => {
    expect(decodeTombstoneTexts(encodeTombstoneTexts(TEXTS))).toEqual(TEXTS);
  });

  it('is told to be redacted where another tombstone covers it', () => {
    expect(decodeTombstoneTexts(encodeRedactedTexts(formatId('hr', bytes(1))))).toBe('redacted');
  });

  it('is refused with a salt of another length', () => {
    const short = encodeTombstoneTexts({ ...TEXTS, salt: 'AAECAwQFBgcICQoLDA0O' });
    expect(codeOf(() => decodeTombstoneTexts(short))).toBe('FORMAT_INVALID');
  });

  it('is refused as the sidecar of a state', () => {
    const other = encodeCanonical({ type: 'state-texts', v: 1, ...TEXTS, paths: [...TEXTS.paths] });
    expect(codeOf(() => decodeTombstoneTexts(other))).toBe('FORMAT_UNKNOWN');
  });
});
