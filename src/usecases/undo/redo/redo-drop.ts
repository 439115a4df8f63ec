import type { Effect } from '#domain/operation/operation.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refused, type Reversal, type Target, type Redoing } from '#usecases/undo/reversal.ts';
import { droppedThread } from '#usecases/undo/undo-drop.ts';
import { planDrop } from '#usecases/threads/drop/drop-thread.ts';
import { askToDrop, findThread } from '#usecases/threads/known-thread.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';
import { findBlocker } from '#usecases/undo/blocker.ts';

/**
 * Drops a thread again whose drop was taken back, where it stands as the undo left it. Asks beside that for what a drop
 * asks for, and like one leaves a worktree alone that holds what no state has.
 */
export async function redoDrop(
  workspace: Workspace,
  ground: Ground,
  { undo, target, own }: Redoing,
): Promise<Reversal> {
  const name = droppedThread(target.texts);
  if (name === undefined) throw refused(undo, 'it brought no thread back');
  const thread = await findThread(workspace, name);
  const drops = thread !== undefined && (await askToDrop(workspace, ground, thread)).own === true;
  const [ask, ...also] = droppingAsks(ground.authority.view.repository, name, { own, drops });
  return {
    ask,
    also,
    plan: async () => {
      const by = await findBlocker(workspace, undo.id, name);
      const [state = null, ...more] = target.line.states;
      const isAsLeft = thread !== undefined && more.length === 0 && (thread.head?.id ?? null) === state;
      if (by !== undefined || !isAsLeft) throw refused(undo, `${name} has moved on since`, by);
      const { states, refs, effects } = await planDrop(workspace, thread, []);
      if (!effects.every((effect) => wasDone(effect, target))) {
        throw refused(undo, `other worktrees stand on ${name} by now: drop it with \`heddle thread drop\``);
      }
      return { states, refs, effects, inverse: null };
    },
  };
}

/**
 * What dropping a thread again needs.
 *
 * @param own true where drop and undo were the caller's own work; `drops`: where the thread is.
 */
export function droppingAsks(
  repository: string,
  thread: string,
  { own, drops }: { readonly own: boolean; readonly drops: boolean },
): readonly [Ask, Ask] {
  const resources = [threadResource(repository, thread)];
  return [
    { operation: 'undo', own, resources },
    { operation: 'thread:drop', own: drops, resources },
  ];
}

/** How it is taken back is the first line's word: what that did not do would not come back. */
function wasDone(effect: Effect, { texts }: Pick<Target, 'texts'>): boolean {
  const told = JSON.stringify(effect);
  return texts.effects.some((done) => JSON.stringify(done) === told);
}
