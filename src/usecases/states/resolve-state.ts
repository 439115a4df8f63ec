import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { listThreadRecords } from '#usecases/threads/record/thread-records.ts';
import { findState, findStates } from './find-states.ts';
import { readHead } from './name-head.ts';
import type { CarriedState } from './read-state.ts';
import { isNoCarrier, readState } from './read-state.ts';
import { keptHeads, threadHeads, walkStates } from './walk-states.ts';

const STATE_NAME = /^(?:hs-)?[0-9a-hjkmnp-tv-z]{1,52}$/;
const SHORTEST = 4;

/**
 * Resolves what people type for a state: a thread's name (its newest state), a full id, or the unambiguous
 * beginning of one. Throws `NOT_FOUND`, `AMBIGUOUS`.
 */
export async function resolveState(workspace: Workspace, name: string): Promise<CarriedState> {
  const found = await tryResolveState(workspace, name);
  if (found !== undefined) return found;
  if (isStateId(name)) await tellDamage(workspace);
  throw notFound('no state or thread is called', name);
}

/**
 * What is damaged is passed over by whoever looks through all threads. A full id that is found nowhere may be of
 * what was: then that is said, and not that there is none. Throws `OBJECT_CORRUPT` where something is.
 */
async function tellDamage(workspace: Workspace): Promise<void> {
  const states = walkStates(workspace, [...new Set((await keptHeads(workspace)).values())]);
  while ((await states.next()).done !== true);
}

function isStateId(name: string): boolean {
  return /^hs-[0-9a-hjkmnp-tv-z]{52}$/.test(name);
}

/** The same; undefined where there is none. */
async function tryResolveState(workspace: Workspace, name: string): Promise<CarriedState | undefined> {
  const heads = await threadHeads(workspace);
  const head = heads.get(name);
  if (head !== undefined) return readHead(workspace, head);
  // A thread that captured nothing yet stands at the state that it was forked from.
  const record = heads.size === 0 ? undefined : await findRecord(workspace, name);
  if (record !== undefined && record.from !== null) return findState(workspace, record.from);
  const beginning = name.startsWith('hs-') ? name : `hs-${name}`;
  if (!STATE_NAME.test(name) || beginning.length < SHORTEST + 3) return undefined;
  const matches = await findStates(workspace, await keptHeads(workspace), beginning);
  if (matches.length > 1) throw ambiguous(name, matches);
  return matches[0];
}

/** What a name stands for where heddle's states and Git's own history may both be meant. */
export type Revision =
  | { readonly kind: 'state'; readonly state: CarriedState }
  | { readonly kind: 'commit'; readonly commit: ObjectId };

/** Resolves a state, a thread or, where neither is called so, a Git revision. Throws `NOT_FOUND`, `AMBIGUOUS`. */
export async function resolveRevision(workspace: Workspace, name: string): Promise<Revision> {
  const state = await tryResolveState(workspace, name);
  if (state !== undefined) return { kind: 'state', state };
  const commit = await workspace.revisions.resolveCommit(name);
  if (commit === undefined) throw notFound('no state, thread or Git revision is called', name);
  const carried = await findCarried(workspace, commit);
  if (carried === undefined) return { kind: 'commit', commit };
  // A carrier stands for its state: one from before a removal, or of an undone capture, is no way around either.
  const present = await findState(workspace, carried.id);
  if (present !== undefined) return { kind: 'state', state: present };
  throw notFound('no thread holds the state of the carrier', name);
}

/** The state that a commit carries; undefined for one of Git's own history. */
async function findCarried(workspace: Workspace, commit: ObjectId): Promise<CarriedState | undefined> {
  try {
    return await readState(workspace, commit);
  } catch (error) {
    if (isNoCarrier(error)) return undefined;
    throw error;
  }
}

function notFound(what: string, name: string): HeddleError {
  const shown = name.slice(0, 200);
  return new HeddleError('NOT_FOUND', `${what} ${shown}`, {
    facts: {
      name: shown,
      advice: '`heddle thread list` shows the threads, `heddle log THREAD` the states of one',
    },
    preserved: 'nothing was changed',
  });
}

async function findRecord(workspace: Workspace, name: string): Promise<ThreadRecord | undefined> {
  return (await listThreadRecords(workspace)).find((record) => record.thread === name);
}

function ambiguous(name: string, matches: readonly CarriedState[]): HeddleError {
  return new HeddleError('AMBIGUOUS', `${name} is the beginning of ${matches.length} states`, {
    facts: { name, states: matches.map((match) => shortId(match.id, 16)) },
  });
}
