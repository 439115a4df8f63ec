import type { ObjectId } from '#ports/objects.ts';
import type { StateFacts } from '#usecases/history/state-facts.ts';
import { rawBytes, rawKey } from '#usecases/manifest/change-tree.ts';
import type { KnownCarrier } from '#usecases/states/read-state.ts';

/*
 * What is remembered of states, as JSON: `shared` is what many of them have in common, `states` a row for each: its
 * carrier, the parents of that, ids of what its tree holds, the state's own fields, and the number of the shared ones. No
 * text of a state, no path and no content is in it: a removal has nothing to look for here.
 */

/** A state that was told. */
export interface ToldState {
  readonly known: KnownCarrier;
  readonly facts: StateFacts;
}

type Own = Pick<StateFacts, 'state' | 'tree' | 'capturedAt' | 'parents'>;
type Shared = Omit<StateFacts, keyof Own> & {
  /** Mode and name of each entry of the carrier's tree. */
  readonly entries: readonly (readonly [string, string])[];
};

/** Arrays are read several times as fast as objects. */
type Row = readonly [
  carrier: ObjectId,
  gitParents: readonly ObjectId[],
  ids: readonly ObjectId[],
  state: Own['state'],
  tree: Own['tree'],
  capturedAt: Own['capturedAt'],
  parents: Own['parents'],
  shared: number,
];

interface Told {
  readonly shared: readonly Shared[];
  readonly states: readonly Row[];
}

/** What a state's own tree holds; one with anything else is not remembered. */
const OWN_ENTRY = /^[a-z]+(?:\.json)?$/;

export function isPlain({ rows }: KnownCarrier): boolean {
  return rows.every(({ name }) => OWN_ENTRY.test(rawKey(name)));
}

export function formatTold(told: Iterable<ToldState>): string {
  const numbers = new Map<string, number>();
  const shared: Shared[] = [];
  const states = Array.from(told, ({ known: { carrier, gitParents, rows }, facts }): Row => {
    const { state, tree, capturedAt, parents, ...rest } = facts;
    const many = { ...rest, entries: rows.map(({ mode, name }) => [mode, rawKey(name)] as const) };
    const key = JSON.stringify(many);
    const number = numbers.get(key) ?? shared.push(many) - 1;
    numbers.set(key, number);
    return [carrier, gitParents, rows.map(({ id }) => id), state, tree, capturedAt, parents, number];
  });
  return JSON.stringify({ shared, states } satisfies Told);
}

/** Reads what this home wrote: its seal was looked at before. */
export function parseTold(text: string): ReadonlyMap<ObjectId, ToldState> {
  const { shared, states } = JSON.parse(text) as Told;
  const common = shared.map(({ entries, ...rest }) => ({
    rest,
    entries: entries.map(([mode, name]) => ({ mode, name: rawBytes(name) })),
  }));
  const told = new Map<ObjectId, ToldState>();
  for (const [carrier, gitParents, ids, state, tree, capturedAt, parents, number] of states) {
    const many = common[number];
    if (many === undefined) continue;
    const rows = many.entries.map(({ mode, name }, index) => ({ mode, name, id: ids[index] ?? '' }));
    const facts = { state, tree, capturedAt, parents, ...many.rest };
    told.set(carrier, { known: { carrier, gitParents, rows }, facts });
  }
  return told;
}
