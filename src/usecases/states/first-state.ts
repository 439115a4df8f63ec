import { decodeState } from '#domain/state/state-codec.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isNoCarrier, readState, readStates, type CarriedState } from './read-state.ts';
import { parentCarriers } from './walk-states.ts';

const LARGEST_FILE = 2 * 1024 * 1024;
/** As many first parents back as are looked for: 2 to the power of this. */
const LONGEST_BITS = 23;
/** Places between two known ones that are asked for at once. */
const PROBES = 16;

/**
 * The oldest ancestor of a state by first parents: what its thread, or the one that it grew from, began with. No thread
 * begins from a Git commit that carries a state itself; where somebody made such a one, it may be the oldest one there.
 */
export async function firstState(workspace: Workspace, state: CarriedState): Promise<CarriedState> {
  return (await probe(workspace, state)) ?? walkToFirst(workspace, state);
}

async function probe(workspace: Workspace, state: CarriedState): Promise<CarriedState | undefined> {
  try {
    return await probeForFirst(workspace, state);
  } catch (error) {
    // Below a first state anything may stand; whoever walks does not come there.
    if (isNoCarrier(error)) return undefined;
    throw error;
  }
}

async function walkToFirst(workspace: Workspace, state: CarriedState): Promise<CarriedState> {
  let oldest = state;
  for (let parent = parentCarriers(oldest)[0]; parent !== undefined; parent = parentCarriers(oldest)[0]) {
    oldest = await readState(workspace, parent);
  }
  return oldest;
}

/**
 * The same in a few questions, however long the history is: below a first state no carrier stands, so the place where
 * they end can be closed in on. Undefined where what is found does not prove it.
 */
async function probeForFirst(workspace: Workspace, state: CarriedState): Promise<CarriedState | undefined> {
  if (state.state.parents.length === 0) return state;
  const powers = Array.from({ length: LONGEST_BITS + 1 }, (_, bit) => 2 ** bit);
  let bounds = await closeIn(workspace, state.carrier, { below: 0, from: Infinity, probes: powers });
  while (bounds.from - bounds.below > 1 && bounds.from !== Infinity) {
    bounds = await closeIn(workspace, state.carrier, { ...bounds, probes: placesBetween(bounds) });
  }
  const { from } = bounds;
  return from === Infinity ? undefined : proveFirst(workspace, state.carrier, from);
}

interface Bounds {
  /** So many first parents back there is a state that has parents. */
  readonly below: number;
  /** So many back there is none. */
  readonly from: number;
}

function placesBetween({ below, from }: Bounds): readonly number[] {
  const step = Math.ceil((from - below) / PROBES);
  const places = Array.from({ length: PROBES }, (_, index) => below + step * (index + 1));
  return places.filter((place) => place < from);
}

async function closeIn(
  workspace: Workspace,
  head: ObjectId,
  { below, from, probes }: Bounds & { readonly probes: readonly number[] },
): Promise<Bounds> {
  const names = probes.map((back) => `${head}~${back}:state.json`);
  const files = await workspace.objects.readMany(names, LARGEST_FILE);
  const end = files.findIndex((file) => file === undefined || !hasParents(file.content));
  if (end < 0) return { below: probes.at(-1) ?? below, from };
  return { below: probes[end - 1] ?? below, from: probes[end] ?? from };
}

/** A file of that name may be anything where a commit is Git's own. */
function hasParents(content: Uint8Array): boolean {
  try {
    return decodeState(content).parents.length > 0;
  } catch (error) {
    if (isNoCarrier(error)) return false;
    throw error;
  }
}

/** What comes before it must name it, and lead to it. */
async function proveFirst(
  workspace: Workspace,
  head: ObjectId,
  back: number,
): Promise<CarriedState | undefined> {
  const commits = await workspace.objects.readMany([`${head}~${back - 1}`, `${head}~${back}`], LARGEST_FILE);
  const ids = commits.flatMap((commit) => (commit === undefined ? [] : [commit.id]));
  if (ids.length < commits.length) return undefined;
  const [second, first] = await readStates(workspace, ids);
  if (second === undefined || first === undefined || first.state.parents.length > 0) return undefined;
  const proven = second.state.parents[0] === first.id && parentCarriers(second)[0] === first.carrier;
  return proven ? first : undefined;
}
