import { HeddleError } from '#domain/error.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import { threadRef } from '#domain/refs.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { parseThreadName } from '#domain/resource/thread-name.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readHead } from '#usecases/states/name-head.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { readThreadRecord } from './record/thread-records.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';
import { ownsThread } from './drop/own-thread.ts';

/** A thread of this clone. */
export interface KnownThread {
  readonly name: string;
  /** Null where another clone started it. */
  readonly record: ThreadRecord | null;
  /** Null where it captured nothing. */
  readonly head: CarriedState | null;
}

/** Finds a thread by its name; undefined where there is none. Throws `THREAD_NAME_INVALID`. */
export async function findThread(workspace: Workspace, text: string): Promise<KnownThread | undefined> {
  const name = parseThreadName(text);
  const record = (await readThreadRecord(workspace, name)) ?? null;
  const carrier = await workspace.refs.read(threadRef(name));
  if (record === null && carrier === undefined) return undefined;
  return { name, record, head: carrier === undefined ? null : await readHead(workspace, carrier) };
}

/** The same; throws `NOT_FOUND`. */
export async function requireThread(workspace: Workspace, text: string): Promise<KnownThread> {
  const thread = await findThread(workspace, text);
  if (thread !== undefined) return thread;
  throw new HeddleError('NOT_FOUND', `no thread is called ${text.slice(0, 200)}`, {
    facts: { thread: text.slice(0, 200) },
    preserved: 'nothing was changed',
  });
}

/** What taking a thread out of the list needs. */
export async function askToDrop(
  workspace: Workspace,
  { authority: { view }, caller }: Ground,
  { name, record, head }: KnownThread,
): Promise<Ask> {
  const { actor, chain } = caller;
  return {
    operation: 'thread:drop',
    resources: [threadResource(view.repository, name)],
    own: await ownsThread(workspace, { view, actor, chain, head, startedBy: record?.by ?? null }),
  };
}

/** What is asked of whoever may not read before they are told whether there is such a thread. */
export function blindDrop({ authority }: Ground, text: string): Ask {
  return {
    operation: 'thread:drop',
    resources: [threadResource(authority.view.repository, parseThreadName(text))],
  };
}
