import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { firstState } from '#usecases/states/first-state.ts';
import { readState } from '#usecases/states/read-state.ts';
import { plainFiles, writeFiles } from '../../../support/memory/files.ts';
import { HistoryBench, type WrittenState } from '../../../support/memory/benches/history-bench.ts';
import { createMemoryRepository } from '../../../support/memory/workspace.ts';

let workspace: Workspace;
let bench: HistoryBench;
let questions: number;

beforeEach(() => {
  const base = createMemoryRepository().workspace;
  const { objects } = base;
  workspace = {
    ...base,
    objects: {
      read: (name, most) => objects.read(name, most),
      readMany(names, most) {
        questions += 1;
        return objects.readMany(names, most);
      },
      streamBlobs: (ids, sink) => objects.streamBlobs(ids, sink),
      readTree: (name) => objects.readTree(name),
      readTrees: (ids) => objects.readTrees(ids),
      listFiles: (tree) => objects.listFiles(tree),
    },
  };
  bench = new HistoryBench(workspace);
});

/** A chain of states from a Git commit on, the oldest first. */
async function grow(count: number, base: ObjectId): Promise<readonly WrittenState[]> {
  const states: WrittenState[] = [];
  for (let index = 0; index < count; index += 1) {
    const files = plainFiles({ a: String(index) });
    const last = states.at(-1);
    const from = last === undefined ? { base } : { parents: [last] };
    states.push(await bench.add({ thread: 'task', files, ...from }));
  }
  return states;
}

/** A Git commit with these files, after others. */
async function commit(
  files: Readonly<Record<string, string>>,
  parents: readonly ObjectId[],
): Promise<ObjectId> {
  const tree = await writeFiles(workspace.writer, plainFiles(files));
  const batch = workspace.writer.batch();
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    'author A <a@example.com> 1 +0000',
    'committer A <a@example.com> 1 +0000',
    '',
    '',
  ];
  const id = batch.add('commit', Buffer.from(lines.join('\n')));
  await batch.write();
  return id;
}

async function firstOf(newest: WrittenState | undefined): Promise<unknown> {
  const state = await readState(workspace, newest?.carrier ?? '');
  questions = 0;
  return { carrier: (await firstState(workspace, state)).carrier };
}

describe('the first state of a thread', () => {
  it.each([1, 2, 3, 4, 5, 17, 33, 40])('is found behind a chain of %i', async (count) => {
    const states = await grow(count, await commit({ a: 'base' }, []));
    expect(await firstOf(states.at(-1))).toEqual({ carrier: states[0]?.carrier });
  });

  it('takes a few questions, however many states there are', async () => {
    const states = await grow(130, await commit({ a: 'base' }, []));
    await firstOf(states.at(-1));
    expect(questions).toBeLessThan(6);
  });

  it('is a state, not what a Git commit below it has under the same name', async () => {
    const old = await commit({ 'state.json': '{}' }, []);
    const base = await commit({ 'state.json': 'x'.repeat(3 * 1024 * 1024) }, [old]);
    const states = await grow(6, base);
    expect(await firstOf(states.at(-1))).toEqual({ carrier: states[0]?.carrier });
  });
});
