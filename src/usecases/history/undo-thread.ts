import type { StateId } from '#domain/id.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { threadRef } from '#domain/refs.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readState } from '#usecases/states/read-state.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { refused, type Reversal, type Target, type VerifiedTarget } from './reversal.ts';

/** Takes back a capture or a start: the thread's ref and this clone's records go back to what they were. */
export async function undoThread(
  workspace: Workspace,
  ground: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const { inverse } = target.texts;
  const thread = threadOf(target);
  if (inverse === null || thread === null) throw refused(target, 'it holds nothing to go back to');
  if (!staysWithin(inverse, thread)) throw refused(target, 'it would change more than its thread');
  const head = (await workspace.refs.read(threadRef(thread))) ?? null;
  return {
    ask: {
      operation: 'undo',
      own: target.own,
      resources: [threadResource(ground.authority.view.repository, thread)],
    },
    plan: async () => {
      const expected = inverse.refs[0]?.old ?? null;
      if (head !== expected) throw refused(target, `${thread} has moved on since`);
      const before = inverse.refs[0]?.new ?? null;
      await assertMade(workspace, target, { carrier: expected, before });
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

/** How to go back is the line's own word, and whoever wrote it was asked about one thread alone. */
function staysWithin({ refs, effects }: NonNullable<Target['texts']['inverse']>, thread: string): boolean {
  return (
    refs.length <= 1 &&
    refs.every(({ name }) => name === threadRef(thread)) &&
    effects.every((effect) =>
      effect.kind === 'thread'
        ? effect.thread === thread && effect.record === null
        : effect.kind === 'worktree' || effect.kind === 'leave',
    )
  );
}

/** Nobody takes back another's state by claiming it in a line of their own. */
async function assertMade(
  workspace: Workspace,
  target: Target,
  { carrier, before }: { readonly carrier: string | null; readonly before: string | null },
): Promise<void> {
  if (carrier === null) return;
  const { id, state, gitParents } = await readState(workspace, carrier);
  const made = target.line.states.includes(id) && state.holder === target.line.holder;
  if (made && (before === null || gitParents.includes(before))) return;
  throw refused(target, 'the state that it would take back was made by another operation');
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
