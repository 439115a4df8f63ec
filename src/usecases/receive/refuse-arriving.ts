import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findShunCheck, refuseShunned } from '#usecases/content/shunned.ts';
import { carrierTrees, filesBefore } from '#usecases/states/carrier-trees.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';

/**
 * Refuses a thread that was verified, where a state that this clone does not have yet brings what it refuses: what was
 * captured apart from the removed content has a salt of its own, which no tombstone names. Nothing is read where nothing
 * was removed. Throws `CONTENT_SHUNNED`.
 */
export async function refuseArriving(
  workspace: Workspace,
  head: ObjectId,
  known: ReadonlySet<ObjectId>,
): Promise<void> {
  if ((await findShunCheck(workspace)) === undefined) return;
  for await (const carried of newStates(workspace, head, known)) {
    const { files } = await carrierTrees(workspace, carried.carrier);
    const before = await filesBefore(workspace, carried);
    await refuseShunned(workspace, await workspace.comparer.compare(before, files));
  }
}

async function* newStates(
  workspace: Workspace,
  head: ObjectId,
  known: ReadonlySet<ObjectId>,
): AsyncGenerator<CarriedState> {
  const seen = new Set(known);
  const waiting = [head];
  for (let carrier = waiting.pop(); carrier !== undefined; carrier = waiting.pop()) {
    if (seen.has(carrier)) continue;
    seen.add(carrier);
    const carried = await readState(workspace, carrier);
    waiting.push(...parentCarriers(carried));
    yield carried;
  }
}
