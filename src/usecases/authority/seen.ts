import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Workspace } from '#ports/workspace.ts';
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
  for (const replica of replicas) {
    const { prev } = await workspace.log.head(replica);
    if (prev !== null) lines.push(prev);
  }
  return [...states.map(({ id }): string => id), ...lines].toSorted();
}
