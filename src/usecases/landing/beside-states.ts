import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readState, type CarriedState } from '#usecases/states/read-state.ts';
import { parentCarriers } from '#usecases/states/walk-states.ts';

/**
 * States whose lines a landing brings though they are none of the landed ones: those that these name as parents beside
 * the first, as a split does, and what they follow, up to what the branch has. Throws `OBJECT_CORRUPT`.
 */
export async function statesBeside(
  workspace: Workspace,
  states: readonly CarriedState[],
  isLanded: (state: CarriedState) => Promise<boolean>,
): Promise<readonly CarriedState[]> {
  const seen = new Set(states.map(({ id }) => id));
  const waiting = states.flatMap((state) => parentsOf(state).slice(1));
  const beside: CarriedState[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.id)) continue;
    seen.add(next.id);
    const state = await readParent(workspace, next);
    if (await isLanded(state)) continue;
    beside.push(state);
    waiting.push(...parentsOf(state));
  }
  return beside;
}

/** The first parent of a state; undefined for none. Throws `OBJECT_CORRUPT`. */
export async function readFirstParent(
  workspace: Workspace,
  state: CarriedState,
): Promise<CarriedState | undefined> {
  const [first] = parentsOf(state);
  return first === undefined ? undefined : readParent(workspace, first);
}

interface Parent {
  readonly id: CarriedState['id'];
  readonly carrier: ObjectId;
}

function parentsOf(carried: CarriedState): readonly Parent[] {
  const { parents } = carried.state;
  return parentCarriers(carried).flatMap((carrier, index) => {
    const id = parents[index];
    return id === undefined ? [] : [{ id, carrier }];
  });
}

/** A carrier is nobody's word: that of another state would leave out who made what is landed. */
async function readParent(workspace: Workspace, { id, carrier }: Parent): Promise<CarriedState> {
  const state = await readState(workspace, carrier);
  if (state.id === id) return state;
  throw new HeddleError('OBJECT_CORRUPT', 'a carrier has another parent than its state', {
    facts: { state: id },
  });
}
