import type { DiffResult, LogResult, RedactionNotice, ShowResult } from '#domain/results/work-results.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import { threadRef } from '#domain/refs.ts';
import { parsePathArgument } from '#domain/resource/path-argument.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { LARGEST_FILE, scanWorktree } from '#usecases/capture/scan-worktree.ts';
import { setAside, type AsideWorkspace } from '#usecases/capture/set-aside.ts';
import { readPatch, type PatchSide } from '#usecases/content/read-patch.ts';
import { baseFiles, carrierTrees } from '#usecases/states/carrier-trees.ts';
import { rememberingSignatures } from '#usecases/states/memory/remember-signatures.ts';
import { findState } from '#usecases/states/find-states.ts';
import { readHead } from '#usecases/states/name-head.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { resolveRevision, resolveState } from '#usecases/states/resolve-state.ts';
import { parentCarriers, threadHeads, walkStates } from '#usecases/states/walk-states.ts';
import { requirePosition } from '#usecases/threads/position.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { statesChanging } from './path-history.ts';
import { summariseStates } from './state-summary.ts';

export interface LogOptions {
  /** Null for this worktree's. */
  readonly thread: string | null;
  /** Only states that changed it, from the work tree's root; all of them where it is null or left out. */
  readonly path?: string | null;
  readonly limit: number | null;
}

const MANY_STATES = 64;

/** States of a thread, newest first. Throws `PATH_INVALID`. */
export async function log(workspace: Workspace, options: LogOptions): Promise<LogResult> {
  const { limit } = options;
  // A few are verified as quickly as they are looked up.
  if (limit !== null && limit < MANY_STATES) return readLog(workspace, options);
  return rememberingSignatures(workspace, (remembering) => readLog(remembering, options));
}

async function readLog(workspace: Workspace, options: LogOptions): Promise<LogResult> {
  const path = typeof options.path === 'string' ? parsePathArgument(options.path) : null;
  const { view } = await knowAuthority(workspace);
  const thread = options.thread ?? (await requirePosition(workspace)).thread;
  // Each asks a git of its own.
  const [tombstones, heads] = await Promise.all([
    readTombstones(workspace, view),
    logHeads(workspace, thread, options.thread === null),
  ]);
  const { limit } = options;
  const states =
    path === null
      ? await newestStates(workspace, heads, limit)
      : await statesChanging(workspace, { heads, thread, path, limit });
  return {
    thread,
    path: path === null ? null : escapePath(path),
    states: await summariseStates(workspace, states, { view, tombstones }),
  };
}

async function newestStates(
  workspace: Workspace,
  heads: readonly ObjectId[],
  limit: number | null,
): Promise<readonly CarriedState[]> {
  const states: CarriedState[] = [];
  if (limit === 0) return states;
  for await (const state of walkStates(workspace, heads)) {
    states.push(state);
    if (states.length === limit) break;
  }
  return states;
}

/** A thread that has captured nothing yet shows the state that it was forked from. */
async function logHeads(workspace: Workspace, thread: string, here: boolean): Promise<readonly ObjectId[]> {
  // What was typed may be no thread's name; the one of this worktree is.
  const head = here
    ? await workspace.refs.read(threadRef(thread))
    : (await threadHeads(workspace)).get(thread);
  if (head !== undefined) return [head];
  const record = await readThreadRecord(workspace, thread);
  if (record === undefined && !here) {
    return [(await resolveState(workspace, thread)).carrier];
  }
  if (record === undefined || record.from === null) return [];
  const from = await findState(workspace, record.from);
  return from === undefined ? [] : [from.carrier];
}

/** One state with what it changed; the one this worktree stands at where none is named. */
export async function show(
  workspace: Workspace,
  options: { readonly name: string | null },
): Promise<ShowResult> {
  const { view } = await knowAuthority(workspace);
  const [tombstones, carried] = await Promise.all([
    readTombstones(workspace, view),
    namedOrCurrent(workspace, options.name),
  ]);
  const from = await sideBefore(workspace, carried);
  const to = await stateSide(workspace, carried);
  const { changed, patch, redacted } = await readPatch(workspace, tombstones, { from, to, stat: false });
  const [state] = await summariseStates(workspace, [carried], { view, tombstones });
  invariant(state !== undefined, 'each state has a summary');
  return { state: { ...state, redacted: joinNotices(state.redacted, redacted) }, changed, patch };
}

/** What the patch leaves out is told beside what the state itself no longer tells. */
function joinNotices(
  state: readonly RedactionNotice[],
  patch: readonly RedactionNotice[],
): readonly RedactionNotice[] {
  const known = new Set(state.map(({ path, tombstone }) => `${path}\0${tombstone}`));
  return [...state, ...patch.filter(({ path, tombstone }) => !known.has(`${path}\0${tombstone}`))];
}

async function namedOrCurrent(workspace: Workspace, name: string | null): Promise<CarriedState> {
  if (name !== null) return resolveState(workspace, name);
  const { thread, state } = await requirePosition(workspace);
  const found = state === null ? undefined : await findState(workspace, state);
  if (found !== undefined) return found;
  // A search passes over a head that carries nothing; whoever asks for just this one is told what is wrong with it.
  const head = state === null ? undefined : await workspace.refs.read(threadRef(thread));
  if (head !== undefined) await readHead(workspace, head);
  throw new HeddleError('NOT_FOUND', `the thread ${thread} has no state yet`, { facts: { thread } });
}

export interface DiffOptions {
  /** State, thread or Git revision; null for what this worktree came from. */
  readonly from: string | null;
  /** The same; null for the work tree. */
  readonly to: string | null;
  readonly stat: boolean;
}

interface Side extends PatchSide {
  /** As it is published: a state or commit id, null for the work tree or nothing. */
  readonly name: string | null;
}

/** What differs between two states, or between one and the work tree, of which nothing is stored. */
export async function diff(workspace: Workspace, options: DiffOptions): Promise<DiffResult> {
  const { view } = await knowAuthority(workspace);
  const [tombstones, from] = await Promise.all([
    readTombstones(workspace, view),
    fromSide(workspace, options.from),
  ]);
  const told = async (within: Workspace, to: Side): Promise<DiffResult> => ({
    from: from.name,
    to: to.name,
    ...(await readPatch(within, tombstones, { from, to, stat: options.stat })),
  });
  if (options.to !== null) return told(workspace, await namedSide(workspace, options.to));
  return setAside(workspace, async (aside) => told(aside, await worktreeSide(aside)));
}

async function fromSide(workspace: Workspace, name: string | null): Promise<Side> {
  if (name !== null) return namedSide(workspace, name);
  const { thread, state } = await requirePosition(workspace);
  const carried = state === null ? undefined : await findState(workspace, state);
  if (carried !== undefined) return stateSide(workspace, carried);
  const base = (await readThreadRecord(workspace, thread))?.base ?? null;
  return { name: base, files: await baseFiles(workspace, base), manifest: null };
}

async function worktreeSide(aside: AsideWorkspace): Promise<Side> {
  const { tree } = await scanWorktree(aside, { maxFileBytes: LARGEST_FILE });
  return { name: null, files: tree, manifest: null };
}

async function namedSide(workspace: Workspace, name: string): Promise<Side> {
  const found = await resolveRevision(workspace, name);
  if (found.kind === 'state') return stateSide(workspace, found.state);
  return { name: found.commit, files: await baseFiles(workspace, found.commit), manifest: null };
}

async function stateSide(workspace: Workspace, state: CarriedState): Promise<Side> {
  return { name: state.id, ...(await carrierTrees(workspace, state.carrier)) };
}

/** What a state began from: its first parent, or the commit that its thread began from. */
async function sideBefore(workspace: Workspace, carried: CarriedState): Promise<PatchSide> {
  const [parent] = parentCarriers(carried);
  if (parent !== undefined) return carrierTrees(workspace, parent);
  return { files: await baseFiles(workspace, carried.texts.base), manifest: null };
}
