import type { StateId } from '#domain/id.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { threadRef } from '#domain/refs.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readState } from '#usecases/states/read-state.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { isOwn, refused, type Reversal, type Target } from './reversal.ts';

/** Takes back a capture or a start: the thread's ref and this clone's records go back to what they were. */
export async function undoThread(workspace: Workspace, ground: Ground, target: Target): Promise<Reversal> {
  const { inverse } = target.texts;
  const thread = threadOf(target);
  if (inverse === null || thread === null) throw refused(target, 'it holds nothing to go back to');
  const head = (await workspace.refs.read(threadRef(thread))) ?? null;
  return {
    ask: {
      operation: 'undo',
      own: isOwn(ground, target),
      resources: [threadResource(ground.authority.view.repository, thread)],
    },
    plan: async () => {
      const expected = inverse.refs[0]?.old ?? null;
      if (head !== expected) throw refused(target, `${thread} has moved on since`);
      const before = inverse.refs[0]?.new ?? null;
      const states: readonly StateId[] = before === null ? [] : [(await readState(workspace, before)).id];
      const effects = await stillStanding(workspace, { target, effects: inverse.effects });
      return { states, refs: inverse.refs, effects, inverse: null };
    },
  };
}

function threadOf({ texts }: Target): string | null {
  const effect = texts.effects.find((candidate) => candidate.kind !== 'leave');
  return effect?.kind === 'worktree' || effect?.kind === 'thread' || effect?.kind === 'checkout'
    ? effect.thread
    : null;
}

/** A worktree that stands somewhere else by now is left there. */
async function stillStanding(
  workspace: Workspace,
  { target, effects }: { readonly target: Target; readonly effects: readonly Effect[] },
): Promise<readonly Effect[]> {
  const { commonDir } = workspace.places;
  const kept: Effect[] = [];
  for (const effect of effects) {
    if (effect.kind === 'worktree') {
      const gitDir = effect.gitDir === '.' ? commonDir : `${commonDir}/${effect.gitDir}`;
      const position = await workspace.records.readPosition(gitDir);
      const after = target.texts.effects.find((done) => done.kind === 'worktree');
      if (position?.thread !== after?.thread || position?.state !== after?.state) continue;
    }
    kept.push(effect);
  }
  return kept;
}
