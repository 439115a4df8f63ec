import { utf8 } from '#domain/encoding/bytes.ts';
import type { Digest, TombstoneId } from '#domain/id.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { Workspace } from '#ports/workspace.ts';

/*
 * <common dir>/heddle/rewrite/order-<tombstone>: a digest of kind "rewrite" over `order <tombstone>`, keyed with the
 * clone's secret. It is there from before the line of a purge that rewrites Git's history until that is done. A purge that
 * was killed goes on with the rewriting only where this home was asked for it: the order in the tombstones says that the
 * content is to be destroyed, and no word of Git's refs.
 */

/** Notes, before the commit point, that a purge rewrites Git's history. Durable on return. */
export async function noteRewriteOrder(workspace: Workspace, tombstone: TombstoneId): Promise<void> {
  const mark = markOf(await workspace.replica(), tombstone);
  await workspace.rewriteNotes.write(nameOf(tombstone), utf8(mark));
}

/** Whether this home was about to rewrite Git's history for a purge. */
export async function isRewriteOrdered(workspace: Workspace, tombstone: TombstoneId): Promise<boolean> {
  const bytes = await workspace.rewriteNotes.read(nameOf(tombstone));
  const identity = bytes === undefined ? undefined : await workspace.knownReplica();
  if (bytes === undefined || identity === undefined) return false;
  return new TextDecoder().decode(bytes) === markOf(identity, tombstone);
}

/** It is done, or was never asked for. */
export async function dropRewriteOrder(workspace: Workspace, tombstone: TombstoneId): Promise<void> {
  const name = nameOf(tombstone);
  if ((await workspace.rewriteNotes.read(name)) !== undefined) await workspace.rewriteNotes.remove(name);
}

function nameOf(tombstone: TombstoneId): string {
  return `order-${tombstone}`;
}

function markOf({ keyed }: ReplicaIdentity, tombstone: TombstoneId): Digest {
  return keyed('rewrite', utf8(`order ${tombstone}`));
}
