import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { threadRef } from '#domain/refs.ts';
import type { WorktreePosition } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readHead } from '#usecases/states/name-head.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { findState } from '#usecases/states/find-states.ts';

/** Where this worktree stands: its thread, and the state that its files came from. */
export interface Standing {
  readonly thread: string;
  /** Null before the first capture of a thread that began from Git. */
  readonly parent: CarriedState | null;
  /** Object id of the thread's ref; null before the first capture. */
  readonly head: string | null;
}

/** Where the worktree stands according to its own record; throws `THREAD_NOT_STARTED`. */
export async function requirePosition(workspace: Workspace): Promise<WorktreePosition> {
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  if (position !== undefined) return position;
  throw new HeddleError('THREAD_NOT_STARTED', 'no thread was started in this worktree', {
    facts: { worktree: workspace.places.worktree },
    preserved: 'nothing was changed',
  });
}

/**
 * Reads where the worktree stands. The next state's parent is the state that this worktree was materialised
 * from; where the thread's head is another one, throws `THREAD_DIVERGED`: a state is never re-parented.
 */
export async function readStanding(workspace: Workspace): Promise<Standing> {
  const { thread, state } = await requirePosition(workspace);
  const head = (await workspace.refs.read(threadRef(thread))) ?? null;
  if (head !== null) {
    const parent = await readHead(workspace, head);
    if (parent.id !== state) throw diverged(thread, parent, state);
    return { thread, parent, head };
  }
  if (state === null) return { thread, parent: null, head };
  const parent = await findState(workspace, state);
  if (parent === undefined) {
    throw new HeddleError('NOT_FOUND', `the state ${shortId(state)} that this worktree came from is gone`, {
      facts: {
        state,
        thread,
        advice:
          'go on in another thread, which takes the files as they are: `heddle start THREAD --from REVISION`',
      },
      preserved: 'nothing was changed',
    });
  }
  return { thread, parent, head };
}

function diverged(thread: string, head: CarriedState, state: string | null): HeddleError {
  return new HeddleError(
    'THREAD_DIVERGED',
    `${thread} is at ${shortId(head.id)}, and this worktree came from ${state === null ? 'before its first state' : shortId(state)}`,
    { facts: { thread, head: head.id, state }, preserved: 'nothing was changed' },
  );
}
