import type { StateId } from '#domain/id.ts';
import type { IndexEntry, IndexSession } from '#ports/local-index.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isNoCarrier, readStates, type CarriedState } from './read-state.ts';
import { catchUpStates, makeStateIndex, sortedHeads } from './state-index.ts';
import { keptHeads, walkSoundStates } from './walk-states.ts';

/** Reading so many states costs less than loading an index. */
export const SCANNED_FIRST = 48;
const WHOLE_ID = 'hs-'.length + 52;

/** Finds a state by its full id; undefined where no thread holds it. */
export async function findState(workspace: Workspace, id: StateId): Promise<CarriedState | undefined> {
  const [found] = await findStates(workspace, await keptHeads(workspace), id);
  return found;
}

/**
 * Finds the states of these thread heads whose id begins so; one, where the id is whole. The newest are looked
 * through; for older ones the local index is asked, and where it gives no answer, or one that does not hold, the
 * rest is looked through too, and kept for the next time.
 */
export async function findStates(
  workspace: Workspace,
  heads: ReadonlyMap<string, ObjectId>,
  beginning: string,
): Promise<readonly CarriedState[]> {
  const from = sortedHeads(heads);
  const isWhole = beginning.length === WHOLE_ID;
  const search: Search = { beginning, states: walkSoundStates(workspace, from), seen: [], matches: [] };
  const first = { most: SCANNED_FIRST, untilFound: isWhole };
  if ((await look(search, first)) === 'done') return search.matches;
  const answer = await askIndex(workspace, from, beginning);
  if (answer.kind === 'found') return answer.states;
  // An index can only be made from everything.
  const untilFound = isWhole && answer.kind !== 'behind';
  await look(search, { most: Infinity, untilFound });
  const isWrong = answer.kind === 'none' && search.matches.length > 0;
  if (answer.kind === 'behind' || isWrong) await makeStateIndex(workspace, from, search.seen);
  return isWhole ? search.matches.slice(0, 1) : search.matches;
}

interface Search {
  readonly beginning: string;
  readonly states: AsyncGenerator<CarriedState>;
  readonly seen: IndexEntry[];
  readonly matches: CarriedState[];
}

/** Looks at states, the newest first, until there is none left, the one was found, or it saw more than `most`. */
async function look(
  { beginning, states, seen, matches }: Search,
  { most, untilFound }: { readonly most: number; readonly untilFound: boolean },
): Promise<'done' | 'more'> {
  for (;;) {
    const next = await states.next();
    if (next.done === true) return 'done';
    const { value: state } = next;
    seen.push({ key: state.id, value: state.carrier });
    if (state.id.startsWith(beginning)) matches.push(state);
    if (untilFound && matches.length > 0) return 'done';
    if (seen.length > most) return 'more';
  }
}

type Answer =
  | { readonly kind: 'found'; readonly states: readonly CarriedState[] }
  /** `none`: it is up to date and knows none. `behind`: it has to be made. `unusable`: it cannot be had. */
  | { readonly kind: 'none' | 'behind' | 'unusable' };

async function askIndex(
  workspace: Workspace,
  heads: readonly ObjectId[],
  beginning: string,
): Promise<Answer> {
  const found = await workspace.localIndex.use(async (session) =>
    findCarriers(workspace, session, { heads, beginning }),
  );
  if (found === undefined) return { kind: 'unusable' };
  if (found === 'behind') return { kind: 'behind' };
  if (found.length === 0) return { kind: 'none' };
  const states = await readBelieved(workspace, found);
  return states === undefined ? { kind: 'behind' } : { kind: 'found', states };
}

async function findCarriers(
  workspace: Workspace,
  session: IndexSession,
  { heads, beginning }: { readonly heads: readonly ObjectId[]; readonly beginning: string },
): Promise<readonly IndexEntry[] | 'behind'> {
  const isCurrent = await catchUpStates(workspace, session, heads);
  return isCurrent ? session.find('states', beginning) : 'behind';
}

/** What comes out of an index is a claim: a carrier must carry the state that it stands for. */
async function readBelieved(
  workspace: Workspace,
  entries: readonly IndexEntry[],
): Promise<readonly CarriedState[] | undefined> {
  try {
    const states = await readStates(
      workspace,
      entries.map(({ value }) => value),
    );
    return states.every(({ id }, index) => id === entries[index]?.key) ? states : undefined;
  } catch (error) {
    if (isNoCarrier(error)) return undefined;
    throw error;
  }
}
