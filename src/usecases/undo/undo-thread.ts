import { threadRef } from '#domain/refs.ts';
import type { Effect, RefChange } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readHead } from '#usecases/states/name-head.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';
import { resolveGitDir } from '#usecases/transaction/git-dir.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { findBlocker } from './blocker.ts';
import { movedOn, OTHERS_STATE } from './standing-head.ts';
import { askAtThreads, refused, type Reversal, type Target, type VerifiedTarget } from './reversal.ts';

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
    ask: askAtThreads(ground, target, [thread]),
    plan: async () => {
      const move = inverse.refs[0];
      const back = await wayBack(workspace, target, { thread, head, move });
      const effects = await stillStanding(workspace, { target, effects: inverse.effects });
      const refs = move === undefined ? [] : [{ name: move.name, old: head, new: back?.carrier ?? null }];
      return { states: back === null ? [] : [back.id], refs, effects, inverse: null };
    },
  };
}

/** The one thread that a line is about; null for none. */
export function threadOf({ texts }: Pick<Target, 'texts'>): string | null {
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
        : effect.kind === 'landing'
          ? effect.pending?.thread === thread
          : effect.kind === 'worktree' || effect.kind === 'leave',
    )
  );
}

/**
 * The state that the thread goes back to; null where it began with what is taken back. Judged by state ids: Git ids
 * in an old line are of carriers that a removal may have rebuilt since. Nobody takes back another's state by
 * claiming it in a line of their own.
 */
async function wayBack(
  workspace: Workspace,
  target: Target,
  {
    thread,
    head,
    move,
  }: { readonly thread: string; readonly head: string | null; readonly move: RefChange | undefined },
): Promise<CarriedState | null> {
  if (move === undefined && head === null) return requireOnlyStarted(workspace, target, thread);
  if (move === undefined || head === null) throw await movedOn(workspace, target, thread);
  const made = await readHead(workspace, head);
  const itsOwn = made.state.thread === thread && target.line.states.includes(made.id);
  if (!itsOwn && head !== move.old) throw await movedOn(workspace, target, thread);
  const before = await stateBefore(workspace, made);
  if (itsOwn && made.state.holder === target.line.holder && saysSo(move, head, before)) return before;
  throw refused(target, OTHERS_STATE);
}

/** A thread without states may be another one of that name by now: dropped, and started again by somebody else. */
async function requireOnlyStarted(workspace: Workspace, target: Target, thread: string): Promise<null> {
  const by = await findBlocker(workspace, (target.again ?? target).id, thread);
  if (by !== undefined) throw refused(target, `${thread} has moved on since`, by);
  return null;
}

/** Where carriers were rebuilt since, a line still tells whether the thread began there. */
function saysSo({ old, new: next }: RefChange, head: string, before: CarriedState | null): boolean {
  const back = before?.carrier ?? null;
  return old === head ? next === back : (next === null) === (back === null);
}

/** The state of the same thread that another one followed, as it is carried now. */
async function stateBefore(workspace: Workspace, made: CarriedState): Promise<CarriedState | null> {
  const [parent] = parentCarriers(made);
  const before = parent === undefined ? null : await readState(workspace, parent);
  return before?.state.thread === made.state.thread ? before : null;
}

/** A worktree that stands somewhere else by now is left there. */
async function stillStanding(
  workspace: Workspace,
  { target, effects }: { readonly target: Target; readonly effects: readonly Effect[] },
): Promise<readonly Effect[]> {
  const kept: Effect[] = [];
  for (const effect of effects) {
    if (effect.kind === 'worktree') {
      const position = await workspace.records.readPosition(resolveGitDir(workspace, effect.gitDir));
      const after = target.texts.effects.find((done) => done.kind === 'worktree');
      if (position?.thread !== after?.thread || position?.state !== after?.state) continue;
    }
    // A landing waits again where the worktree goes back to what was in the middle of it.
    if (effect.kind === 'landing' && !kept.some((one) => 'gitDir' in one && one.gitDir === effect.gitDir))
      continue;
    kept.push(effect);
  }
  return kept;
}
