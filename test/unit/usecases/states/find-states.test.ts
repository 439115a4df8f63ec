import { beforeEach, describe, expect, it } from 'vitest';
import type { Hasher } from '#domain/hash.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findState, SCANNED_FIRST } from '#usecases/states/find-states.ts';
import { resolveState } from '#usecases/states/resolve-state.ts';
import { rebuildStateIndex } from '#usecases/states/state-index.ts';
import { plainFiles } from '../../../support/memory/files.ts';
import { HistoryBench, type WrittenState } from '../../../support/memory/benches/history-bench.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';
import { SHA256_HASHER } from '../../../support/sha256-hasher.ts';

const MANY = SCANNED_FIRST + 12;

let repository: MemoryRepository;
let workspace: Workspace;
let bench: HistoryBench;
let reads: number;

/** Counts what is read of Git: what tells an index from a scan. */
function counting(base: Workspace): Workspace {
  const { objects } = base;
  return {
    ...base,
    objects: {
      read: (name, most) => objects.read(name, most),
      readMany(names, most) {
        reads += names.length;
        return objects.readMany(names, most);
      },
      streamBlobs: (ids, sink) => objects.streamBlobs(ids, sink),
      readTree: (name) => objects.readTree(name),
      readTrees: (ids) => objects.readTrees(ids),
      listFiles: (tree) => objects.listFiles(tree),
    },
  };
}

beforeEach(() => {
  repository = createMemoryRepository();
  workspace = counting(repository.workspace);
  bench = new HistoryBench(workspace);
  reads = 0;
});

/** A chain of states after `parent`, the oldest first. */
async function grow(
  count: number,
  options: { thread?: string; parent?: WrittenState } = {},
): Promise<WrittenState[]> {
  const { thread = 'task' } = options;
  const states: WrittenState[] = [];
  for (let index = 0; index < count; index += 1) {
    const parent = states.at(-1) ?? options.parent;
    const files = plainFiles({ [thread]: String(index) });
    states.push(await bench.add({ thread, files, ...(parent === undefined ? {} : { parents: [parent] }) }));
  }
  return states;
}

async function readsOf(work: () => Promise<unknown>): Promise<number> {
  reads = 0;
  await work();
  return reads;
}

function first(states: readonly WrittenState[]): WrittenState {
  const [oldest] = states;
  if (oldest === undefined) throw new Error('there are states');
  return oldest;
}

describe('an old state', () => {
  it('is found by looking through all, once, and by the index from then on', async () => {
    const oldest = first(await grow(MANY));
    const scan = await readsOf(async () =>
      expect((await findState(workspace, oldest.id))?.id).toBe(oldest.id),
    );
    const again = await readsOf(async () =>
      expect(await findState(workspace, oldest.id)).toMatchObject(oldest),
    );
    expect(repository.localIndex.tables.states.size).toBe(MANY);
    expect(scan - again).toBeGreaterThan(0);
    expect(again).toBe((SCANNED_FIRST + 2) * 5);
  });

  it('is found by its beginning as by its whole id', async () => {
    const oldest = first(await grow(MANY));
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await resolveState(workspace, oldest.id.slice(3, 15))).carrier).toBe(oldest.carrier);
      await expect(resolveState(workspace, 'hs-0000')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('is found without an index in a short history, and while another process has it', async () => {
    const states = await grow(SCANNED_FIRST);
    expect(await findState(workspace, first(states).id)).toMatchObject(first(states));
    expect(repository.localIndex.uses).toBe(0);
    const later = await grow(12, { parent: states.at(-1) ?? first(states) });
    repository.localIndex.locked = true;
    expect(await findState(workspace, first(states).id)).toMatchObject(first(states));
    expect(await findState(workspace, first(later).id)).toMatchObject(first(later));
    expect(repository.localIndex.tables.states.size).toBe(0);
  });

  it('is ambiguous where many begin alike, whoever is asked', async () => {
    const hash: Hasher['hash'] = (kind, ...parts) =>
      SHA256_HASHER.hash(kind, ...parts).fill(7, 0, kind === 'state' ? 10 : 0);
    workspace = { ...workspace, hasher: { ...SHA256_HASHER, hash } };
    bench = new HistoryBench(workspace);
    const oldest = first(await grow(MANY));
    const short = oldest.id.slice(0, 15);
    for (let turn = 0; turn < 2; turn += 1) {
      await expect(resolveState(workspace, short)).rejects.toMatchObject({ code: 'AMBIGUOUS' });
    }
    expect(repository.localIndex.tables.states.size).toBe(MANY);
  });
});

describe('the index of states', () => {
  it('takes in what was captured since, and reads no more than that', async () => {
    const states = await grow(MANY);
    await rebuildStateIndex(workspace);
    await grow(3, { parent: states.at(-1) ?? first(states) });
    const cost = await readsOf(async () =>
      expect(await findState(workspace, first(states).id)).toMatchObject(first(states)),
    );
    expect(repository.localIndex.tables.states.size).toBe(MANY + 3);
    expect(cost).toBeLessThan((SCANNED_FIRST + 8) * 5);
  });

  it('takes in a thread that began from an old state', async () => {
    const states = await grow(MANY);
    await rebuildStateIndex(workspace);
    const fork = await grow(2, { thread: 'fork', parent: first(states) });
    const deep = states[3] ?? first(states);
    expect(await findState(workspace, deep.id)).toMatchObject(deep);
    expect(repository.localIndex.tables.states.get(first(fork).id)).toBe(first(fork).carrier);
  });

  it('forgets states that no thread reaches any more', async () => {
    const states = await grow(MANY);
    const dropped = await grow(2, { thread: 'dropped', parent: first(states) });
    await rebuildStateIndex(workspace);
    const { refs } = workspace;
    const name = threadRef('dropped');
    const old = (await refs.read(name)) ?? null;
    await (await refs.prepare([{ name, old, new: null }], [])).commit();
    expect(await findState(workspace, first(dropped).id)).toBeUndefined();
    expect(await findState(workspace, first(states).id)).toMatchObject(first(states));
    expect(repository.localIndex.tables.states.has(first(dropped).id)).toBe(false);
    expect(repository.localIndex.tables.states.size).toBe(MANY);
  });

  it('never gives a carrier that was rebuilt, though its state keeps the id', async () => {
    const states = await grow(MANY);
    await rebuildStateIndex(workspace);
    const rebuilt = await rebuild(states);
    expect(rebuilt).not.toBe(first(states).carrier);
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await findState(workspace, first(states).id))?.carrier).toBe(rebuilt);
    }
    expect([...repository.localIndex.tables.states.values()]).not.toContain(first(states).carrier);
  });

  it('does not take in what a head held when somebody moved it meanwhile', async () => {
    const states = await grow(MANY);
    const { use } = repository.localIndex;
    let rebuilt = '';
    repository.localIndex.use = async (work) => {
      // Just when everything was looked through, and before it is written.
      if (repository.localIndex.uses === 1) rebuilt = await rebuild(states);
      return use(work);
    };
    expect(await findState(workspace, first(states).id)).toMatchObject(first(states));
    expect(rebuilt).not.toBe('');
    expect(repository.localIndex.tables.states.size).toBe(0);
    expect((await findState(workspace, first(states).id))?.carrier).toBe(rebuilt);
  });

  it('is not believed where an entry names another state, a carrier that is gone, or nonsense', async () => {
    const states = await grow(MANY);
    const { id, carrier } = first(states);
    await rebuildStateIndex(workspace);
    const { tables } = repository.localIndex;
    for (const wrong of [states.at(-1)?.carrier ?? '', '0'.repeat(40), 'no\nsuch', '']) {
      tables.states.set(id, wrong);
      expect((await findState(workspace, id))?.carrier).toBe(carrier);
      expect(tables.states.get(id)).toBe(carrier);
    }
  });

  it('is made anew where it says that it covers everything and knows nothing of a state that is there', async () => {
    const states = await grow(MANY);
    await rebuildStateIndex(workspace);
    const { tables } = repository.localIndex;
    tables.states.delete(first(states).id);
    expect((await findState(workspace, first(states).id))?.id).toBe(first(states).id);
    expect(tables.states.has(first(states).id)).toBe(true);
  });

  /** What a redaction does to a thread: every carrier anew, every id the same. The new carrier of the oldest. */
  async function rebuild(states: readonly WrittenState[]): Promise<string> {
    const batch = workspace.writer.batch();
    const anew: string[] = [];
    for (const { carrier } of states) {
      const commit = await workspace.objects.read(carrier, Infinity);
      const text = new TextDecoder().decode(commit?.content ?? new Uint8Array());
      const parent = anew.at(-1);
      const lines = text.replace(/^parent .*\n/m, parent === undefined ? '' : `parent ${parent}\n`);
      anew.push(batch.add('commit', new TextEncoder().encode(`${lines}rebuilt\n`)));
    }
    await batch.write();
    await bench.moveRef(threadRef('task'), anew.at(-1) ?? '');
    return anew[0] ?? '';
  }
});
