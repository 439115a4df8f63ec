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

type Reader = Pick<Workspace, 'refs' | 'log' | 'knownReplica' | 'objects' | 'hasher' | 'verifySignature'>;

/**
 * Operations that other clones published, one clone after the other and the newest segment of each first. They were
 * verified when they were taken over; here only what would make them another's is looked at. A log that does not hold
 * is passed over from there on: `verify --all` names it. Nothing is read where no other clone's log is here.
 */
export async function* foreignOperations(workspace: Reader): AsyncGenerator<LoggedOperation> {
  for (const [replica, head] of await foreignLogs(workspace)) {
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
}
