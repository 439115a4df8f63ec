import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { StateId } from '#domain/id.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import { isState } from '#domain/removal/covered-record.ts';
import { THREAD_REFS } from '#domain/refs.ts';
import { pathResource } from '#domain/resource/resource.ts';
import type { RedactResult } from '#domain/results/removal-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carriersBelow, listCarriers } from '#usecases/states/list-carriers.ts';
import { keptHeads } from '#usecases/states/walk-states.ts';
import type { ContentPlace } from '#usecases/content/find-content.ts';

/** Everything that a removal changes, as it is asked for and told. */
export interface Concerned {
  /** Each thread and path: of the states that hold the content, and of the threads whose history they are. */
  readonly resources: readonly string[];
  readonly places: RedactResult['places'];
  /** In no order that means anything, each once. */
  readonly states: readonly StateId[];
  /** Escaped, each once. */
  readonly paths: readonly string[];
}

type Place = Pick<ContentPlace, 'thread' | 'state' | 'carrier' | 'path'>;

/** States that a tombstone is about: those that hold what it covers, and those whose own texts it covers. */
export function statesOf(
  { states }: Pick<Concerned, 'states'>,
  { declaration }: TombstoneRecord,
): readonly StateId[] {
  return [...new Set([...states, ...declaration.covers.texts.filter(isState)])];
}

/** Gathers what the removal of these places concerns. */
export async function gatherConcerned(
  workspace: Workspace,
  repository: string,
  places: readonly Place[],
): Promise<Concerned> {
  const rows = new Map<string, Row>();
  const threadsOf = await findThreads(workspace, places);
  for (const place of places) {
    const threads = new Set([place.thread, ...(threadsOf.get(place.carrier) ?? [])]);
    for (const thread of threads) note(rows, thread, place);
  }
  const sorted = [...rows.values()].toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  return {
    resources: sorted.map(({ thread, path }) => pathResource(repository, thread, path)),
    places: sorted.map(({ thread, path, states }) => ({
      thread,
      path: escapePath(path),
      states: states.size,
    })),
    states: [...new Set(places.map(({ state }) => state))],
    paths: [...new Set(places.map(({ path }) => escapePath(path)))].toSorted(),
  };
}

interface Row {
  readonly key: string;
  readonly thread: string;
  readonly path: Uint8Array;
  readonly states: Set<StateId>;
}

function note(rows: Map<string, Row>, thread: string, { path, state }: Place): void {
  const key = `${thread} ${escapePath(path)}`;
  const row = rows.get(key) ?? { key, thread, path, states: new Set() };
  row.states.add(state);
  rows.set(key, row);
}

/** For each carrier that holds the content, the threads whose newest state descends from it: their refs move. */
async function findThreads(
  workspace: Workspace,
  places: readonly Place[],
): Promise<ReadonlyMap<ObjectId, ReadonlySet<string>>> {
  const wanted = new Set(places.map(({ carrier }) => carrier));
  const threads = new Map<ObjectId, Set<string>>();
  const graph = await listCarriers(workspace);
  for (const [ref, head] of await keptHeads(workspace)) {
    const below = carriersBelow(graph, [head]);
    // The head of a dropped thread is the last, and says which it was.
    const thread = ref.startsWith(THREAD_REFS) ? ref.slice(THREAD_REFS.length) : below.at(-1)?.state.thread;
    if (thread === undefined) continue;
    for (const { commit } of below) {
      if (!wanted.has(commit)) continue;
      const reaching = threads.get(commit) ?? new Set();
      threads.set(commit, reaching.add(thread));
    }
  }
  return threads;
}
