import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { Effect } from '#domain/operation/operation.ts';
import { threadRef } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refused, type Reversal, type Redoing } from '#usecases/undo/reversal.ts';
import { findState } from '#usecases/states/find-states.ts';
import { requireFreeName } from '#usecases/threads/free-name.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { findBlocker } from '#usecases/undo/blocker.ts';
import { standAgain } from '#usecases/undo/stand-again.ts';

/** Opens a thread again whose start was taken back, where its name is free and its worktree is still there. */
export async function redoStart(workspace: Workspace, ground: Ground, redoing: Redoing): Promise<Reversal> {
  const { undo, target, own } = redoing;
  const record = startedRecord(target);
  if (record === null) throw refused(undo, 'it took no thread back');
  const { thread, from } = record;
  return {
    ask: {
      operation: 'undo',
      own,
      resources: [threadResource(ground.authority.view.repository, thread)],
    },
    plan: async () => {
      const by = await findBlocker(workspace, undo.id, thread);
      if (by !== undefined) throw refused(undo, `${thread} is another thread by now`, by);
      await requireFreeName(workspace, thread);
      if ((await workspace.refs.read(threadRef(thread))) !== undefined) {
        throw refused(undo, `${thread} is another thread by now`);
      }
      if (from !== null && (await findState(workspace, from)) === undefined) {
        throw refused(undo, 'the state that it began from is in no thread any more');
      }
      const effects: readonly Effect[] = [
        { kind: 'thread', thread, record },
        ...(await standAgain(workspace, undo, { thread, state: from })),
        ...(await takeUp(workspace, redoing, record)),
      ];
      return { states: [], refs: [], effects, inverse: null };
    },
  };
}

/** The record that a start made; null where a line made none, or more. */
export function startedRecord({ texts }: Pick<Redoing['target'], 'texts'>): ThreadRecord | null {
  const [effect, ...more] = texts.effects.filter(({ kind }) => kind === 'thread');
  return effect?.kind === 'thread' && more.length === 0 ? effect.record : null;
}

/** The linked worktree of the thread, which the undo left. One that is gone is not made again: its files are. */
async function takeUp(
  workspace: Workspace,
  { undo, target }: Redoing,
  { thread, from }: ThreadRecord,
): Promise<readonly Effect[]> {
  const made = target.texts.effects.find(({ kind }) => kind === 'checkout');
  if (made?.kind !== 'checkout') return [];
  const worktree = await workspace.worktrees.find(made.directory);
  const inside = `${workspace.places.commonDir}/`;
  if (worktree === undefined || !worktree.gitDir.startsWith(inside)) {
    throw refused(undo, 'its worktree is gone: `heddle start` opens the thread with another one');
  }
  const position = await workspace.records.readPosition(worktree.gitDir);
  if (position !== undefined) throw refused(undo, `its worktree belongs to ${position.thread} by now`);
  return [{ kind: 'worktree', gitDir: worktree.gitDir.slice(inside.length), thread, state: from }];
}
