import { HeddleError } from '#domain/error.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refused, type Target, type VerifiedTarget } from './reversal.ts';
import { readHead } from '#usecases/states/name-head.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { requireFreeName } from '#usecases/threads/free-name.ts';
import { findBlocker } from './blocker.ts';

/**
 * The state that a line made, where the thread still stands at it. Nobody takes back another's state by claiming it in
 * a line of their own. Throws `UNDO_REFUSED`.
 */
export async function requireStandingHead(
  workspace: Workspace,
  target: VerifiedTarget,
  thread: string,
): Promise<CarriedState> {
  const carrier = await workspace.refs.read(threadRef(thread));
  const made = carrier === undefined ? undefined : await readHead(workspace, carrier);
  if (made === undefined || !target.line.states.includes(made.id)) {
    throw await movedOn(workspace, target, thread);
  }
  if (made.state.thread === thread && made.state.holder === target.line.holder) return made;
  throw refused(target, OTHERS_STATE);
}

/** A line claims a state that somebody else made. */
export const OTHERS_STATE = 'the state that it would take back was made by another operation';

/** Names what stands in the way: nobody takes back what others built on, nor what they built. */
export async function movedOn(workspace: Workspace, target: Target, thread: string): Promise<HeddleError> {
  const by = await findBlocker(workspace, (target.again ?? target).id, thread);
  return refused(target, `${thread} has moved on since`, by);
}

/** The name that a thread is to have again is still free. Throws `UNDO_REFUSED`. */
export async function requireStillFree(workspace: Workspace, target: Target, thread: string): Promise<void> {
  try {
    await requireFreeName(workspace, thread);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    const by = await findBlocker(workspace, target.id, thread);
    throw refused(target, `${error.message}: it was started since`, by);
  }
}
