import type { Digest } from '#domain/id.ts';
import { operationSigningHash } from '#domain/operation/operation-codec.ts';
import type { Effect, OperationLine } from '#domain/operation/operation.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Tells whether an effect is on a directory of the machine, and not of the repository; files are people's. */
export function reachesOut({ kind }: Effect): boolean {
  return ['checkout', 'leave', 'discard', 'restore', 'follow', 'index', 'landing'].includes(kind);
}

/** Tells whether an effect is something that this home seals, so that it is asked for its mark when it is repeated. */
export function isSealedEffect(effect: Effect): boolean {
  return effect.kind === 'thread' && effect.record !== null;
}

/**
 * Notes, before the commit point, that this clone is about to do what a line says outside the repository. Durable on
 * return. A line alone says so little: whoever can write the repository and holds any valid key can append one to this
 * very replica's log. This mark is keyed with the clone's secret, which lies in the home.
 */
export async function noteUndertaking(
  workspace: Workspace,
  replica: ReplicaIdentity,
  line: OperationLine,
): Promise<void> {
  await workspace.records.writeUndertaking(markOf(workspace, replica, line));
}

/** Whether it was this home that was about to do what the line says. */
export async function wasUndertaken(
  workspace: Workspace,
  replica: ReplicaIdentity,
  line: OperationLine,
): Promise<boolean> {
  return (await workspace.records.readUndertaking()) === markOf(workspace, replica, line);
}

/** The line names its texts by their hash, and those the directories. */
function markOf(
  workspace: Workspace,
  { keyed }: ReplicaIdentity,
  { sig: _, ...line }: OperationLine,
): Digest {
  return keyed('undertaking', operationSigningHash(workspace.hasher, line));
}
