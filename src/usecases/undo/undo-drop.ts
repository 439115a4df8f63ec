import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { Effect, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { droppedRef, threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readHead } from '#usecases/states/name-head.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { relativeGitDir, resolveGitDir } from '#usecases/transaction/git-dir.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { requireStillFree } from './standing-head.ts';
import { askAtThreads, refused, type Reversal, type VerifiedTarget } from './reversal.ts';

/** Brings a dropped thread back: its ref, its record, and for whoever dropped it the worktree. */
export async function undoDrop(
  workspace: Workspace,
  ground: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const thread = droppedThread(target.texts);
  const { inverse } = target.texts;
  if (thread === undefined || inverse === null) throw refused(target, 'it holds nothing to go back to');
  const record = recordOf(inverse.effects, thread);
  const head = await keptHead(workspace, target);
  if (head === undefined && record === null) throw refused(target, 'its states are gone');
  if (head !== undefined && head.state.thread !== thread) {
    throw refused(target, 'what is kept for it is of another thread');
  }
  return {
    ask: askAtThreads(ground, target, [thread]),
    plan: async () => {
      await requireStillFree(workspace, target, thread);
      const restored: Effect[] = record === null ? [] : [{ kind: 'thread', thread, record }];
      const places = inverse.effects.filter((effect) => effect.kind !== 'thread');
      // A directory is made only where it was taken away by whoever has it back now.
      const mine = target.own && target.line.replica === ground.replica.replica;
      for (const place of places) {
        const effect = await placeBack(workspace, place, { thread, mine });
        if (effect !== undefined) restored.push(effect);
      }
      return {
        states: head === undefined ? [] : [head.id],
        refs: head === undefined ? [] : backAgain(head),
        effects: restored,
        inverse: null,
      };
    },
  };
}

/** The thread whose record a line takes away. */
export function droppedThread({ effects }: OperationTexts): string | undefined {
  const dropped = effects.flatMap((effect) =>
    effect.kind === 'thread' && effect.record === null ? [effect.thread] : [],
  );
  return dropped.length === 1 ? dropped[0] : undefined;
}

/** Judged by the state's id: a removal may have rebuilt the carrier since. */
async function keptHead(workspace: Workspace, target: VerifiedTarget): Promise<CarriedState | undefined> {
  const [state, ...more] = target.line.states;
  if (state === undefined) return undefined;
  const carrier = await workspace.refs.read(droppedRef(state));
  if (carrier === undefined || more.length > 0) throw refused(target, 'its states are gone');
  const head = await readHead(workspace, carrier);
  if (head.id !== state) throw refused(target, 'what is kept for it is another state');
  return head;
}

function backAgain({ id, state, carrier }: CarriedState): readonly RefChange[] {
  return [
    { name: threadRef(state.thread), old: null, new: carrier },
    { name: droppedRef(id), old: carrier, new: null },
  ];
}

function recordOf(effects: readonly Effect[], thread: string): ThreadRecord | null {
  const found = effects.find((effect) => effect.kind === 'thread' && effect.thread === thread);
  return found?.kind === 'thread' && found.record?.thread === thread ? found.record : null;
}

/** A worktree that stands on another thread by now is left there; undefined where nothing is to be done. */
async function placeBack(
  workspace: Workspace,
  effect: Effect,
  { thread, mine }: { readonly thread: string; readonly mine: boolean },
): Promise<Effect | undefined> {
  if (effect.kind === 'worktree') {
    const stands = await workspace.records.readPosition(resolveGitDir(workspace, effect.gitDir));
    return effect.thread === thread && stands === undefined ? effect : undefined;
  }
  if (effect.kind !== 'checkout' || effect.thread !== thread || !mine) return undefined;
  const existing = await workspace.worktrees.find(effect.directory);
  if (existing === undefined) {
    await workspace.worktrees.requireFree(effect.directory);
    return effect;
  }
  // It held what was not captured, and stayed: its files are not written over.
  if ((await workspace.records.readPosition(existing.gitDir)) !== undefined) return undefined;
  const gitDir = relativeGitDir(workspace, existing.gitDir);
  return { kind: 'worktree', gitDir, thread, state: effect.state };
}
