import { utf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId, type TombstoneId } from '#domain/id.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Which tombstone makes this clone refuse a blob; undefined for one that is welcome. */
export type ShunCheck = (blob: ObjectId) => TombstoneId | undefined;

/** Reads this clone's shun list once. Costs one small file where nothing is shunned. */
export async function loadShunCheck(workspace: Workspace): Promise<ShunCheck> {
  const entries = await workspace.shun.read();
  if (entries.length === 0) return () => undefined;
  const known = await workspace.knownReplica();
  if (known === undefined) return () => undefined;
  const shunned = new Map(entries.map(({ digest, tombstone }) => [digest, tombstone]));
  return (blob) => shunned.get(known.keyed('shun', utf8(blob)));
}

/**
 * Makes this clone refuse contents from now on. One more digest, of the tombstone itself, says that it was done for
 * this home.
 */
export async function shunContents(
  workspace: Workspace,
  tombstone: TombstoneId,
  blobs: readonly ObjectId[],
): Promise<void> {
  const { keyed } = await workspace.replica();
  const digests = [tombstone, ...blobs].map((name) => keyed('shun', utf8(name)));
  await workspace.shun.add(digests.map((digest) => ({ digest, tombstone })));
}

/** Whether {@link shunContents} was done for a tombstone by this home. */
export async function isShunned(workspace: Workspace, tombstone: TombstoneId): Promise<boolean> {
  const entries = await workspace.shun.read();
  if (entries.length === 0) return false;
  const { keyed } = await workspace.replica();
  const digest = keyed('shun', utf8(tombstone));
  return entries.some((entry) => entry.digest === digest);
}

/** Throws `CONTENT_SHUNNED` where a change would bring removed content back. */
export async function refuseShunned(workspace: Workspace, changes: readonly TreeChange[]): Promise<void> {
  const tombstoneOf = await loadShunCheck(workspace);
  for (const { path, newId } of changes) if (newId !== null) refuseBlob(tombstoneOf, path, newId);
}

/** The same for files that are not stored yet; undefined where nothing is shunned, and nothing need be looked at. */
export async function loadShunGuard(
  workspace: Workspace,
): Promise<((path: Uint8Array, blob: ObjectId) => void) | undefined> {
  if ((await workspace.shun.read()).length === 0) return undefined;
  const tombstoneOf = await loadShunCheck(workspace);
  return (path, blob) => refuseBlob(tombstoneOf, path, blob);
}

function refuseBlob(tombstoneOf: ShunCheck, path: Uint8Array, blob: ObjectId): void {
  const tombstone = tombstoneOf(blob);
  if (tombstone === undefined) return;
  const where = escapePath(path);
  throw new HeddleError('CONTENT_SHUNNED', `${where} holds what ${shortId(tombstone)} removed`, {
    facts: { path: where, tombstone },
    preserved: 'nothing was captured',
  });
}
