import type { IndexEntry, IndexSession } from '#ports/local-index.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readSoundStates } from './read-state.ts';
import { parentCarriers, keptHeads, walkSoundStates } from './walk-states.ts';

/*
 * A state's id stays when its carrier is rebuilt, so that an old carrier, with what was removed, would pass every
 * check of the id. What protects from it: the table holds exactly the states that the heads it names can reach.
 * Where heads only went on, what is new is added. Where one went anywhere else, the table is made anew.
 */

/** Thread heads as an index names them: each once, in order. */
export function sortedHeads(heads: ReadonlyMap<string, ObjectId>): readonly ObjectId[] {
  return [...new Set(heads.values())].toSorted();
}

/** Makes the table from nothing: from all states of the present heads, read now. True where it was made. */
export async function rebuildStateIndex(workspace: Workspace): Promise<boolean> {
  const heads = sortedHeads(await keptHeads(workspace));
  const entries: IndexEntry[] = [];
  for await (const { id, carrier } of walkSoundStates(workspace, heads))
    entries.push({ key: id, value: carrier });
  return makeStateIndex(workspace, heads, entries);
}

/**
 * Makes the table from all states that these heads reach. False, and nothing kept, where the heads are no longer
 * the present ones, where one state has two carriers, or the index cannot be had.
 */
export async function makeStateIndex(
  workspace: Workspace,
  heads: readonly ObjectId[],
  entries: readonly IndexEntry[],
): Promise<boolean> {
  if (new Set(entries.map(({ key }) => key)).size < entries.length) return false;
  const made = await workspace.localIndex.use(async (session) => {
    // A removal may have rebuilt the carriers and cleared the index since: theirs must not come back into it.
    if (!(await isPresent(workspace, heads))) return false;
    if (session.coverage.states !== null) await session.clear();
    await session.extend('states', entries, heads);
    return true;
  });
  return made ?? false;
}

/** Brings the table from the heads it names to these; false where they did not only go on from there. */
export async function catchUpStates(
  workspace: Workspace,
  session: IndexSession,
  heads: readonly ObjectId[],
): Promise<boolean> {
  const known = session.coverage.states;
  if (known === null) return false;
  if (known.join() === heads.join()) return true;
  const fresh = await readFresh(workspace, session, heads);
  if (fresh === undefined || !known.every((head) => fresh.met.has(head))) return false;
  if (!(await isPresent(workspace, heads))) return false;
  await session.extend('states', fresh.entries, heads);
  return true;
}

interface Fresh {
  readonly entries: readonly IndexEntry[];
  /** Every carrier that was seen, those included at which the table takes over. */
  readonly met: ReadonlySet<ObjectId>;
}

/** Reads states from the heads down to those that the table holds; undefined where a state has two carriers. */
async function readFresh(
  workspace: Workspace,
  session: IndexSession,
  heads: readonly ObjectId[],
): Promise<Fresh | undefined> {
  const met = new Set(heads);
  const fresh = new Map<string, ObjectId>();
  let generation = heads;
  while (generation.length > 0) {
    const next: ObjectId[] = [];
    for (const state of await readSoundStates(workspace, generation)) {
      const [indexed] = await session.find('states', state.id);
      if (indexed?.value === state.carrier) continue;
      if (indexed !== undefined || fresh.has(state.id)) return undefined;
      fresh.set(state.id, state.carrier);
      for (const parent of parentCarriers(state)) {
        if (met.has(parent)) continue;
        met.add(parent);
        next.push(parent);
      }
    }
    generation = next;
  }
  return { entries: [...fresh].map(([key, value]) => ({ key, value })), met };
}

async function isPresent(workspace: Workspace, heads: readonly ObjectId[]): Promise<boolean> {
  return sortedHeads(await keptHeads(workspace)).join() === heads.join();
}
