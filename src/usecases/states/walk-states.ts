import { HeddleError } from '#domain/error.ts';
import type { StateId } from '#domain/id.ts';
import { DIVERGED_REFS, DROPPED_REFS, HEDDLE_REFS, THREAD_REFS } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { nameHead } from './name-head.ts';
import { readSoundStates, readStates, type CarriedState } from './read-state.ts';

/** Heads of all threads: thread name to carrier. */
export async function threadHeads(workspace: Workspace): Promise<ReadonlyMap<string, ObjectId>> {
  const refs = await workspace.refs.list(THREAD_REFS);
  return new Map([...refs].map(([name, id]) => [name.slice(THREAD_REFS.length), id]));
}

const KEPT = [THREAD_REFS, DROPPED_REFS, DIVERGED_REFS] as const;

/** What every state of this clone is reached from: heads of threads, of dropped and of diverged ones; ref to carrier. */
export async function keptHeads(workspace: Workspace): Promise<ReadonlyMap<string, ObjectId>> {
  const refs = await workspace.refs.list(HEDDLE_REFS);
  return new Map([...refs].filter(([name]) => KEPT.some((prefix) => name.startsWith(prefix))));
}

/**
 * Walks from carriers to their ancestors, each once, a generation at a time. Reads only as far as it is asked:
 * a caller that stops early costs what it looked at. The Git commits that threads began from are never entered.
 */
export async function* walkStates(
  workspace: Workspace,
  heads: readonly ObjectId[],
): AsyncGenerator<CarriedState> {
  yield* walk(heads, {
    read: (carriers) => readGeneration(workspace, carriers),
    parents: parentCarriers,
  });
}

/**
 * The same for the states of one thread alone, from its newest: what it grew from, or was split from, is of another one
 * and not entered.
 */
export async function* walkThread(
  workspace: Workspace,
  { carrier, state: { thread } }: CarriedState,
): AsyncGenerator<CarriedState> {
  const states = walk([carrier], {
    read: (carriers) => readGeneration(workspace, carriers),
    parents: (one) => (one.state.thread === thread ? parentCarriers(one) : []),
  });
  for await (const one of states) if (one.state.thread === thread) yield one;
}

/**
 * The same for who walks over all threads: what carries no state is passed over, with what is below it. Whoever can
 * write a ref could stop every verb with one that leads nowhere. `verify` tells it.
 */
export async function* walkSoundStates(
  workspace: Workspace,
  heads: readonly ObjectId[],
): AsyncGenerator<CarriedState> {
  yield* walk(heads, {
    read: (carriers) => readSoundStates(workspace, carriers),
    parents: (state) => (hasItsParents(state) ? parentCarriers(state) : []),
  });
}

/** Tells whether a state is the one a carrier stands for, or among its ancestors. False where it cannot be told. */
export async function descends(workspace: Workspace, carrier: ObjectId, state: StateId): Promise<boolean> {
  try {
    for await (const { id } of walkStates(workspace, [carrier])) if (id === state) return true;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
  }
  return false;
}

interface Reading {
  readonly read: (carriers: readonly ObjectId[]) => Promise<readonly CarriedState[]>;
  readonly parents: (state: CarriedState) => readonly ObjectId[];
}

async function* walk(heads: readonly ObjectId[], { read, parents }: Reading): AsyncGenerator<CarriedState> {
  const seen = new Set<ObjectId>(heads);
  let generation: readonly ObjectId[] = [...seen];
  while (generation.length > 0) {
    const states = await read(generation);
    const next: ObjectId[] = [];
    for (const state of states) {
      yield state;
      for (const parent of parents(state)) {
        if (seen.has(parent)) continue;
        seen.add(parent);
        next.push(parent);
      }
    }
    generation = next;
  }
}

async function readGeneration(
  workspace: Workspace,
  carriers: readonly ObjectId[],
): Promise<readonly CarriedState[]> {
  try {
    return await readStates(workspace, carriers);
  } catch (error) {
    throw await nameHead(workspace, error);
  }
}

/** The carriers of a state's parents; the commit that a thread began from is not one. */
export function parentCarriers(carried: CarriedState): readonly ObjectId[] {
  const { id, state, gitParents } = carried;
  if (state.parents.length === 0) return [];
  if (!hasItsParents(carried)) {
    throw new HeddleError('OBJECT_CORRUPT', 'a carrier has other parents than its state', {
      facts: { state: id },
    });
  }
  return gitParents.slice(0, state.parents.length);
}

/** A state that resolves a landing has the commit of the branch behind its parents. */
function hasItsParents({ state: { parents }, gitParents }: CarriedState): boolean {
  return parents.length === 0 || [0, 1].includes(gitParents.length - parents.length);
}
