import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import { parseId } from '#domain/id.ts';
import {
  decodeOperationTexts,
  encodeOperationTexts,
  hashOperation,
  operationId,
} from '#domain/operation/operation-codec.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { OperationLog, StoredOperation } from '#ports/log.ts';
import { openOperationLog } from '#storage/log/operation-log.ts';
import { createMemoryLog } from '../support/memory/operation-log.ts';
import {
  appendSample,
  sampleDigest,
  sampleLine,
  sampleTexts,
  SAMPLE_TOMBSTONE,
} from '../support/samples/sample-operations.ts';
import { SHA256_HASHER } from '../support/sha256-hasher.ts';

const root = mkdtempSync(join(tmpdir(), 'heddle-log-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const implementations: readonly (readonly [string, () => OperationLog])[] = [
  ['in memory', () => createMemoryLog(SHA256_HASHER)],
  ['on disk', () => openOperationLog(mkdtempSync(join(root, 'clone-')), SHA256_HASHER)],
];
const A = sampleDigest('a');
const B = sampleDigest('b');

async function collect(log: OperationLog, most = Infinity): Promise<LoggedOperation[]> {
  const found: LoggedOperation[] = [];
  for await (const operation of log.newest()) {
    found.push(operation);
    if (found.length >= most) break;
  }
  return found;
}

async function collectStored(log: OperationLog, seq: number): Promise<StoredOperation[]> {
  const found: StoredOperation[] = [];
  for await (const operation of log.storedFrom(A, seq)) found.push(operation);
  return found;
}

describe.each(implementations)('an operation log %s', (_, open) => {
  it('begins empty', async () => {
    const log = open();
    expect(await log.head(A)).toEqual({ seq: 0, prev: null, lamport: 0 });
    expect(await collect(log)).toEqual([]);
    expect(await log.check()).toEqual({ operations: [], findings: [] });
    expect(await log.unapplied()).toEqual([]);
    expect(await log.repairTails()).toEqual([]);
  });

  it('gives back what was appended, under the id of its line', async () => {
    const log = open();
    const line = sampleLine(A, await log.head(A), { denied: true });
    const id = await log.append(line, sampleTexts());
    expect(id).toBe(operationId(SHA256_HASHER, line));
    expect(await collect(log)).toEqual([{ id, line, texts: sampleTexts() }]);
    expect(await log.head(A)).toEqual({ seq: 1, prev: id, lamport: 1 });
  });

  it('counts its clock over all replicas, and its sequence over one', async () => {
    const log = open();
    await appendSample(log, A);
    await appendSample(log, A);
    expect(await log.head(B)).toEqual({ seq: 0, prev: null, lamport: 2 });
  });

  it('lists the newest first over all replicas, and stops when told', async () => {
    const log = open();
    for (const replica of [A, B, B, A, B]) await appendSample(log, replica);
    const all = await collect(log);
    expect(all.map(({ line }) => [line.replica, line.lamport])).toEqual([
      [B, 4],
      [A, 3],
      [B, 2],
      [B, 1],
      [A, 0],
    ]);
    expect(await collect(log, 2)).toEqual(all.slice(0, 2));
  });

  it('names the last line of every replica, by replica', async () => {
    const log = open();
    expect(await log.tails()).toEqual([]);
    for (const name of ['b', 'a', 'b']) await appendSample(log, sampleDigest(name));
    const { operations } = await log.check();
    const marks = [sampleDigest('a'), sampleDigest('b')].toSorted().map((replica) => {
      const last = operations.findLast(({ line }) => line.replica === replica);
      return { replica, seq: last?.line.seq, id: last?.id };
    });
    expect(await log.tails()).toEqual(marks);
  });

  it('orders equal clocks by replica', async () => {
    const log = open();
    const texts = sampleTexts();
    for (const replica of [A, B]) {
      await log.append(sampleLine(replica, { seq: 0, prev: null, lamport: 7 }, { texts }), texts);
    }
    const order = (await collect(log)).map(({ line }) => line.replica);
    expect(order).toEqual([A, B].toSorted());
  });

  it('names the last line of each replica until it is marked as applied', async () => {
    const log = open();
    for (const replica of [A, A, B]) await appendSample(log, replica);
    const [newestOfB, newestOfA] = await collect(log);
    const unapplied = await log.unapplied();
    expect(new Set(unapplied.map(({ id }) => id))).toEqual(new Set([newestOfA?.id, newestOfB?.id]));
    for (const operation of unapplied) await log.markApplied(operation);
    expect(await log.unapplied()).toEqual([]);
    await appendSample(log, A);
    expect((await log.unapplied()).map(({ line }) => line.seq)).toEqual([2]);
    const newest = await log.unapplied();
    for (const operation of [...newest, ...unapplied]) await log.markApplied(operation);
    expect(await log.unapplied()).toEqual([]);
  });

  it('refuses a line that does not continue the log', async () => {
    const log = open();
    const head = await log.head(A);
    await appendSample(log, A);
    const stale = sampleLine(A, head);
    await expect(log.append(stale, sampleTexts())).rejects.toThrow(/invariant/);
    const skipping = sampleLine(A, { ...(await log.head(A)), seq: 2 });
    await expect(log.append(skipping, sampleTexts())).rejects.toThrow(/invariant/);
    const slow = sampleLine(A, { ...(await log.head(A)), lamport: 0 });
    await expect(log.append(slow, sampleTexts())).rejects.toThrow(/invariant/);
    expect((await collect(log)).length).toBe(1);
  });

  it("refuses what no reader would take, and a sidecar that is not the line's", async () => {
    const log = open();
    const head = await log.head(A);
    const broken = { ...sampleLine(A, head), sig: 'AAAA' };
    await expect(log.append(broken, sampleTexts())).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    await expect(log.append(sampleLine(A, head), sampleTexts('other'))).rejects.toThrow(/invariant/);
    expect((await log.check()).operations).toEqual([]);
  });

  it('finds nothing wrong with a sound log', async () => {
    const log = open();
    for (const replica of [A, B, A]) await appendSample(log, replica);
    const { operations, findings } = await log.check();
    expect(findings).toEqual([]);
    expect(operations.length).toBe(3);
  });

  it('puts what stands for a redacted sidecar in its place, and the sidecar back, and leaves the others', async () => {
    const log = open();
    for (const replica of [A, B, A, A]) await appendSample(log, replica);
    const before = await collect(log);
    const [, second] = before;
    const id = second?.id ?? parseId('ho', '');
    const stub = encodeRedactedTexts(SAMPLE_TOMBSTONE);
    for (let round = 0; round < 2; round += 1) {
      await log.replaceTexts(new Map([[id, stub]]));
      const hidden = before.map((one) => (one.id === id ? { ...one, texts: 'redacted' } : one));
      expect(await collect(log)).toEqual(hidden);
      expect((await log.check()).findings).toEqual([]);
    }
    await appendSample(log, A);
    await log.replaceTexts(new Map([[id, encodeOperationTexts(sampleTexts(`${second?.line.lamport}`))]]));
    expect((await collect(log)).slice(1)).toEqual(before);
    const foreign = operationId(SHA256_HASHER, sampleLine(A, { seq: 99, prev: id, lamport: 99 }));
    await log.replaceTexts(new Map([[foreign, stub]]));
    expect((await collect(log)).slice(1)).toEqual(before);
  });

  it('gives back one replica from a line on, oldest first, byte for byte', async () => {
    const log = open();
    for (const replica of [A, B, A, A]) await appendSample(log, replica);
    const all = (await collect(log)).toReversed();
    const mine = all.filter(({ line }) => line.replica === A).map(({ id }) => id);
    const [, second] = mine;
    const stub = encodeRedactedTexts(SAMPLE_TOMBSTONE);
    if (second !== undefined) await log.replaceTexts(new Map([[second, stub]]));
    const stored = await collectStored(log, 1);
    expect(stored.map(({ id, line }) => [id, line.seq])).toEqual([
      [mine[1], 1],
      [mine[2], 2],
    ]);
    expect(stored.map(({ bytes }) => hashOperation(SHA256_HASHER, bytes))).toEqual(mine.slice(1));
    expect(stored.map(({ texts }) => decodeOperationTexts(texts))).toEqual(['redacted', all.at(-1)?.texts]);
    expect(await collectStored(log, 3)).toEqual([]);
    expect(await collectStored(log, 0)).toHaveLength(3);
  });

  it('keeps a chain under its digest, once, and refuses an overlong one', async () => {
    const log = open();
    const chain = sampleDigest('chain');
    expect(await log.readChain(chain)).toBeUndefined();
    await log.keepChain(chain, Uint8Array.of(1, 2, 3));
    await log.keepChain(chain, Uint8Array.of(9));
    expect(await log.readChain(chain)).toEqual(Uint8Array.of(1, 2, 3));
    for (const size of [0, 16_385]) {
      await expect(log.keepChain(sampleDigest('long'), new Uint8Array(size))).rejects.toBeInstanceOf(
        HeddleError,
      );
    }
  });
});
