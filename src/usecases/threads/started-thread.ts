import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { Workspace } from '#ports/workspace.ts';
import { firstState } from '#usecases/states/first-state.ts';
import { findThread } from './known-thread.ts';

/** A thread that has states, and what a clone that goes on with it has to know. */
export interface StartedThread {
  /** What this clone knew of it; null where another one started it. */
  readonly before: ThreadRecord | null;
  readonly record: ThreadRecord;
}

/** Finds a thread that somebody captured something on; undefined where there is none, or nothing on it. */
export async function findStarted(workspace: Workspace, name: string): Promise<StartedThread | undefined> {
  const thread = await findThread(workspace, name);
  if (thread === undefined || thread.head === null) return undefined;
  if (thread.record !== null) return { before: thread.record, record: thread.record };
  const first = await firstState(workspace, thread.head);
  return {
    before: null,
    record: {
      thread: name,
      task: thread.head.texts.task,
      base: first.texts.base,
      from: null,
      // Whoever goes on with a thread does not become the one who started it.
      by: first.state.actor.principal,
      startedAt: first.state.capturedAt,
    },
  };
}
