import { chainAgents } from '#domain/token.ts';
import type { AuthorityView } from '#domain/authority.ts';
import { HeddleError } from '#domain/error.ts';
import type { ThreadRecord } from '#domain/operation.ts';
import type { ThreadListResult, ThreadShowResult, ThreadSummary } from '#domain/results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { attestState } from '#usecases/history/state-summary.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { threadHeads, walkStates } from '#usecases/states/walk-states.ts';

/** Every thread of this clone, started or captured, by name. */
export async function listThreads(workspace: Workspace): Promise<ThreadListResult> {
  const { view } = await loadAuthority(workspace);
  const known = await knownThreads(workspace);
  const worktrees = await worktreesByThread(workspace);
  const threads: ThreadSummary[] = [];
  for (const thread of [...known.keys()].toSorted()) {
    const found = known.get(thread);
    if (found !== undefined) threads.push(await summarise(workspace, view, { thread, ...found, worktrees }));
  }
  return { threads };
}

/** One thread; throws `NOT_FOUND`. */
export async function showThread(workspace: Workspace, thread: string): Promise<ThreadShowResult> {
  const { view } = await loadAuthority(workspace);
  const found = (await knownThreads(workspace)).get(thread);
  if (found === undefined) {
    throw new HeddleError('NOT_FOUND', `no thread is called ${thread.slice(0, 200)}`, {
      facts: { thread: thread.slice(0, 200) },
    });
  }
  const worktrees = await worktreesByThread(workspace);
  const summary = await summarise(workspace, view, { thread, ...found, worktrees });
  return {
    ...summary,
    from: found.record?.from ?? null,
    base: found.record?.base ?? null,
    startedBy: found.record?.by ?? null,
    startedAt: found.record?.startedAt ?? null,
  };
}

interface KnownThread {
  readonly record: ThreadRecord | null;
  readonly head: ObjectId | null;
}

async function knownThreads(workspace: Workspace): Promise<ReadonlyMap<string, KnownThread>> {
  const known = new Map<string, KnownThread>();
  const heads = await threadHeads(workspace);
  for (const record of await workspace.records.listThreads()) {
    known.set(record.thread, { record, head: heads.get(record.thread) ?? null });
  }
  for (const [thread, head] of heads) {
    if (!known.has(thread)) known.set(thread, { record: null, head });
  }
  return known;
}

async function worktreesByThread(workspace: Workspace): Promise<ReadonlyMap<string, string>> {
  const byThread = new Map<string, string>();
  for (const { directory, gitDir } of await workspace.worktrees.list()) {
    const position = await workspace.records.readPosition(gitDir);
    if (position !== undefined) byThread.set(position.thread, directory);
  }
  return byThread;
}

async function summarise(
  workspace: Workspace,
  view: AuthorityView,
  thread: KnownThread & {
    readonly thread: string;
    readonly worktrees: ReadonlyMap<string, string>;
  },
): Promise<ThreadSummary> {
  const newest = thread.head === null ? null : await readState(workspace, thread.head);
  const chain = newest === null ? null : attestState(workspace, newest, view).chain;
  const here = await workspace.records.readPosition(workspace.places.gitDir);
  return {
    thread: thread.thread,
    task: newest?.texts.task ?? thread.record?.task ?? null,
    head: newest?.id ?? null,
    states: await countStates(workspace, newest),
    principal: newest?.state.actor.principal ?? thread.record?.by ?? null,
    via: chain === null ? [] : chainAgents(chain).map(({ agent }) => agent),
    capturedAt: newest?.state.capturedAt ?? null,
    current: here?.thread === thread.thread,
    worktree: thread.worktrees.get(thread.thread) ?? null,
  };
}

/** States of the thread itself, not of the one that it was forked from. */
async function countStates(workspace: Workspace, newest: CarriedState | null): Promise<number> {
  if (newest === null) return 0;
  let count = 0;
  for await (const { state } of walkStates(workspace, [newest.carrier])) {
    if (state.thread !== newest.state.thread) break;
    count += 1;
  }
  return count;
}
