import { describe, expect, it } from 'vitest';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { LoggedOperation, OperationKind } from '#domain/operation/operation.ts';
import type { ObjectId } from '#ports/objects.ts';
import { LandedCommits } from '#usecases/landing/landed-commits.ts';
import { createMemoryRepository } from '../../../support/memory/workspace.ts';

const MAIN = 'refs/heads/main';
const commit = (number: number): ObjectId => number.toString(16).padStart(40, '0');

interface Said {
  readonly op: OperationKind;
  readonly states?: readonly string[];
  readonly to?: ObjectId;
  readonly ref?: string;
  readonly result?: Json;
  readonly verdict?: 'allow' | 'deny';
  readonly redacted?: true;
}

/** Of a line what is asked of it here. */
function lineOf({ op, states = [], to, ref = MAIN, result = null, ...rest }: Said): LoggedOperation {
  const refs = to === undefined ? [] : [{ name: ref, old: null, new: to }];
  const texts = rest.redacted === true ? 'redacted' : { refs, result };
  return { line: { op, states, verdict: { verdict: rest.verdict ?? 'allow' } }, texts } as LoggedOperation;
}

/** Reads a log, oldest line first; how many lines were read is counted. */
async function open(log: readonly Said[]): Promise<{ landed: LandedCommits; read: () => number }> {
  const { workspace } = createMemoryRepository();
  let count = 0;
  async function* newest(): AsyncGenerator<LoggedOperation> {
    for (const said of log.toReversed()) {
      count += 1;
      yield lineOf(said);
    }
  }
  const landed = await LandedCommits.open({ ...workspace, log: { ...workspace.log, newest } }, MAIN);
  return { landed, read: () => count };
}

const LOG: readonly Said[] = [
  { op: 'capture', states: ['other'] },
  { op: 'capture', states: ['first'] },
  { op: 'land', states: ['first'], to: commit(1) },
  { op: 'capture', states: ['second'] },
  { op: 'capture', states: ['third'] },
  {
    op: 'land',
    states: ['third'],
    to: commit(3),
    result: {
      commits: [
        { state: 'second', commit: commit(2) },
        { state: 'third', commit: 'none' },
      ],
    },
  },
  { op: 'capture', states: ['open'] },
  { op: 'push' },
];

describe('the commits that states were landed as', () => {
  it('are found in the lines since the state was made, and no others are read', async () => {
    const { landed, read } = await open(LOG);
    expect([await landed.of('open'), read()]).toEqual([[], 2]);
    expect([await landed.of('third'), read()]).toEqual([[commit(3)], 4]);
    expect([await landed.of('second'), read()]).toEqual([[commit(2)], 5]);
    expect([await landed.of('third'), read()]).toEqual([[commit(3)], 5]);
    expect([await landed.of('first'), read()]).toEqual([[commit(1)], 7]);
  });

  it('are looked for in all lines where none here made the state', async () => {
    const { landed, read } = await open(LOG);
    expect([await landed.of('fetched'), read()]).toEqual([[], LOG.length]);
    expect(await landed.of('third')).toEqual([commit(3)]);
  });

  it('are those of this branch alone, the newest first, of landings that were let through', async () => {
    const { landed } = await open([
      { op: 'capture', states: ['one'] },
      { op: 'land', states: ['one'], to: commit(1) },
      { op: 'land', states: ['one'], to: commit(9), ref: 'refs/heads/other' },
      { op: 'land', states: ['one'], to: commit(8), verdict: 'deny' },
      { op: 'land', states: ['one'], redacted: true },
      { op: 'land', states: ['one'], to: commit(2) },
      { op: 'capture', states: ['one'], verdict: 'deny' },
    ]);
    expect(await landed.of('one')).toEqual([commit(2), commit(1)]);
  });
});
