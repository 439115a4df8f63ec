import { escapePath } from '#domain/encoding/percent-escape.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { Effect, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { threadRef } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refused, type Reversal, type VerifiedTarget } from '#usecases/history/reversal.ts';
import { lookAtFiles } from '#usecases/restore/restore-files.ts';
import { readHead } from '#usecases/states/name-head.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { findBlocker } from '#usecases/undo/blocker.ts';
import { standAgain } from '#usecases/undo/stand-again.ts';

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
  const { repository } = ground.authority.view;
  return {
    ask: {
      operation: 'undo',
      own: target.own,
      resources: [threadResource(repository, into), threadResource(repository, from)],
    },
    plan: async () => {
      const made = await stillAt(workspace, target, into);
      const refs: RefChange[] = [{ name: threadRef(into), old: made.carrier, new: null }];
      const effects: Effect[] = [{ kind: 'thread', thread: into, record: null }];
      for (const effect of target.texts.effects) {
        if (effect.kind === 'checkout') effects.push({ kind: 'leave', directory: effect.directory });
      }
      if (keeps) return { states: [], refs, effects, inverse: null };
      const left = await stillAt(workspace, target, from);
      const before = await headBefore(workspace, target, left);
      refs.push({ name: threadRef(from), old: left.carrier, new: before.carrier });
      effects.push(...(await placesBack(workspace, target, before)));
      return { states: [before.id], refs, effects, inverse: null };
    },
  };
}

/** The state that the line made, where the thread stands at it. */
async function stillAt(workspace: Workspace, target: VerifiedTarget, thread: string): Promise<CarriedState> {
  const carrier = await workspace.refs.read(threadRef(thread));
  const made = carrier === undefined ? undefined : await readHead(workspace, carrier);
  if (made === undefined || !target.line.states.includes(made.id)) {
    const by = await findBlocker(workspace, target.id, thread);
    throw refused(target, `${thread} has moved on since`, by);
  }
  if (made.state.thread === thread && made.state.holder === target.line.holder) return made;
  throw refused(target, 'the state that it would take back was made by another operation');
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
    const standing = await lookAtFiles(workspace, back);
    const [changed] = standing?.other ?? [];
    if (standing === undefined) throw refused(target, 'its snapshot or its worktree is gone');
    if (changed !== undefined) throw refused(target, `${escapePath(changed.path)} was changed since`);
    effects.push(back);
  }
  return effects;
}
