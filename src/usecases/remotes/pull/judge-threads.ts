import type { StateId } from '#domain/id.ts';
import {
  DIVERGED_REFS,
  divergedRef,
  DROPPED_REFS,
  HEDDLE_REFS,
  THREAD_REFS,
  threadRef,
} from '#domain/refs.ts';
import { collidesWith } from '#domain/resource/thread-name.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { PulledThread } from '#domain/results/boundary/remote-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carriersFrom } from '#usecases/states/list-carriers.ts';
import { readSoundStates, readState } from '#usecases/states/read-state.ts';
import { descends, keptHeads } from '#usecases/states/walk-states.ts';
import { LateWork } from '#usecases/verify/late-work.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyStatesFrom } from '#usecases/verify/states/verify-states.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import type { VerifiedTombstones } from '#usecases/verify/verify-tombstone-set.ts';
import { refuseArriving } from '#usecases/receive/refuse-arriving.ts';

/** What became of a remote's threads. */
export interface JudgedThreads {
  readonly threads: readonly PulledThread[];
  /** Where refs of this clone go: threads that move, and what went another way; null where both met again. */
  readonly moves: ReadonlyMap<string, ObjectId | null>;
  /** Threads of which nothing is taken over. */
  readonly refused: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

/** What threads are held against. */
export interface ThreadGround {
  /** The repository as it will be, but for the threads that arrived. */
  readonly laid: Workspace;
  /** The same with one of them in its place. */
  readonly withThread: (thread: string, carrier: ObjectId) => Workspace;
  readonly authority: AuthorityHistory;
  readonly tombstones: VerifiedTombstones;
}

/**
 * Judges each thread of a remote by itself: everything in it that this clone does not have yet is verified, then its
 * newest state is held against this clone's. A thread only ever moves forward, by its states' own parents; one that
 * went two ways stays as it is here.
 */
export async function judgeThreads(
  ground: ThreadGround,
  offered: ReadonlyMap<string, ObjectId>,
): Promise<JudgedThreads> {
  const local = await localThreads(ground.laid);
  const threads: PulledThread[] = [];
  const moves = new Map<string, ObjectId | null>();
  const findings: Finding[] = [];
  const refused = new Set<string>();
  for (const [thread, carrier] of offered) {
    const found = await threadFindings(ground, { thread, carrier, known: local.carriers });
    const inTheWay = local.names.find((name) => name !== thread && collidesWith(name, thread));
    if (inTheWay !== undefined)
      found.push({
        kind: 'thread',
        subject: thread,
        message: `it cannot stand beside the thread ${inTheWay} that is here`,
      });
    if (found.length > 0) {
      findings.push(...found);
      refused.add(thread);
      continue;
    }
    const judged = await placeThread(ground.laid, { thread, carrier, dropped: local.dropped });
    threads.push(judged);
    if (judged.outcome === 'new' || judged.outcome === 'advanced') moves.set(threadRef(thread), carrier);
    if (judged.outcome === 'diverged') moves.set(divergedRef(judged.state), carrier);
  }
  for (const ref of await met(ground.laid, moves)) moves.set(ref, null);
  return { threads, moves, refused, findings };
}

async function threadFindings(
  { laid, withThread, authority, tombstones }: ThreadGround,
  {
    thread,
    carrier,
    known,
  }: { readonly thread: string; readonly carrier: ObjectId; readonly known: ReadonlySet<ObjectId> },
): Promise<Finding[]> {
  const workspace = withThread(thread, carrier);
  const report = new VerifyReport();
  const late = new LateWork(authority);
  await report.guard('thread', thread, async () => {
    await verifyStatesFrom(
      workspace,
      { report, authority, tombstones, late, received: true },
      {
        heads: [[threadRef(thread), carrier]],
        isKnown: async (one) => Promise.resolve(known.has(one)),
      },
    );
    await late.report(workspace, report);
    if (report.result().findings.length === 0) await refuseArriving(laid, carrier, known);
  });
  return [...report.result().findings];
}

/** What stands here: carriers that were judged when they came, names, and what was dropped. */
async function localThreads(laid: Workspace): Promise<{
  readonly names: readonly string[];
  readonly carriers: ReadonlySet<ObjectId>;
  readonly dropped: ReadonlySet<StateId>;
}> {
  const refs = [...(await laid.refs.list(HEDDLE_REFS))];
  const own = await keptHeads(laid);
  const carriers = await carriersFrom(laid, [...new Set(own.values())]);
  const gone = refs.filter(([name]) => name.startsWith(DROPPED_REFS)).map(([, id]) => id);
  const dropped = await readSoundStates(laid, gone);
  return {
    names: refs.flatMap(([name]) => (name.startsWith(THREAD_REFS) ? [name.slice(THREAD_REFS.length)] : [])),
    carriers: new Set(carriers.map(({ commit }) => commit)),
    dropped: new Set(dropped.map(({ id }) => id)),
  };
}

/** Refs of what went another way, and is behind its thread by now, or behind what went that way. */
async function met(laid: Workspace, moves: ReadonlyMap<string, ObjectId | null>): Promise<readonly string[]> {
  const before = await laid.refs.list(DIVERGED_REFS);
  const gone: string[] = [];
  for (const [ref, carrier] of before) {
    const [one] = await readSoundStates(laid, [carrier]);
    if (one === undefined || moves.has(ref)) continue;
    const { thread } = one.state;
    const head = moves.get(threadRef(thread)) ?? (await laid.refs.read(threadRef(thread)));
    const ways = [...moves].filter(([name]) => name.startsWith(DIVERGED_REFS)).map(([, next]) => next);
    for (const next of [head, ...ways]) {
      if (typeof next === 'string' && (await descends(laid, next, one.id))) gone.push(ref);
    }
  }
  return gone;
}

/** Where a remote's thread stands beside the one of this clone. */
async function placeThread(
  laid: Workspace,
  {
    thread,
    carrier,
    dropped,
  }: { readonly thread: string; readonly carrier: ObjectId; readonly dropped: ReadonlySet<StateId> },
): Promise<PulledThread> {
  const theirs = await readState(laid, carrier);
  const head = await laid.refs.read(threadRef(thread));
  if (head === undefined) {
    const outcome = dropped.has(theirs.id) ? 'dropped' : 'new';
    return { thread, outcome, before: null, state: theirs.id };
  }
  const mine = await readState(laid, head);
  const told = { thread, before: mine.id, state: theirs.id };
  if (mine.id === theirs.id) return { ...told, outcome: 'current' };
  if (await descends(laid, carrier, mine.id)) return { ...told, outcome: 'advanced' };
  if (await descends(laid, head, theirs.id)) return { ...told, outcome: 'ahead' };
  return { ...told, outcome: 'diverged' };
}
