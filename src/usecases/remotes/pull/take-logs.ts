import type { Digest } from '#domain/id.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { unansweredNotes } from '#usecases/segments/unanswered-logs.ts';
import { joinLogs } from '#usecases/segments/join-logs.ts';
import type { LogGround } from '#usecases/segments/read-verified.ts';

/** What came of the logs of a remote. */
export interface TakenLogs {
  /** Where the refs of logs are to stand. */
  readonly refs: ReadonlyMap<string, ObjectId>;
  /** Lines of other clones that were not known here. */
  readonly lines: number;
  /** The clock of the newest of them: the line of the pull comes after it. */
  readonly lamport: number;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/**
 * Takes over what is new of the logs that a remote keeps, each verified against the authority and the tombstones that
 * came with it. What contradicts what is known here is told, and stops nothing else.
 *
 * @param laid the repository with what was fetched.
 */
export async function takeLogs(
  laid: Workspace,
  ground: LogGround,
  offered: ReadonlyMap<Digest, ObjectId>,
): Promise<TakenLogs> {
  if (offered.size === 0) return { refs: new Map(), lines: 0, lamport: -1, findings: [], notes: [] };
  const batch = laid.writer.batch();
  const { changes, lines, lamport, refused, unanswered } = await joinLogs(laid, ground, { offered, batch });
  await batch.write();
  return {
    refs: new Map(changes.flatMap(({ name, new: next }) => (next === null ? [] : [[name, next] as const]))),
    lines,
    lamport,
    findings: refused.map(({ replica, why }) => ({ kind: 'log', subject: replica, message: why })),
    notes: unansweredNotes(unanswered),
  };
}
