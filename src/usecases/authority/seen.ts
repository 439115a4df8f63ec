import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Digest, OperationId } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { publishedLogs } from '#usecases/segments/published-operations.ts';
import { readHead } from '#usecases/segments/read-heads.ts';
import { isInvalidLog } from '#usecases/segments/read-verified.ts';
import { readSoundStates } from '#usecases/states/read-state.ts';
import { keptHeads } from '#usecases/states/walk-states.ts';

/**
 * What the author of a record that lessens authority knew: the newest state of each thread, and the last line of
 * each registered clone's log, this one's included. Work by those it hits counts only if it is reachable from here.
 */
export async function seenHeads(workspace: Workspace, view: AuthorityView): Promise<readonly string[]> {
  const states = await readSoundStates(workspace, [...(await keptHeads(workspace)).values()]);
  const lines: string[] = [];
  const own = await workspace.replica();
  const replicas = new Set([...view.replicas.map(({ replica }) => replica), own.replica]);
  const published = await publishedLogs(workspace);
  for (const replica of replicas) {
    const { prev } = await workspace.log.head(replica);
    const last = prev ?? (await lastPublished(workspace, replica, published.get(replica)));
    if (last !== null) lines.push(last);
  }
  return [...states.map(({ id }): string => id), ...lines].toSorted();
}

/** What another clone published last; null where it published nothing, or nothing that holds. */
async function lastPublished(
  workspace: Workspace,
  replica: Digest,
  head: ObjectId | undefined,
): Promise<OperationId | null> {
  if (head === undefined) return null;
  try {
    return (await readHead(workspace, { head, replica })).checkpoint.last;
  } catch (error) {
    if (isInvalidLog(error)) return null;
    throw error;
  }
}
