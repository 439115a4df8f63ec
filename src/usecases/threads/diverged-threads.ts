import type { StateId } from '#domain/id.ts';
import { DIVERGED_REFS } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readSoundStates } from '#usecases/states/read-state.ts';

/** By thread: newest states that went another way in other clones, as pulls kept them. */
export async function divergedThreads(
  workspace: Workspace,
): Promise<ReadonlyMap<string, readonly StateId[]>> {
  const kept = await workspace.refs.list(DIVERGED_REFS);
  const byThread = new Map<string, StateId[]>();
  for (const { id, state } of await readSoundStates(workspace, [...new Set(kept.values())])) {
    byThread.set(state.thread, [...(byThread.get(state.thread) ?? []), id]);
  }
  return byThread;
}
