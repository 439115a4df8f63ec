import { jsonField } from '#domain/encoding/json-field.ts';
import type { Effect, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { askAtThreads, refused, type Reversal, type VerifiedTarget } from '#usecases/undo/reversal.ts';
import { requireFilesAsLeft } from '#usecases/restore/files-back.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { standAgain } from '#usecases/undo/stand-again.ts';
import { requireStandingHead } from '#usecases/undo/standing-head.ts';

/** The threads that a line is about, and whether the old one lost the part; undefined where it names none. */
export function splitThreads(
  texts: Pick<OperationTexts, 'result'>,
): { readonly from: string; readonly into: string; readonly keeps: boolean } | undefined {
  const [from, into, left] = ['from', 'thread', 'left'].map((field) => jsonField(texts.result, field));
  return typeof from === 'string' && typeof into === 'string'
    ? { from, into, keeps: left === null }
    : undefined;
}

/** Takes the new thread away and gives the other one its part back, where nothing was done on either. */
export async function undoSplit(
  workspace: Workspace,
  ground: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const names = splitThreads(target.texts);
  if (names === undefined) throw refused(target, 'it holds nothing to go back to');
  const { from, into, keeps } = names;
  return {
    ask: askAtThreads(ground, target, [into, from]),
    plan: async () => {
      const made = await requireStandingHead(workspace, target, into);
      const refs: RefChange[] = [{ name: threadRef(into), old: made.carrier, new: null }];
      const effects: Effect[] = [{ kind: 'thread', thread: into, record: null }];
      for (const effect of target.texts.effects) {
        if (effect.kind === 'checkout') effects.push({ kind: 'leave', directory: effect.directory });
      }
      if (keeps) return { states: [], refs, effects, inverse: null };
      const left = await requireStandingHead(workspace, target, from);
      const before = await headBefore(workspace, target, left);
      refs.push({ name: threadRef(from), old: left.carrier, new: before.carrier });
      effects.push(...(await placesBack(workspace, target, before)));
      return { states: [before.id], refs, effects, inverse: null };
    },
  };
}

async function headBefore(
  workspace: Workspace,
  target: VerifiedTarget,
  left: CarriedState,
): Promise<CarriedState> {
  const [parent] = parentCarriers(left);
  const before = parent === undefined ? undefined : await readState(workspace, parent);
  if (before?.state.thread === left.state.thread) return before;
  throw refused(target, 'it holds nothing to go back to');
}

/** Files that somebody changed since are nobody's to write over. */
async function placesBack(
  workspace: Workspace,
  target: VerifiedTarget,
  { id, state: { thread } }: CarriedState,
): Promise<readonly Effect[]> {
  const moved = await standAgain(workspace, target, { thread, state: id });
  const there = new Set(moved.flatMap((effect) => (effect.kind === 'worktree' ? [effect.gitDir] : [])));
  const effects: Effect[] = [...moved];
  for (const effect of target.texts.effects) {
    if (effect.kind !== 'restore' || !there.has(effect.gitDir)) continue;
    const back = { ...effect, to: 'before' } as const;
    await requireFilesAsLeft(workspace, target, back);
    effects.push(back);
  }
  return effects;
}
