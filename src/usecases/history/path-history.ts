import { liesIn } from '#domain/resource/path-argument.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { LineTracer } from '#ports/line-origins.ts';
import type { Workspace } from '#ports/workspace.ts';
import { belowFiles } from '#usecases/blame/places.ts';
import { carrierTrees, filesBefore } from '#usecases/states/carrier-trees.ts';
import { findState } from '#usecases/states/find-states.ts';
import { readSoundStates, type CarriedState } from '#usecases/states/read-state.ts';

/** Git is asked for so many at once; a longer answer is asked for again, twice as long. */
const FIRST_ANSWER = 256;

/** States that changed a file, or anything in a directory, newest first; `limit` at most. */
export async function statesChanging(
  workspace: Workspace,
  options: {
    readonly heads: readonly ObjectId[];
    /** The thread of the heads, or whatever was named in its place. */
    readonly thread: string;
    /** Raw bytes; empty for everything. */
    readonly path: Uint8Array;
    readonly limit: number | null;
  },
): Promise<readonly CarriedState[]> {
  const { heads, path, limit } = options;
  const without = await basesOf(workspace, options.thread);
  const tracer = await workspace.lineTracers.open();
  try {
    for (let most = FIRST_ANSWER; ; most *= 2) {
      const carriers = await carriersChanging(tracer, { heads, without, path, most });
      const states: CarriedState[] = [];
      for (const state of await readSoundStates(workspace, carriers)) {
        if (states.length === limit) break;
        if (await changedIt(workspace, state, path)) states.push(state);
      }
      if (states.length === limit || carriers.length < most) return states;
    }
  } finally {
    await tracer.close();
  }
}

async function carriersChanging(
  tracer: LineTracer,
  { path, ...question }: Parameters<LineTracer['changes']>[0],
): Promise<readonly ObjectId[]> {
  const changes = await tracer.changes({ ...question, path: belowFiles(path) });
  return [...new Set(changes.map(({ commit }) => commit))];
}

/**
 * What Git's own history holds is not looked through: the commits that threads began from, as far as this clone
 * remembers them. What it does not remember costs time, and no answer.
 */
async function basesOf(workspace: Workspace, named: string): Promise<readonly ObjectId[]> {
  const seen = new Set<string>();
  for (let thread = named; !seen.has(thread);) {
    seen.add(thread);
    const record = await workspace.records.readThread(thread);
    if (record === undefined) return [];
    if (record.base !== null) return [record.base];
    const from = record.from === null ? undefined : await findState(workspace, record.from);
    if (from === undefined) return [];
    thread = from.state.thread;
  }
  return [];
}

/** To Git, all files of a first state are new: a carrier keeps them in another directory than Git's own commits. */
async function changedIt(workspace: Workspace, carried: CarriedState, path: Uint8Array): Promise<boolean> {
  if (carried.state.parents.length > 0) return true;
  const before = await filesBefore(workspace, carried);
  if (before === null) return true;
  const { files } = await carrierTrees(workspace, carried.carrier);
  const changes = await workspace.comparer.compare(before, files);
  return changes.some((change) => liesIn([path], change.path));
}
