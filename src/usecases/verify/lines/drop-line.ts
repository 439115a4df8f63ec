import type { LoggedOperation, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { droppedRef, threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { droppedThread } from '#usecases/history/undo-drop.ts';
import { findState } from '#usecases/states/find-states.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { Reverting } from '#usecases/verify/takes-back.ts';
import { carriedState } from '#usecases/verify/verify-removal-line.ts';

/** What a line that drops a thread says of it. */
export interface DroppedThread {
  readonly thread: string;
  readonly head: CarriedState | null;
  readonly startedBy: string | null;
}

/**
 * Reads a line that drops a thread, or tells what is wrong with it: it moves the newest state from the thread's ref to
 * the one that keeps it, and touches no other thread.
 */
export async function readDrop(
  workspace: Workspace,
  {
    operation: { line, texts },
    refs,
    before,
  }: {
    readonly operation: LoggedOperation & { readonly texts: OperationTexts };
    /** What it moves beside the authority chain. */
    readonly refs: readonly RefChange[];
    readonly before: readonly LoggedOperation[];
  },
): Promise<DroppedThread | string> {
  const thread = droppedThread(texts);
  if (thread === undefined) return 'it drops no thread';
  if (!texts.effects.every((effect) => isOfThread(effect, thread))) return 'it changes more than its thread';
  const [state, ...more] = line.states;
  if (state === undefined) {
    if (refs.length > 0) return 'it moves more than it names';
    return { thread, head: null, startedBy: starterOf(before, thread, line.lamport) };
  }
  const [left, kept] = refs;
  const moves =
    more.length === 0 &&
    refs.length === 2 &&
    left?.name === threadRef(thread) &&
    left.new === null &&
    kept?.name === droppedRef(state) &&
    kept.old === null &&
    kept.new === left.old;
  if (!moves) return 'it does not keep what it drops';
  const carried = await carriedState(workspace, left.old);
  if (carried !== undefined && carried.id !== state) return 'it keeps another state than it names';
  const head = carried ?? (await findState(workspace, state)) ?? null;
  if (head !== null && head.state.thread !== thread) return 'its state is of another thread';
  return { thread, head, startedBy: starterOf(before, thread, line.lamport) };
}

function isOfThread(effect: OperationTexts['effects'][number], thread: string): boolean {
  if (effect.kind === 'worktree') return effect.thread === null;
  return (effect.kind === 'thread' || effect.kind === 'discard') && effect.thread === thread;
}

/** Who started the thread last, before the line. */
function starterOf(operations: readonly LoggedOperation[], thread: string, before: number): string | null {
  const starts = operations.filter(
    ({ line, texts }) =>
      line.op === 'thread-start' &&
      line.verdict.verdict === 'allow' &&
      line.lamport < before &&
      texts !== 'redacted' &&
      texts.effects.some((effect) => effect.kind === 'thread' && effect.thread === thread),
  );
  return starts.toSorted((a, b) => a.line.lamport - b.line.lamport).at(-1)?.line.actor.principal ?? null;
}

/**
 * Tells whether a line brings a dropped thread back: the same two refs, the other way, for the same state. Carriers
 * may have been rebuilt in between.
 */
export async function bringsBack(
  workspace: Workspace,
  { line, refs, target, inverse }: Reverting,
): Promise<boolean> {
  const names = refs.map(({ name }) => name).join(' ');
  if (names !== inverse.map(({ name }) => name).join(' ')) return false;
  if (line.states.join(' ') !== target.line.states.join(' ')) return false;
  const [back, kept] = refs;
  if (back === undefined || kept === undefined) return refs.length === 0;
  if (back.old !== null || kept.new !== null || back.new !== kept.old) return false;
  const carried = await carriedState(workspace, back.new);
  return carried === undefined || carried.id === line.states[0];
}
