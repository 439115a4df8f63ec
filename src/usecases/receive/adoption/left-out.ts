import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { oplogRef, THREAD_REFS } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { UNANSWERED } from '#usecases/segments/read-verified.ts';
import { findUnansweredLogs } from '#usecases/segments/unanswered-logs.ts';
import { walkSoundStates } from '#usecases/states/walk-states.ts';
import { refuseArriving } from '#usecases/receive/refuse-arriving.ts';

/** A ref of which nothing is taken over where a clone begins: a pull leaves it out, too. */
export interface LeftOut {
  readonly ref: string;
  readonly what: string;
  readonly why: string;
}

/** Threads that hold what is refused here, and logs of clones that nobody answers for. */
export async function findLeftOut(workspace: Workspace): Promise<readonly LeftOut[]> {
  const logs = (await findUnansweredLogs(workspace)).map((replica) => ({
    ref: oplogRef(replica),
    what: `the log of clone ${shortId(replica, 12)}`,
    why: UNANSWERED,
  }));
  return [...(await findShunned(workspace)), ...logs];
}

async function findShunned(workspace: Workspace): Promise<readonly LeftOut[]> {
  const shunned: LeftOut[] = [];
  for (const [ref, head] of await workspace.refs.list(THREAD_REFS)) {
    try {
      await refuseArriving(workspace, head, new Set());
    } catch (error) {
      // What is wrong otherwise is found when all of it is verified.
      if (!(error instanceof HeddleError)) throw error;
      if (error.code === 'CONTENT_SHUNNED') shunned.push(threadOut(ref, error.message));
    }
  }
  return shunned;
}

/**
 * Threads in which late work stands.
 *
 * @param late why each state is late, by its id.
 */
export async function findLateThreads(
  workspace: Workspace,
  late: ReadonlyMap<string, string>,
): Promise<readonly LeftOut[]> {
  const found: LeftOut[] = [];
  if (late.size === 0) return found;
  for (const [ref, head] of await workspace.refs.list(THREAD_REFS)) {
    for await (const { id } of walkSoundStates(workspace, [head])) {
      const why = late.get(id);
      if (why === undefined) continue;
      found.push(threadOut(ref, `${shortId(id)}: ${why}`));
      break;
    }
  }
  return found;
}

function threadOut(ref: string, why: string): LeftOut {
  return { ref, what: `the thread ${ref.slice(THREAD_REFS.length)}`, why };
}

/** What was left out, with a bound to it: whoever can push decides how many refs a remote has. */
export function leftOutNotes(out: readonly LeftOut[]): readonly string[] {
  const told = out.slice(0, MOST_TOLD).map(({ what, why }) => `${what} was left out: ${why}`);
  const more = out.length - told.length;
  return more === 0
    ? told
    : [...told, `${more} more refs were left out: \`heddle pull\` tells of each thread`];
}

const MOST_TOLD = 20;
