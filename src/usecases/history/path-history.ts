import { liesIn } from '#domain/resource/path-argument.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { LineTracer } from '#ports/line-origins.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobAt } from '#usecases/content/blob-at.ts';
import { belowFiles } from '#usecases/blame/places.ts';
import { carrierTrees, filesBefore } from '#usecases/states/carrier-trees.ts';
import { findState } from '#usecases/states/find-states.ts';
import { readSoundStates, type CarriedState } from '#usecases/states/read-state.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';

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
  const follow = await isFile(workspace, heads, path);
  const tracer = await workspace.lineTracers.open();
  try {
    for (let most = FIRST_ANSWER; ; most *= 2) {
      const paths = await pathsChanged(tracer, path, { heads, without, most, follow });
      const states: CarriedState[] = [];
      for (const state of await readSoundStates(workspace, [...paths.keys()])) {
        if (states.length === limit) break;
        if (await changedIt(workspace, state, paths.get(state.carrier) ?? path)) states.push(state);
      }
      if (states.length === limit || paths.size < most) return states;
    }
  } finally {
    await tracer.close();
  }
}

/** The carriers that changed it, and what it was called there: a file is followed through its names. */
async function pathsChanged(
  tracer: LineTracer,
  path: Uint8Array,
  question: Omit<Parameters<LineTracer['changes']>[0], 'paths'>,
): Promise<ReadonlyMap<ObjectId, Uint8Array>> {
  const changes = await tracer.changes({ ...question, paths: [belowFiles(path)] });
  const prefix = belowFiles(new Uint8Array()).length;
  return new Map(
    changes.map((change) => [change.commit, question.follow === true ? change.path.subarray(prefix) : path]),
  );
}

/** Git follows one file, and no directory. */
async function isFile(workspace: Workspace, heads: readonly ObjectId[], path: Uint8Array): Promise<boolean> {
  const [head, ...others] = heads;
  if (head === undefined || others.length > 0 || path.length === 0) return false;
  return (await blobAt(workspace, head, belowFiles(path))) !== undefined;
}

/**
 * What Git's own history holds is not looked through: the commits that threads began from, as far as this clone
 * remembers them. What it does not remember costs time, and no answer.
 */
async function basesOf(workspace: Workspace, named: string): Promise<readonly ObjectId[]> {
  const seen = new Set<string>();
  for (let thread = named; !seen.has(thread);) {
    seen.add(thread);
    const record = await readThreadRecord(workspace, thread);
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
