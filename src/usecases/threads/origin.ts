import { HeddleError } from '#domain/error.ts';
import type { StateId } from '#domain/id.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { firstState } from '#usecases/states/first-state.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { resolveRevision } from '#usecases/states/resolve-state.ts';
import { findState } from '#usecases/states/find-states.ts';
import { readThreadRecord } from './record/thread-records.ts';

/** Where a thread begins: a state, or a Git commit, or nothing at all in an empty repository. */
export interface Origin {
  readonly state: CarriedState | null;
  /** The Git commit underneath. */
  readonly base: ObjectId | null;
}

/** Finds where a new thread begins. Throws `NOT_FOUND`, and `USAGE` where this work tree is not from there. */
export async function findOrigin(
  workspace: Workspace,
  { from, directory }: { readonly from: string | null; readonly directory: string | null },
): Promise<Origin> {
  if (from === null) return standsHere(workspace);
  const named = await resolveOrigin(workspace, from);
  if (directory !== null || sameOrigin(named, await standsHere(workspace))) return named;
  throw new HeddleError('USAGE', `this work tree did not come from ${from}`, {
    facts: { from, advice: 'give the thread a directory of its own with --worktree' },
    preserved: 'nothing was changed',
  });
}

async function standsHere(workspace: Workspace): Promise<Origin> {
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  if (position === undefined) return { state: null, base: await workspace.worktree.headCommit() };
  const record = await readThreadRecord(workspace, position.thread);
  const state = await stateOf(workspace, position.state);
  return { state, base: record?.base ?? (await baseOf(workspace, state)) };
}

async function stateOf(workspace: Workspace, id: StateId | null): Promise<CarriedState | null> {
  return id === null ? null : ((await findState(workspace, id)) ?? null);
}

async function resolveOrigin(workspace: Workspace, from: string): Promise<Origin> {
  const found = await resolveRevision(workspace, from);
  if (found.kind === 'commit') return { state: null, base: found.commit };
  return { state: found.state, base: await baseOf(workspace, found.state) };
}

/** The Git commit that the oldest ancestor of a state began from. */
async function baseOf(workspace: Workspace, state: CarriedState | null): Promise<ObjectId | null> {
  return state === null ? null : (await firstState(workspace, state)).texts.base;
}

function sameOrigin(a: Origin, b: Origin): boolean {
  return a.state?.id === b.state?.id && (a.state !== null || a.base === b.base);
}
