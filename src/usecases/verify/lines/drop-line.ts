import type { StateId } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { LoggedOperation, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { droppedRef, threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { droppedThread } from '#usecases/undo/undo-drop.ts';
import { findState } from '#usecases/states/find-states.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { carriedState } from '#usecases/verify/verify-removal-line.ts';
import { starterOf } from './starter.ts';
import type { Reverting } from './takes-back.ts';

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
  const startedBy = starterOf(before, thread, line.lamport);
  const [state, ...more] = line.states;
  if (state === undefined) {
    return refs.length > 0 ? 'it moves more than it names' : { thread, head: null, startedBy };
  }
  const carrier = more.length > 0 ? undefined : keptCarrier(refs, thread, state);
  if (carrier === undefined) return 'it does not keep what it drops';
  // A removal may have rebuilt the carrier since.
  const head = (await carriedState(workspace, carrier)) ?? (await findState(workspace, state)) ?? null;
  const isIt = head === null || (head.id === state && head.state.thread === thread);
  return isIt ? { thread, head, startedBy } : 'it keeps another state than it names';
}

/** The carrier that moves from the thread's ref to the one that keeps it; undefined where anything else moves. */
function keptCarrier(refs: readonly RefChange[], thread: string, state: StateId): ObjectId | undefined {
  const [left, kept, ...more] = refs;
  if (left === undefined || kept === undefined || more.length > 0) return undefined;
  if (left.name !== threadRef(thread) || kept.name !== droppedRef(state)) return undefined;
  const moves = left.new === null && kept.old === null && kept.new === left.old;
  return moves ? (left.old ?? undefined) : undefined;
}

function isOfThread(effect: OperationTexts['effects'][number], thread: string): boolean {
  if (effect.kind === 'worktree') return effect.thread === null;
  return (effect.kind === 'thread' || effect.kind === 'discard') && effect.thread === thread;
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
