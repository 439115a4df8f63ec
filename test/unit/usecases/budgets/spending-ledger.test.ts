import { describe, expect, it } from 'vitest';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { formatId } from '#domain/id.ts';
import type { LoggedOperation, OperationLine, OperationTexts } from '#domain/operation/operation.ts';
import { formatInstant, instantMilliseconds, parseInstant, type Instant } from '#domain/time.ts';
import { spentBy, SpendingLedger } from '#usecases/budgets/spending-ledger.ts';
import { sampleDigest, sampleLine, sampleTexts } from '../../../support/samples/sample-operations.ts';

const NOON = parseInstant('2026-11-21T12:00:00.000Z');
const HEAD = { seq: 0, prev: null, lamport: 0 };
const TEXTS = sampleTexts();
const KEY = 'a'.repeat(64);

function captured(args: Json = null, change: Partial<OperationLine> = {}): LoggedOperation {
  const texts: OperationTexts = { ...TEXTS, args, paths: ['a', 'b'] };
  const line = sampleLine(sampleDigest('replica'), HEAD, { texts });
  const id = formatId('ho', new Uint8Array(32).fill(2));
  return { id, line: { ...line, ...change }, texts };
}

function after(milliseconds: number): Instant {
  return formatInstant(instantMilliseconds(NOON) + milliseconds);
}

describe('what a line spent', () => {
  it('is a state, its paths and the lines that its sidecar says', () => {
    const spent = { states: 1, files: 2, lines: 7 };
    expect(spentBy(captured({ operationId: null, verb: null, spent: { lines: 7 } }))).toEqual(spent);
    expect(spentBy(captured())).toEqual({ ...spent, lines: 0 });
  });

  it.each<[string, Json]>([
    ['less than nothing', -5],
    ['a text', '7'],
  ])('is no lines where the sidecar says %s', (_, lines) => {
    expect(spentBy(captured({ spent: { lines } })).lines).toBe(0);
  });

  it('is the state alone where the sidecar was redacted', () => {
    expect(spentBy({ ...captured({ spent: { lines: 7 } }), texts: 'redacted' })).toEqual({
      states: 1,
      files: 0,
      lines: 0,
    });
  });

  it('is nothing where it was denied, or captured nothing', () => {
    const denied = { verdict: 'deny', stage: 'scope', code: 'SCOPE_BUDGET' } as const;
    const nothing = { states: 0, files: 0, lines: 0 };
    expect(spentBy(captured({ spent: { lines: 7 } }, { verdict: denied }))).toEqual(nothing);
    expect(spentBy(captured({ spent: { lines: 7 } }, { op: 'undo' }))).toEqual(nothing);
  });
});

describe('the ledger', () => {
  it('adds up under each holder, whatever the order, and begins at the earliest line', () => {
    const ledger = new SpendingLedger();
    ledger.add(captured({ spent: { lines: 1 } }, { at: after(60_000) }), [KEY, 'b']);
    ledger.add(captured({ spent: { lines: 2 } }, { at: NOON }), [KEY]);
    expect(ledger.spentBy(KEY, after(60_001))).toEqual({
      holder: KEY,
      states: 2,
      files: 4,
      lines: 3,
      minutes: 2,
    });
    expect(ledger.spentBy('b', after(60_000))).toMatchObject({ states: 1, minutes: 0 });
    expect(ledger.spentBy('nobody', NOON)).toMatchObject({ states: 0, minutes: 0 });
  });

  it('counts no minutes where the clock went back', () => {
    const ledger = new SpendingLedger();
    ledger.add(captured(null, { at: after(60_000) }), [KEY]);
    expect(ledger.spentBy(KEY, NOON).minutes).toBe(0);
  });
});
