import { shellWord } from '#domain/encoding/shell-line.ts';
import { HeddleError } from '#domain/error.ts';
import type { StateId } from '#domain/id.ts';
import {
  AUTHORITY_REF,
  branchRef,
  divergedRef,
  HEDDLE_REFS,
  replicaOf,
  THREAD_REFS,
  TOMBSTONES_REF,
} from '#domain/refs.ts';
import type { PushResult } from '#domain/results/boundary/remote-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Incoming, RemoteUpdate, Transport } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { joinTombstones } from '#usecases/receive/join-tombstones.ts';
import { judgeReceived } from '#usecases/receive/judge-received.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { joinRows } from '#usecases/remotes/join-rows.ts';
import { withIncoming } from '#usecases/remotes/laid-over-refs.ts';
import { redactedSidecars, setName } from '#usecases/remotes/pull/join-sets.ts';
import { descends } from '#usecases/states/walk-states.ts';
import { JOINED_SETS, type RemoteKeeps } from '#usecases/remotes/travelling-refs.ts';
import { logUpdates } from './push-logs.ts';
import { pullAdvice } from './refused-push.ts';
import { readSoundStates, readState, type CarriedState } from '#usecases/states/read-state.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { examineSetAt } from '#usecases/tombstones/set/examine-tombstones.ts';

/** What is to be pushed, by name. */
export interface Chosen {
  readonly threads: readonly string[];
  readonly branches: readonly string[];
  /** Nobody named the threads: one that went another way at the remote keeps no other one here. */
  readonly all: boolean;
}

/** What a push has to move at the remote. */
export interface PushPlan {
  /** In the order in which they may become visible: whatever a ref is judged by comes before it. */
  readonly updates: readonly RemoteUpdate[];
  /** Those of them that others are judged by, where a server may move threads by itself once it knows them. */
  readonly first: readonly RemoteUpdate[];
  readonly threads: PushResult['threads'];
  readonly branches: PushResult['branches'];
  readonly records: readonly string[];
  /** Where each chosen thread stands now, here and there. */
  readonly heads: ReadonlyMap<string, ObjectId>;
}

/** What stands on both sides. */
interface Sides {
  readonly transport: Transport;
  readonly remote: string;
  readonly keeps: RemoteKeeps;
  /** Every ref that the remote was asked about. */
  readonly refs: ReadonlyMap<string, ObjectId>;
  /** What the remote has and this clone has not, read beside the store. */
  readonly incoming: Incoming;
}

/**
 * Compares this clone with a remote, and plans what moves there. Nothing that stands at the remote is ever taken back: a
 * thread only moves to a state that descends from the one there, a set only grows. Throws `REMOTE_MOVED` where the remote
 * has what this clone has not, unless that only goes on from a thread that nobody named; `THREAD_DIVERGED` where this
 * clone has it, and a thread that was named went another way.
 */
export async function planPush(workspace: Workspace, sides: Sides, chosen: Chosen): Promise<PushPlan> {
  const laid = withIncoming(workspace, sides.incoming, new Map());
  const records = [
    ...(await authorityUpdate(laid, sides)),
    ...(await tombstonesUpdate(laid, sides)),
    ...(await setUpdates(laid, sides)),
    ...(await logUpdates(laid, sides.keeps.logs)),
  ];
  const threads = await Promise.all(
    chosen.threads.map((thread) => threadMove(laid, sides, { thread, all: chosen.all })),
  );
  const branches = await Promise.all(chosen.branches.map((branch) => branchMove(workspace, sides, branch)));
  const moving = [...threads, ...branches].flatMap(({ update }) => (update === null ? [] : [update]));
  const tellsWhy = records.some(({ ref }) => ref === AUTHORITY_REF) && threads.some(({ isSame }) => isSame);
  return {
    updates: [...records, ...moving],
    first: tellsWhy ? records : [],
    threads: threads.map(({ told }) => told),
    branches: branches.map(({ told }) => told),
    records: [...new Set(records.map(({ ref }) => recordName(ref)))],
    heads: new Map(
      threads.flatMap(({ told, head }) => (told.outcome === 'diverged' ? [] : [[told.thread, head]])),
    ),
  };
}

/** One name for the logs of all clones. */
function recordName(ref: string): string {
  return replicaOf(ref) === undefined ? ref.slice(HEDDLE_REFS.length) : 'oplog';
}

async function authorityUpdate(
  { refs }: Workspace,
  { transport, remote, keeps: { authority: theirs } }: Sides,
): Promise<readonly RemoteUpdate[]> {
  const mine = await refs.read(AUTHORITY_REF);
  if (mine === undefined || mine === theirs) return [];
  if (theirs !== null && !(await transport.isAncestor(theirs, mine)))
    throw pullFirst(remote, 'the remote has authority records that this clone has not', {
      ref: AUTHORITY_REF,
    });
  return [{ ref: AUTHORITY_REF, old: theirs, new: mine }];
}

/** Tombstones that count have to be heard of first; what else stands among them there is carried along. */
async function tombstonesUpdate(
  laid: Workspace,
  { remote, keeps: { tombstones: theirs } }: Sides,
): Promise<readonly RemoteUpdate[]> {
  const mine = (await laid.refs.read(TOMBSTONES_REF)) ?? null;
  if (mine === theirs) return [];
  if (theirs === null) return mine === null ? [] : [{ ref: TOMBSTONES_REF, old: null, new: mine }];
  const { view } = await knowAuthority(laid);
  const own = await loadTombstones(laid, view);
  const judged = await judgeReceived(laid, await examineSetAt(laid, view, theirs));
  const batch = laid.writer.batch();
  const counts = (): boolean => true;
  if (joinTombstones(own, judged, { batch, counts }).ref !== null)
    throw pullFirst(remote, 'the remote has tombstones that this clone has not', { ref: TOMBSTONES_REF });
  const stubs = redactedSidecars(batch, own);
  const next = await joinRows(laid, batch, { set: 'tombstones', mine, theirs, stubs });
  if (next === theirs) return [];
  await batch.write();
  return [{ ref: TOMBSTONES_REF, old: theirs, new: next }];
}

/** A union takes nothing back, whoever pushed first. */
async function setUpdates(laid: Workspace, { keeps: { sets } }: Sides): Promise<readonly RemoteUpdate[]> {
  const { view } = await knowAuthority(laid);
  const updates: RemoteUpdate[] = [];
  const batch = laid.writer.batch();
  const stubs = redactedSidecars(batch, await loadTombstones(laid, view));
  for (const ref of JOINED_SETS) {
    const [mine, theirs] = [await laid.refs.read(ref), sets.get(ref)];
    if (mine === undefined || mine === theirs) continue;
    const next =
      theirs === undefined ? mine : await joinRows(laid, batch, { set: setName(ref), mine, theirs, stubs });
    if (next !== theirs) updates.push({ ref, old: theirs ?? null, new: next });
  }
  if (updates.length > 0) await batch.write();
  return updates;
}

async function threadMove(
  laid: Workspace,
  sides: Sides,
  { thread, all }: { readonly thread: string; readonly all: boolean },
): Promise<{
  readonly told: PushResult['threads'][number];
  readonly head: ObjectId;
  readonly update: RemoteUpdate | null;
  /** The remote has the very state, carried in another way: something was hidden on one side. */
  readonly isSame: boolean;
}> {
  const ref = THREAD_REFS + thread;
  const head = await laid.refs.read(ref);
  if (head === undefined) throw notThere('thread', thread);
  const { id: state } = await readState(laid, head);
  const theirs = sides.keeps.threads.get(thread) ?? null;
  const [there] = theirs === null || theirs === head ? [] : await readSoundStates(laid, [theirs]);
  const ends = { remote: sides.remote, thread, head, theirs, state, all };
  const outcome = await outcomeOf(laid, ends, there);
  const moves = outcome === 'new' || outcome === 'advanced';
  const update = moves ? { ref, old: theirs, new: head } : null;
  return { told: { thread, state, outcome }, head, update, isSame: there?.id === state };
}

interface Ends {
  readonly remote: string;
  readonly thread: string;
  readonly head: ObjectId;
  readonly theirs: ObjectId | null;
  readonly state: StateId;
  readonly all: boolean;
}

async function outcomeOf(
  laid: Workspace,
  { remote, thread, head, theirs, state, all }: Ends,
  there: CarriedState | undefined,
): Promise<PushResult['threads'][number]['outcome']> {
  if (theirs === null) return 'new';
  if (theirs === head) return 'current';
  const facts = { remote, thread, state, theirs: there?.id ?? null };
  const advice = `take it over with \`heddle pull ${shellWord(remote)}\`; where that refuses it, ${otherName(thread)}`;
  const notHere = (): HeddleError =>
    pullFirst(remote, `${thread} has work at the remote that this clone has not`, { ...facts, advice });
  if (there === undefined) throw notHere();
  if (await descends(laid, head, there.id)) return 'advanced';
  // Nothing of it is to be brought: a pull that refuses what is there must not keep everything else here.
  if (all && (await descends(laid, theirs, state))) return 'behind';
  if ((await laid.refs.read(divergedRef(there.id))) === undefined) throw notHere();
  if (all) return 'diverged';
  throw wentTwoWays(facts);
}

/** Who opened a thread renames it; whoever else may work on it opens one of their own. */
function otherName(thread: string): string {
  return `give yours another name with \`heddle thread rename ${shellWord(thread)} ${shellWord(`${thread}-mine`)}\`, or where another one opened it go on with \`heddle start ${shellWord(`${thread}-mine`)} --from ${shellWord(thread)} --worktree\``;
}

/** A pull brings nothing more: one of both needs another name. */
function wentTwoWays(facts: Pick<Ends, 'remote' | 'thread'>): HeddleError {
  const { remote, thread } = facts;
  return new HeddleError('THREAD_DIVERGED', `${thread} went another way here than at ${remote}`, {
    facts: {
      ...facts,
      advice: otherName(thread),
    },
    preserved: 'nothing was pushed',
  });
}

async function branchMove(
  workspace: Workspace,
  { transport, remote, refs }: Sides,
  branch: string,
): Promise<{ readonly told: PushResult['branches'][number]; readonly update: RemoteUpdate | null }> {
  const ref = branchRef(branch);
  const commit = await workspace.refs.readBranch(ref);
  if (commit === undefined) throw notThere('branch', branch);
  const theirs = refs.get(ref) ?? null;
  if (theirs === commit) return { told: { branch, commit, outcome: 'current' }, update: null };
  if (theirs !== null && !(await transport.isAncestor(theirs, commit))) {
    throw new HeddleError('REMOTE_MOVED', `${branch} has commits at the remote that it has not here`, {
      facts: { remote, branch, advice: branchAdvice(remote, branch) },
      preserved: 'nothing was pushed',
    });
  }
  const outcome = theirs === null ? 'new' : 'advanced';
  return { told: { branch, commit, outcome }, update: { ref, old: theirs, new: commit } };
}

/** A merge is no landing, so that a server would refuse it, too. */
function branchAdvice(remote: string, branch: string): string {
  return `after \`git fetch ${shellWord(remote)}\` take back what you landed with \`heddle undo\`, naming the landing as \`heddle undo --list\` does where you did more since, bring ${branch} to ${remote}/${branch} with \`git merge --ff-only\`, or where it was rewritten there with \`git reset --keep\`, and land again; where ${branch} is open to plain pushes, merge ${remote}/${branch} with git`;
}

function pullFirst(remote: string, why: string, facts: Readonly<Record<string, string | null>>): HeddleError {
  return new HeddleError('REMOTE_MOVED', why, {
    facts: { remote, ...pullAdvice(remote), ...facts },
    preserved: 'nothing was pushed',
  });
}

function notThere(kind: 'thread' | 'branch', name: string): HeddleError {
  return new HeddleError('NOT_FOUND', `no ${kind} is called ${name}`, {
    facts: { [kind]: name },
    preserved: 'nothing was pushed',
  });
}
