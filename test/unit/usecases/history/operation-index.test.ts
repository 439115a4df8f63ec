import { beforeEach, describe, expect, it } from 'vitest';
import { parseDigest, type OperationId } from '#domain/id.ts';
import type { OperationLog } from '#ports/log.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findOperation } from '#usecases/history/operation-index.ts';
import { appendSample, sampleDigest } from '../../../support/samples/sample-operations.ts';
import { createMemoryLog } from '../../../support/memory/operation-log.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';
import { SHA256_HASHER } from '../../../support/sha256-hasher.ts';

let repository: MemoryRepository;
let workspace: Workspace;
let lines: number;

beforeEach(() => {
  repository = createMemoryRepository();
  withLog(createMemoryLog(SHA256_HASHER));
});

/** The same clone with another log; counts the lines that are read of it. */
function withLog(log: OperationLog): void {
  lines = 0;
  const newest = async function* () {
    for await (const operation of log.newest()) {
      lines += 1;
      yield operation;
    }
  };
  workspace = { ...repository.workspace, log: { ...log, newest } };
}

async function append(replica: string, times: number): Promise<OperationId[]> {
  const ids: OperationId[] = [];
  for (let count = 0; count < times; count += 1) {
    await appendSample(workspace.log, sampleDigest(replica));
    const tail = (await workspace.log.tails()).find((mark) => mark.replica === sampleDigest(replica));
    if (tail !== undefined) ids.push(tail.id);
  }
  return ids;
}

async function linesOf(work: () => Promise<unknown>): Promise<number> {
  lines = 0;
  await work();
  return lines;
}

describe('the index of operations', () => {
  it('knows the one that begins so, of any replica, and reads a line once', async () => {
    const ids = [...(await append('a', 5)), ...(await append('b', 5))];
    const cost = await linesOf(async () => {
      for (const id of ids) expect(await findOperation(workspace, id.slice(0, 20))).toBe(id);
    });
    expect(cost).toBe(10);
    const more = [...(await append('a', 2)), ...(await append('c', 1))];
    const again = await linesOf(async () =>
      expect(await findOperation(workspace, more[0] ?? '')).toBe(more[0]),
    );
    expect(again).toBeLessThanOrEqual(10);
    expect(repository.localIndex.tables.operations.size).toBe(13);
  });

  it('knows none where there is none, where two begin so, and while it cannot be had', async () => {
    const [first] = await append('a', 2);
    expect(await findOperation(workspace, 'ho-0000')).toBeUndefined();
    expect(await findOperation(workspace, 'ho-')).toBeUndefined();
    repository.localIndex.locked = true;
    expect(await findOperation(workspace, first ?? '')).toBeUndefined();
  });

  it('is made anew where a log is shorter, gone, or another one than it was', async () => {
    const kept = await append('a', 4);
    await findOperation(workspace, 'ho-0000');
    for (const lengths of [
      [3, 0],
      [0, 6],
      [6, 1],
    ] as const) {
      withLog(createMemoryLog(SHA256_HASHER));
      // Samples differ by their place in the log, so these are other lines.
      const ids = [...(await append('b', lengths[1])), ...(await append('a', lengths[0]))];
      const known = ids.at(-1) ?? '';
      for (let turn = 0; turn < 2; turn += 1) {
        const found = await findOperation(workspace, known);
        expect([undefined, known]).toContain(found);
      }
      expect(await findOperation(workspace, known)).toBe(known);
      const stale = kept.filter((id) => !ids.includes(id));
      for (const id of stale) expect(await findOperation(workspace, id)).toBeUndefined();
    }
  });

  it('names where an operation stands', async () => {
    const [first = ''] = await append('a', 1);
    await findOperation(workspace, first);
    const [replica = '', seq] = (repository.localIndex.tables.operations.get(first) ?? '').split(' ');
    expect([parseDigest(replica), seq]).toEqual([sampleDigest('a'), '0']);
  });
});
