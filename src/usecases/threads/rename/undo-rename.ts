import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { Effect, OperationTexts } from '#domain/operation/operation.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { askAtThreads, refused, type Reversal, type VerifiedTarget } from '#usecases/undo/reversal.ts';
import { readHead } from '#usecases/states/name-head.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { standAgain } from '#usecases/undo/stand-again.ts';
import { movedOn, OTHERS_STATE, requireStillFree } from '#usecases/undo/standing-head.ts';

/** The two names that a line is about; undefined where it has none. */
export function renamedThreads(
  texts: Pick<OperationTexts, 'result'>,
): { readonly from: string; readonly to: string } | undefined {
  const [from, to] = [jsonField(texts.result, 'from'), jsonField(texts.result, 'thread')];
  return typeof from === 'string' && typeof to === 'string' ? { from, to } : undefined;
}

/** Gives a thread its old name back, where nothing was done under the new one. */
export async function undoRename(
  workspace: Workspace,
  ground: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const names = renamedThreads(target.texts);
  if (names === undefined) throw refused(target, 'it holds nothing to go back to');
  const { from, to } = names;
  return {
    ask: askAtThreads(ground, target, [to, from]),
    plan: async () => {
      const moved = await headsOf(workspace, target, names);
      await requireStillFree(workspace, target, from);
      return {
        states: moved === null ? [] : [moved.before.id],
        refs:
          moved === null
            ? []
            : [
                { name: threadRef(to), old: moved.made.carrier, new: null },
                { name: threadRef(from), old: null, new: moved.before.carrier },
              ],
        effects: [
          ...(await recordsBack(workspace, target, names)),
          ...(await placesBack(workspace, target, { thread: from, moved })),
        ],
        inverse: null,
      };
    },
  };
}

interface Moved {
  /** What the line made. */
  readonly made: CarriedState;
  /** The newest state under the old name. */
  readonly before: CarriedState;
}

/** Judged by state ids. Null where nothing was captured, then or since. */
async function headsOf(
  workspace: Workspace,
  target: VerifiedTarget,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Moved | null> {
  const carrier = await workspace.refs.read(threadRef(to));
  const [state] = target.line.states;
  if (carrier === undefined && state === undefined) return null;
  const made = carrier === undefined ? undefined : await readHead(workspace, carrier);
  if (made === undefined || made.id !== state) {
    throw await movedOn(workspace, target, to);
  }
  const [parent] = parentCarriers(made);
  const before = parent === undefined ? undefined : await readState(workspace, parent);
  if (made.state.holder === target.line.holder && before?.state.thread === from) return { made, before };
  throw refused(target, OTHERS_STATE);
}

/** The record as it is now, under the old name: the line's own word of it is not asked. */
async function recordsBack(
  workspace: Workspace,
  target: VerifiedTarget,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly Effect[]> {
  const record: ThreadRecord | undefined = await readThreadRecord(workspace, to);
  if (record === undefined) {
    if (target.line.states.length === 0) throw refused(target, `${to} is gone`);
    return [];
  }
  return [
    { kind: 'thread', thread: to, record: null },
    { kind: 'thread', thread: from, record: { ...record, thread: from } },
  ];
}

/** A worktree that stood somewhere else than at the newest state stands there again. */
async function placesBack(
  workspace: Workspace,
  target: VerifiedTarget,
  { thread, moved }: { readonly thread: string; readonly moved: Moved | null },
): Promise<readonly Effect[]> {
  const effects: Effect[] = [];
  for (const effect of target.texts.effects) {
    if (effect.kind !== 'worktree') continue;
    const state = moved !== null && effect.state === moved.made.id ? moved.before.id : effect.state;
    const one = { texts: { ...target.texts, effects: [effect] } };
    effects.push(...(await standAgain(workspace, one, { thread, state })));
  }
  return effects;
}
