import type { Digest } from '#domain/id.ts';
import { OPLOG_REFS, replicaOf } from '#domain/refs.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readHeads } from './read-heads.ts';
import { readSegment, readSidecars } from './read-segment.ts';
import { isInvalidLog } from './read-verified.ts';

/** Published logs by replica: where each ends. */
export async function publishedLogs({
  refs,
}: Pick<Workspace, 'refs'>): Promise<ReadonlyMap<Digest, ObjectId>> {
  const logs = new Map<Digest, ObjectId>();
  for (const [name, head] of await refs.list(OPLOG_REFS)) {
    const replica = replicaOf(name);
    if (replica !== undefined) logs.set(replica, head);
  }
  return logs;
}

/** Those of other clones: of what is written here the log itself tells, and more of it. */
export async function foreignLogs(
  workspace: Pick<Workspace, 'refs' | 'log' | 'knownReplica'>,
): Promise<ReadonlyMap<Digest, ObjectId>> {
  const logs = new Map(await publishedLogs(workspace));
  if (logs.size === 0) return logs;
  for (const { replica } of await workspace.log.tails()) logs.delete(replica);
  const own = await workspace.knownReplica();
  if (own !== undefined) logs.delete(own.replica);
  return logs;
}

/** What reading the operations of every clone needs. */
export type OperationReader = Pick<
  Workspace,
  'refs' | 'log' | 'knownReplica' | 'objects' | 'hasher' | 'verifySignature'
>;

/**
 * Operations of this clone and those that others published, newest first by their clock, then by replica. Those of
 * others were verified when they were taken over; here only what would make them another's is looked at, and a log that
 * does not hold is passed over from there on: `verify --all` names it. Costs one list of refs where there are none.
 */
export async function* everyOperation(workspace: OperationReader): AsyncGenerator<LoggedOperation> {
  const foreign = await foreignLogs(workspace);
  if (foreign.size === 0) {
    yield* workspace.log.newest();
    return;
  }
  const sources: AsyncIterable<LoggedOperation>[] = [workspace.log.newest()];
  for (const [replica, head] of foreign) sources.push(operationsOf(workspace, replica, head));
  yield* newestOf(sources);
}

/** Those of other clones alone, one clone after the other. */
export async function* foreignOperations(workspace: OperationReader): AsyncGenerator<LoggedOperation> {
  for (const [replica, head] of await foreignLogs(workspace)) yield* operationsOf(workspace, replica, head);
}

/** What one replica published, newest first, a segment at a time. */
async function* operationsOf(
  workspace: OperationReader,
  replica: Digest,
  head: ObjectId,
): AsyncGenerator<LoggedOperation> {
  try {
    const heads = await readHeads(workspace, { head, replica });
    for (const one of heads.toReversed()) {
      const segment = await readSegment(workspace, one, undefined);
      yield* (await readSidecars(workspace, segment)).toReversed();
    }
  } catch (error) {
    if (!isInvalidLog(error)) throw error;
  }
}

async function* newestOf(
  sources: readonly AsyncIterable<LoggedOperation>[],
): AsyncGenerator<LoggedOperation> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
  for (;;) {
    const at = indexOfNewest(heads);
    const head = heads[at];
    const iterator = iterators[at];
    if (head === undefined || iterator === undefined || head.done === true) return;
    yield head.value;
    heads[at] = await iterator.next();
  }
}

function indexOfNewest(heads: readonly IteratorResult<LoggedOperation>[]): number {
  let newest = -1;
  let best: LoggedOperation['line'] | undefined;
  for (const [index, head] of heads.entries()) {
    if (head.done === true) continue;
    const { line } = head.value;
    const isNewer =
      best === undefined ||
      line.lamport > best.lamport ||
      (line.lamport === best.lamport && line.replica < best.replica);
    if (isNewer) [newest, best] = [index, line];
  }
  return newest;
}
