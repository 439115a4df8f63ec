import { droppedRef, threadRef } from '#domain/refs.ts';
import type { StateId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { askAtThreads, refused, type Reversal, type VerifiedTarget } from '#usecases/undo/reversal.ts';
import { readHead } from '#usecases/states/name-head.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { standAgain } from '#usecases/undo/stand-again.ts';
import { requireStandingHead } from '#usecases/undo/standing-head.ts';
import { replacedBy } from './replaced-state.ts';

/** Takes back a capture that replaced a state: the thread stands at that one again. */
export async function undoAmend(
  workspace: Workspace,
  ground: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const replaced = replacedBy(target.texts);
  const [thread] = target.texts.effects.flatMap((effect) =>
    effect.kind === 'worktree' && effect.thread !== null ? [effect.thread] : [],
  );
  if (replaced === undefined || thread === undefined) throw refused(target, 'it holds nothing to go back to');
  return {
    ask: askAtThreads(ground, target, [thread]),
    plan: async () => {
      const made = await requireStandingHead(workspace, target, thread);
      const before = await keptState(workspace, target, { made, replaced });
      return {
        states: [before.id],
        refs: [
          { name: threadRef(thread), old: made.carrier, new: before.carrier },
          { name: droppedRef(replaced), old: before.carrier, new: null },
        ],
        effects: await standAgain(workspace, target, { thread, state: before.id }),
        inverse: null,
      };
    },
  };
}

/** Judged by ids: a removal may have rebuilt the carrier since. What follows another state is none that was replaced. */
async function keptState(
  workspace: Workspace,
  target: VerifiedTarget,
  { made, replaced }: { readonly made: CarriedState; readonly replaced: StateId },
): Promise<CarriedState> {
  const carrier = await workspace.refs.read(droppedRef(replaced));
  if (carrier === undefined) throw refused(target, 'the state that it replaced is gone');
  const kept = await readHead(workspace, carrier);
  const { thread, parents } = made.state;
  const isIt =
    kept.id === replaced && kept.state.thread === thread && kept.state.parents.join() === parents.join();
  if (!isIt) throw refused(target, 'what is kept for it is another state');
  return kept;
}
