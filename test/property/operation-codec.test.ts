import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import {
  decodeOperation,
  decodeOperationTexts,
  encodeOperation,
  encodeOperationTexts,
  operationId,
} from '#domain/operation/operation-codec.ts';
import { GATES } from '#domain/decision/gate.ts';
import {
  OPERATION_KINDS,
  type OperationLine,
  type OperationTexts,
  type Verdict,
} from '#domain/operation/operation.ts';
import { formatInstant } from '#domain/time.ts';
import { sampleDigest, sampleLine, sampleTexts } from '../support/samples/sample-operations.ts';
import { SHA256_HASHER } from '../support/sha256-hasher.ts';
import { fc } from '../support/seed.ts';

const options = { numRuns: 300, verbose: false };

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const integer = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const gitId = fc.option(fc.stringMatching(/^[0-9a-f]{40}$/));
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant({ verdict: 'allow', stage: null, code: null } as const),
  fc.record({
    verdict: fc.constant('deny' as const),
    stage: fc.constantFrom(...GATES),
    code: fc.stringMatching(/^[A-Z][A-Z_]{0,30}$/),
  }),
);
const first = sampleLine(sampleDigest('a'), { seq: 0, prev: null, lamport: 0 });
const lines: fc.Arbitrary<OperationLine> = fc
  .record({
    seq: fc.oneof(fc.constant(0), integer),
    lamport: integer,
    at: fc.integer({ min: 0, max: 4_000_000_000_000 }).map(formatInstant),
    op: fc.constantFrom(...OPERATION_KINDS),
    verdict,
    chain: fc.constantFrom(null, sampleDigest('c')),
  })
  .map((fields) => ({
    ...first,
    ...fields,
    prev: fields.seq === 0 ? null : operationId(SHA256_HASHER, first),
  }));

const texts: fc.Arbitrary<OperationTexts> = fc
  .record({
    resource: fc.option(text),
    paths: fc.array(text, { maxLength: 5 }),
    args: json,
    refs: fc.array(fc.record({ name: text, old: gitId, new: gitId }), { maxLength: 3 }),
    result: json,
  })
  .map((fields) => ({ ...sampleTexts(), ...fields }));

describe('the codec of the log', () => {
  it('reads every line back as it was, in the same bytes', () => {
    fc.assert(
      fc.property(lines, (line) => {
        const bytes = encodeOperation(line);
        expect(decodeOperation(bytes)).toEqual(line);
        expect(encodeOperation(decodeOperation(bytes))).toEqual(bytes);
      }),
      options,
    );
  });

  it('reads every sidecar back as it was, in the same bytes', () => {
    fc.assert(
      fc.property(texts, (sidecar) => {
        const bytes = encodeOperationTexts(sidecar);
        const read = decodeOperationTexts(bytes);
        expect(read).toEqual(sidecar);
        if (read !== 'redacted') expect(encodeOperationTexts(read)).toEqual(bytes);
      }),
      options,
    );
  });

  it('gives a changed byte another id, or refuses it by code', () => {
    const bytes = encodeOperation(first);
    const id = operationId(SHA256_HASHER, first);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        try {
          expect(operationId(SHA256_HASHER, decodeOperation(changed))).not.toBe(id);
        } catch (error) {
          if (!(error instanceof HeddleError)) throw error;
          expect(error.code).toMatch(/^FORMAT_/);
        }
      }),
      { ...options, numRuns: 2000 },
    );
  });
});
