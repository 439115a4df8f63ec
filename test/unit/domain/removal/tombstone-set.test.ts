import { describe, expect, it } from 'vitest';
import { formatDigest, formatId, type Digest } from '#domain/id.ts';
import type { RemovalAct } from '#domain/removal/act-codec.ts';
import type { PurgeOutcome } from '#domain/removal/receipt-codec.ts';
import {
  foldTombstones,
  newestInstant,
  type ActRecord,
  type DecodedTombstone,
  type ReceiptRecord,
} from '#domain/removal/tombstone-set.ts';
import { parseInstant, type Instant } from '#domain/time.ts';

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const FILE = formatDigest(bytes(1));
const OTHER = formatDigest(bytes(2));
const at = (minute: number): Instant => parseInstant(`2026-11-21T11:0${minute}:00.000Z`);
const attestation = { subject: FILE, holder: 'ab'.repeat(32), sig: new Uint8Array(64) };

const SIGNED: RemovalAct = {
  repo: formatId('hg', bytes(1)),
  tombstone: formatId('hr', bytes(1)),
  actor: { principal: 'p', agent: null, provider: null, model: null, session: null, confidence: null },
  holder: attestation.holder,
  chain: FILE,
  at: at(1),
  policy: formatId('hg', bytes(1)),
  texts: FILE,
  consent: null,
  shun: [],
};

const ACT: ActRecord = {
  id: FILE,
  act: SIGNED,
  texts: { salt: '', reason: '' },
  attestation,
  chain: new Uint8Array(),
};

const ALL = (): boolean => true;

function receipt(outcome: PurgeOutcome, minute = 2): ReceiptRecord {
  const { repo, tombstone, holder, texts } = SIGNED;
  return {
    id: FILE,
    receipt: { repo, tombstone, purge: FILE, replica: FILE, holder, at: at(minute), outcome, texts },
    texts: { salt: '', places: [] },
    attestation,
  };
}

function tombstone(
  fill: number,
  change: Partial<DecodedTombstone> = {},
  files: readonly Digest[] = [FILE],
): DecodedTombstone {
  return {
    id: formatId('hr', bytes(fill)),
    declaration: {
      ...SIGNED,
      covers: { files, names: [], texts: [] },
      shun: [],
      spans: [],
      reasonCode: 'other',
      template: 1,
      rotatedAt: null,
    },
    texts: 'redacted',
    attestation,
    chain: new Uint8Array(),
    lifts: [],
    purges: [],
    receipts: [],
    ...change,
  };
}

describe('the status of a tombstone', () => {
  it.each([
    ['redacted', {}],
    ['lifted', { lifts: [ACT] }],
    ['purging', { purges: [ACT] }],
    ['purging', { purges: [ACT], lifts: [ACT] }],
    ['purging', { purges: [ACT], receipts: [receipt('incomplete')] }],
    ['purged', { purges: [ACT], receipts: [receipt('incomplete'), receipt('complete')] }],
    ['purged', { purges: [ACT], lifts: [ACT], receipts: [receipt('complete')] }],
  ] as const)('is %s of %j', (status, change) => {
    const one = tombstone(3, change);
    expect(foldTombstones([one], ALL).records.get(one.id)?.status).toBe(status);
  });
});

describe('a lift or purge by somebody who never could order one', () => {
  const other: ActRecord = { ...ACT, id: OTHER, act: { ...SIGNED, at: at(5) } };
  const counts = ({ id }: ActRecord): boolean => id !== OTHER;

  it.each([
    ['redacted', { lifts: [other] }],
    ['redacted', { purges: [other] }],
    ['lifted', { lifts: [ACT], purges: [other] }],
    ['purging', { purges: [ACT, other] }],
    ['purged', { purges: [ACT, other], receipts: [receipt('complete')] }],
  ] as const)('leaves the status %s: %j', (status, change) => {
    const one = tombstone(3, change);
    const record = foldTombstones([one], counts).records.get(one.id);
    expect(record?.status).toBe(status);
    expect([...(record?.countedLifts ?? []), ...(record?.countedPurges ?? [])]).not.toContain(other);
  });

  it('makes no receipt count that answers it', () => {
    const answer = receipt('complete');
    const lie = { ...answer, receipt: { ...answer.receipt, purge: OTHER } };
    const one = tombstone(3, { purges: [ACT, other], receipts: [lie] });
    expect(foldTombstones([one], counts).records.get(one.id)?.status).toBe('purging');
  });
});

describe('a tombstone that nobody believes', () => {
  const purge: ActRecord = { ...ACT, id: OTHER };
  const fold = (unbelieved: readonly string[], change: Partial<DecodedTombstone> = {}) => {
    const one = tombstone(3, change);
    const set = foldTombstones([one, tombstone(4, {}, [OTHER])], ALL, new Set([one.id, ...unbelieved]));
    return { ...set, one: set.records.get(one.id) };
  };

  it('hides nothing, and what it left may stand', () => {
    const { one, hidden, masks } = fold([]);
    expect(one).toMatchObject({ status: 'redacted', hides: false });
    expect([...hidden.keys()]).toEqual([OTHER]);
    expect([...masks]).toEqual([[FILE, [one]]]);
  });

  it('hides on where an owner ordered to destroy what it hides, unless nobody believes that either', () => {
    expect(fold([], { purges: [purge] }).one?.hides).toBe(true);
    expect(fold([], { purges: [purge] }).masks.size).toBe(0);
    expect(fold([OTHER], { purges: [purge] }).one?.hides).toBe(false);
    expect(fold([OTHER], { purges: [purge, ACT] }).one?.hides).toBe(true);
  });

  it('is no excuse for what stands in its place once it was lifted', () => {
    const { one, masks } = fold([], { lifts: [ACT] });
    expect(one?.hides).toBe(false);
    expect(masks.size).toBe(0);
  });

  it('leaves a content to another one that hides it', () => {
    const [one, other] = [tombstone(3), tombstone(4)];
    const { hidden, masks } = foldTombstones([one, other], ALL, new Set([one.id]));
    expect(hidden.get(FILE)?.id).toBe(other.id);
    expect(masks.get(FILE)?.map(({ id }) => id)).toEqual([one.id]);
  });
});

describe('what a set hides', () => {
  it('is what active tombstones cover; the smallest id counts, whatever the order', () => {
    const [low, high] = [tombstone(3), tombstone(9, {}, [FILE, OTHER])];
    for (const order of [
      [low, high],
      [high, low],
    ]) {
      const { hidden } = foldTombstones(order, ALL);
      expect(hidden.get(FILE)?.id).toBe(low.id);
      expect(hidden.get(OTHER)?.id).toBe(high.id);
      expect(hidden.size).toBe(2);
    }
  });

  it('is not what was lifted, unless another one covers it or it was purged', () => {
    const lifted = tombstone(3, { lifts: [ACT] });
    expect(foldTombstones([lifted], ALL).hidden.size).toBe(0);
    expect(foldTombstones([lifted, tombstone(9)], ALL).hidden.get(FILE)?.id).toBe(tombstone(9).id);
    const purged = tombstone(3, { lifts: [ACT], purges: [ACT] });
    expect(foldTombstones([purged], ALL).hidden.get(FILE)?.id).toBe(purged.id);
  });
});

describe('the newest time of a set', () => {
  it('is that of any record in it', () => {
    expect(newestInstant([])).toBeUndefined();
    expect(newestInstant([tombstone(3)])).toBe(at(1));
    const lift = { ...ACT, act: { ...SIGNED, at: at(4) } };
    expect(newestInstant([tombstone(3, { lifts: [lift], receipts: [receipt('complete', 3)] })])).toBe(at(4));
    expect(newestInstant([tombstone(3, { receipts: [receipt('complete', 5)] })])).toBe(at(5));
  });
});
