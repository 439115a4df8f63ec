import { describe, expect, it } from 'vitest';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { escapeSegment } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { formatDigest, formatId } from '#domain/id.ts';
import {
  actDigest,
  decodeAct,
  decodeActTexts,
  encodeAct,
  encodeActTexts,
  type ActTexts,
  type RemovalAct,
} from '#domain/removal/act-codec.ts';
import {
  decodeReceipt,
  decodeReceiptTexts,
  encodeReceipt,
  encodeReceiptTexts,
  PURGE_OUTCOMES,
  receiptDigest,
  type Receipt,
  type ReceiptTexts,
} from '#domain/removal/receipt-codec.ts';
import { replacementBytes, replacementVariants } from '#domain/removal/replacement.ts';
import { REASON_CODES } from '#domain/removal/tombstone.ts';
import { sortMarks } from '#domain/removal/travelling-mark.ts';
import { formatInstant } from '#domain/time.ts';
import { SHA256_HASHER } from '../../support/sha256-hasher.ts';
import { fc } from '../../support/seed.ts';

const options = { numRuns: 200, verbose: false };

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const digest = hash.map(formatDigest);
const authority = hash.map((bytes) => formatId('hg', bytes));
const request = hash.map((bytes) => formatId('hq', bytes));
const tombstone = hash.map((bytes) => formatId('hr', bytes));
const holder = fc.stringMatching(/^[0-9a-f]{64}$/);
const at = fc.integer({ min: 0, max: 4_000_000_000_000 }).map(formatInstant);
const salt = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
// What a record's principal may be: nothing that a terminal would obey.
const principal = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((name) => !/[\p{Cc}\p{Surrogate}]/u.test(name));
const actor = principal.map((name) => ({
  principal: name,
  agent: null,
  provider: null,
  model: null,
  session: null,
  confidence: null,
}));

const marks = fc
  .uniqueArray(fc.record({ digest, filter: fc.nat(4095) }), { maxLength: 3, selector: (mark) => mark.digest })
  .map(sortMarks);
const lifts: fc.Arbitrary<RemovalAct> = fc.record({
  repo: authority,
  tombstone,
  actor,
  holder,
  chain: digest,
  at,
  policy: authority,
  texts: digest,
  consent: fc.option(request, { nil: null }),
  shun: fc.constant([]),
});
const purges = fc.tuple(lifts, marks).map(([act, shun]): RemovalAct => ({ ...act, shun }));
const actTexts: fc.Arbitrary<ActTexts> = fc.record({ salt, reason: text });
const receipts: fc.Arbitrary<Receipt> = fc.record({
  repo: authority,
  tombstone,
  purge: digest,
  replica: digest,
  holder,
  at,
  outcome: fc.constantFrom(...PURGE_OUTCOMES),
  texts: digest,
});
const receiptTexts: fc.Arbitrary<ReceiptTexts> = fc.record({
  salt,
  places: fc.array(text, { maxLength: 4 }),
});

interface Codec {
  readonly name: string;
  readonly values: fc.Arbitrary<unknown>;
  readonly encode: (value: never) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
}

const CODECS: readonly Codec[] = [
  ...(['lift', 'purge'] as const).flatMap((kind) => [
    {
      name: kind,
      values: kind === 'lift' ? lifts : purges,
      encode: (value: RemovalAct) => encodeAct(kind, value),
      decode: (bytes: Uint8Array) => decodeAct(kind, bytes),
    },
    {
      name: `${kind}'s sidecar`,
      values: actTexts,
      encode: (value: ActTexts) => encodeActTexts(kind, value),
      decode: (bytes: Uint8Array) => decodeActTexts(kind, bytes),
    },
  ]),
  { name: 'receipt', values: receipts, encode: encodeReceipt, decode: decodeReceipt },
  { name: "receipt's sidecar", values: receiptTexts, encode: encodeReceiptTexts, decode: decodeReceiptTexts },
];

/** The decoded value, or the code of the refusal; anything else that is thrown is a defect. */
function attempt(
  decode: Codec['decode'],
  bytes: Uint8Array,
): { readonly value?: unknown; readonly code?: string } {
  try {
    return { value: decode(bytes) };
  } catch (error: unknown) {
    if (error instanceof HeddleError) return { code: error.code };
    throw error;
  }
}

describe.each(CODECS)('the codec of a $name', ({ values, encode, decode }) => {
  it('reads every value back as it was, in the same bytes', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(value as never);
        expect(decode(bytes)).toEqual(value);
        expect(encode(decode(bytes) as never)).toEqual(bytes);
      }),
      options,
    );
  });

  it('refuses other bytes, or reads another value from them', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, place, mask) => {
        const bytes = encode(value as never);
        const at = place % bytes.length;
        const changed = bytes.map((byte, index) => (index === at ? byte ^ mask : byte));
        const found = attempt(decode, changed);
        if (found.code === undefined) expect(found.value).not.toEqual(value);
        else expect(found.code).toMatch(/^FORMAT_(?:INVALID|UNKNOWN)$/);
      }),
      options,
    );
  });

  it('refuses each field in any other type', () => {
    fc.assert(
      fc.property(values, fc.constantFrom<Json>(null, 1, true, [], {}, ''), (value, wrong) => {
        const fields = JSON.parse(decodeUtf8(encode(value as never)) ?? '') as Record<string, Json>;
        for (const [name, right] of Object.entries(fields)) {
          const sameType = JSON.stringify(wrong) === JSON.stringify(right);
          const fits =
            sameType || (name === 'reason' && wrong === '') || (name === 'places' && Array.isArray(wrong));
          if (fits || (name === 'v' && wrong === 1)) continue;
          const found = attempt(decode, encodeCanonical({ ...fields, [name]: wrong }));
          expect(found.code, name).toMatch(/^FORMAT_(?:INVALID|UNKNOWN)$/);
        }
      }),
      options,
    );
  });
});

describe('the name of a record', () => {
  it('is another one for every other record, and for the same as another kind', () => {
    fc.assert(
      fc.property(lifts, purges, receipts, (a, b, receipt) => {
        const digests = [
          actDigest(SHA256_HASHER, 'lift', encodeAct('lift', a)),
          actDigest(SHA256_HASHER, 'purge', encodeAct('purge', a)),
          actDigest(SHA256_HASHER, 'lift', encodeAct('lift', b)),
          receiptDigest(SHA256_HASHER, encodeReceipt(receipt)),
        ];
        expect(new Set(digests).size).toBe(4);
      }),
      options,
    );
  });
});

describe('a replacement', () => {
  const removals = fc.record({ id: tombstone, actor, at, reasonCode: fc.constantFrom(...REASON_CODES) });
  const names = fc.oneof(
    text.map((name) => escapeSegment(utf8(name))),
    fc.constantFrom('a.ts', 'a.py', 'a.html', 'a.css', 'a.sql', 'a.ml', 'a.bat', 'Makefile'),
  );

  it('is one line of plain ASCII that names id, principal, time and code, and ends its comment once', () => {
    fc.assert(
      fc.property(removals, names, ({ id, ...declaration }, name) => {
        const line = decodeUtf8(replacementBytes({ id, declaration }, { name, kind: 'file' })) ?? '';
        const shown = /redacted (\S+) by (\S+) at (\S+): (\S+)/.exec(line);
        expect(shown?.slice(1, 5)).toEqual([id, shown?.[2], declaration.at, declaration.reasonCode]);
        expect(decodeURIComponent(shown?.[2] ?? '')).toBe(declaration.actor.principal);
        expect(line).toMatch(/^[ -~]+\n$/);
        const [before = '', after = ''] = line.split(shown?.[0] ?? '');
        expect(`${before}|${after}`).toMatch(
          /^(?:\|\n|(?:\/\/|#|--|;|%|'|REM|!) \|\n|\/\* \| \*\/\n|<!-- \| -->\n|\(\* \| \*\)\n)$/,
        );
        expect(shown?.[0]).not.toMatch(/\*\/|\*\)|--|[<>?]/);
      }),
      options,
    );
  });

  it('is one of the variants, whatever the name', () => {
    fc.assert(
      fc.property(
        removals,
        names,
        fc.constantFrom('file', 'symlink'),
        ({ id, ...declaration }, name, kind) => {
          const made = replacementBytes({ id, declaration }, { name, kind });
          const variants = replacementVariants({ id, declaration });
          expect(variants.some((variant) => Buffer.from(variant).equals(made))).toBe(true);
        },
      ),
      options,
    );
  });
});
