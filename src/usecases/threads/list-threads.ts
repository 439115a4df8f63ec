import type { Claim } from '#domain/claim/claim.ts';
import { agentNames } from '#domain/token/token.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import type { StateId } from '#domain/id.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { ThreadListResult, ThreadShowResult, ThreadSummary } from '#domain/results/work-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import { readHead, tellUnsoundHeads } from '#usecases/states/name-head.ts';
import { readSoundStates, type CarriedState } from '#usecases/states/read-state.ts';
import { threadHeads, walkThread } from '#usecases/states/walk-states.ts';
import { listThreadRecords } from './record/thread-records.ts';
import { summariseClaim } from './claim/claim-standing.ts';
import { divergedThreads } from './diverged-threads.ts';
import { missingToLand } from './missing-to-land.ts';

/** Every thread of this clone, started or captured, by name; a note for each ref that leads to no state. */
export async function listThreads(
  workspace: Workspace,
): Promise<{ readonly result: ThreadListResult; readonly notes: readonly string[] }> {
  const { view } = await knowAuthority(workspace);
  const notes = await tellUnsoundHeads(workspace);
  const known = notes.length === 0 ? await knownThreads(workspace) : await soundThreads(workspace);
  const worktrees = await worktreesByThread(workspace);
  const diverged = await divergedThreads(workspace);
  const threads: ThreadSummary[] = [];
  for (const thread of [...known.keys()].toSorted()) {
    const found = known.get(thread);
    if (found === undefined) continue;
    threads.push(await summarise(workspace, view, { thread, ...found, worktrees, diverged }));
  }
  return { result: { threads }, notes };
}

/** Of a thread whose ref leads to no state, what this clone knows of its start. */
async function soundThreads(workspace: Workspace): Promise<ReadonlyMap<string, KnownThread>> {
  const sound = new Map<string, KnownThread>();
  for (const [thread, { record, head }] of await knownThreads(workspace)) {
    const [state] = head === null ? [] : await readSoundStates(workspace, [head]);
    if (state !== undefined || record !== null) sound.set(thread, { record, head: state?.carrier ?? null });
  }
  return sound;
}

/** One thread; throws `NOT_FOUND`. */
export async function showThread(workspace: Workspace, thread: string): Promise<ThreadShowResult> {
  const { view } = await knowAuthority(workspace);
  const found = (await knownThreads(workspace)).get(thread);
  if (found === undefined) {
    throw new HeddleError('NOT_FOUND', `no thread is called ${thread.slice(0, 200)}`, {
      facts: { thread: thread.slice(0, 200) },
    });
  }
  const worktrees = await worktreesByThread(workspace);
  const diverged = await divergedThreads(workspace);
  const summary = await summarise(workspace, view, { thread, ...found, worktrees, diverged });
  return {
    ...summary,
    from: found.record?.from ?? null,
    base: found.record?.base ?? null,
    startedBy: found.record?.by ?? null,
    startedAt: found.record?.startedAt ?? null,
    missing: found.head === null ? [] : await missingToLand(workspace, view, thread),
  };
}

interface KnownThread {
  readonly record: ThreadRecord | null;
  readonly head: ObjectId | null;
}

async function knownThreads(workspace: Workspace): Promise<ReadonlyMap<string, KnownThread>> {
  const known = new Map<string, KnownThread>();
  const heads = await threadHeads(workspace);
  for (const record of await listThreadRecords(workspace)) {
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
    readonly diverged: ReadonlyMap<string, readonly StateId[]>;
  },
): Promise<ThreadSummary> {
  const newest = thread.head === null ? null : await readHead(workspace, thread.head);
  const here = await workspace.records.readPosition(workspace.places.gitDir);
  return {
    thread: thread.thread,
    ...(newest === null ? startedOnly(thread.record) : newestOf(workspace, view, newest)),
    states: await countStates(workspace, newest),
    current: here?.thread === thread.thread,
    worktree: thread.worktrees.get(thread.thread) ?? null,
    claim: await claimOn(workspace, thread.thread),
    diverged: thread.diverged.get(thread.thread) ?? [],
  };
}

/** One that cannot be read keeps nobody from seeing the rest. */
export async function findClaim({ records }: Workspace, thread: string): Promise<Claim | undefined> {
  return (await records.listClaims()).find((claim) => claim.thread === thread);
}

async function claimOn(workspace: Workspace, thread: string): Promise<ThreadSummary['claim']> {
  const claim = await findClaim(workspace, thread);
  if (claim === undefined) return null;
  return summariseClaim(workspace, claim);
}

type Newest = Pick<ThreadSummary, 'task' | 'head' | 'principal' | 'via' | 'capturedAt'>;

function startedOnly(record: ThreadRecord | null): Newest {
  return {
    task: record?.task ?? null,
    head: null,
    principal: record?.by ?? null,
    via: [],
    capturedAt: null,
  };
}

function newestOf(workspace: Workspace, view: AuthorityView, newest: CarriedState): Newest {
  const { chain } = attestState(workspace, newest, view);
  return {
    task: newest.texts.task,
    head: newest.id,
    principal: newest.state.actor.principal,
    via: agentNames(chain),
    capturedAt: newest.state.capturedAt,
  };
}

/** States of the thread itself, not of the one that it was forked from. */
async function countStates(workspace: Workspace, newest: CarriedState | null): Promise<number> {
  if (newest === null) return 0;
  let count = 0;
  for await (const _ of walkThread(workspace, newest)) count += 1;
  return count;
}
