import type { Digest } from '#domain/id.ts';
import { HeddleError } from '#domain/error.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import { publishedLogError } from '#domain/published/published-log-error.ts';
import { oplogRef } from '#domain/refs.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { sidecarHiders } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RemoteUpdate } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { NOBODY } from '#usecases/caller/actor-fields.ts';
import { closeSegments } from '#usecases/segments/close-segments.ts';
import { compareLogs, type LogRelation } from '#usecases/segments/compare-logs.ts';
import { publishedLogs } from '#usecases/segments/published-operations.ts';
import { readHead, readHeads } from '#usecases/segments/read-heads.ts';
import { isInvalidLog } from '#usecases/segments/read-verified.ts';
import { findUnansweredLogs } from '#usecases/segments/unanswered-logs.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import type { Ground } from '#usecases/transaction/plan.ts';

/**
 * Closes this clone's own log up to its last line, durable on return and before anything leaves. Its ref moves without a
 * line: what it says the replica signs itself, and it is held against the log. Nothing is closed before a record of the
 * authority chain answers for this clone: nobody would believe it. The repository lock must be held.
 */
export async function closeOwnLog(
  workspace: Workspace,
  { authority: { view }, replica, now }: Pick<Ground, 'authority' | 'replica' | 'now'>,
): Promise<void> {
  if (!view.replicas.some((known) => known.replica === replica.replica)) return;
  const batch = workspace.writer.batch();
  const { records } = await readTombstones(workspace, view);
  const hidden = new Map(
    [...sidecarHiders(records.values())].flatMap(([of, { id, several }]) =>
      several ? [[of, encodeRedactedTexts(id)] as const] : [],
    ),
  );
  const closing = { replica, repo: view.genesis, now, batch, idle: IDLE, hidden };
  const { change } = await closeSegments(workspace, closing);
  if (change === null) return;
  await batch.write();
  await (await workspace.refs.prepare([change], [])).commit();
}

/**
 * Who worked in this clone with another home and has not published that: only that home has the key which signs it, and
 * what was done there is covered by no line elsewhere until then. `somebody` is who had no name yet, as when adopting.
 */
export async function unpublishedPrincipals(workspace: Workspace): Promise<readonly string[]> {
  const own = (await workspace.knownReplica())?.replica;
  const published = await publishedLogs(workspace);
  const principals = new Set<string>();
  for (const { replica, seq } of await workspace.log.tails()) {
    if (replica === own) continue;
    try {
      const head = published.get(replica);
      const size = head === undefined ? 0 : (await readHead(workspace, { head, replica })).checkpoint.size;
      if (seq < size) continue;
      for await (const { line } of workspace.log.storedFrom(replica, size))
        if (size === 0 || !IDLE.has(line.op)) principals.add(line.actor.principal);
    } catch (error) {
      // A log that does not hold is told of by `verify`, and stops nobody who pushes their own.
      if (!(error instanceof HeddleError)) throw error;
    }
  }
  if (principals.delete(NOBODY)) principals.add('somebody');
  return [...principals].toSorted();
}

/** What to do about what somebody did here and has not published. */
export function unpublishedNote(principal: string): string {
  return `${principal} worked here with another home, and that is not published: \`heddle push\` there sends it`;
}

/** They say what was sent and fetched, and go with whatever is done next. */
const IDLE: ReadonlySet<OperationKind> = new Set(['push', 'pull']);

/**
 * What a push moves of the logs at a remote: this clone's own, and those of others that it knows and that go on from
 * what the remote has. What is new of one that nobody answers for any more goes nowhere: a server would refuse all that
 * comes with it. A redaction makes other commits of the same checkpoints; those replace what stood there. Throws
 * `PUBLISHED_LOG_ROLLED_BACK`, `PUBLISHED_LOG_FORKED` where the remote knows another log of this very clone.
 *
 * @param laid the repository with what was fetched of the remote.
 * @param theirs the heads of the logs that it keeps.
 */
export async function logUpdates(
  laid: Workspace,
  theirs: ReadonlyMap<Digest, ObjectId>,
): Promise<readonly RemoteUpdate[]> {
  const own = (await laid.knownReplica())?.replica;
  const updates: RemoteUpdate[] = [];
  const logs = await publishedLogs(laid);
  const moving = [...logs].filter(([replica, mine]) => theirs.get(replica) !== mine);
  const others = moving.map(([replica]) => replica).filter((replica) => replica !== own);
  const unanswered = new Set(others.length === 0 ? [] : await findUnansweredLogs(laid, others));
  for (const [replica, mine] of moving) {
    const old = theirs.get(replica) ?? null;
    const relation = old === null ? 'behind' : await relationOf(laid, replica, { mine, old });
    if (relation === 'behind' && unanswered.has(replica)) continue;
    if (relation === 'behind' || relation === 'same')
      updates.push({ ref: oplogRef(replica), old, new: mine });
    else if (replica === own) throw contradiction(replica, relation);
  }
  return updates;
}

/** How what the remote has of a log stands to what is known here. What does not hold there is replaced. */
async function relationOf(
  laid: Workspace,
  replica: Digest,
  { mine, old }: { readonly mine: ObjectId; readonly old: ObjectId },
): Promise<LogRelation> {
  const beyond = await readHeads(laid, { head: mine, replica, stopAt: old });
  if (beyond[0]?.checkpoint.number !== 0) return 'behind';
  try {
    const offered = await readHeads(laid, { head: old, replica });
    return compareLogs(beyond, offered).relation;
  } catch (error) {
    if (isInvalidLog(error)) return 'behind';
    throw error;
  }
}

function contradiction(replica: Digest, relation: 'ahead' | 'forked'): HeddleError {
  const [code, why] =
    relation === 'ahead'
      ? ([
          'PUBLISHED_LOG_ROLLED_BACK',
          'the remote has lines that this clone published and has no more',
        ] as const)
      : (['PUBLISHED_LOG_FORKED', 'the remote has another log of this very clone'] as const);
  return publishedLogError(code, { replica, seq: null, why });
}
