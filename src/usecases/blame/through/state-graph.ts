import { utf8 } from '#domain/encoding/bytes.ts';
import { instantMilliseconds } from '#domain/time.ts';
import type { HistoryCommit, LineTracer } from '#ports/line-origins.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { entryNamed } from '#usecases/manifest/entry-named.ts';
import { carriersFrom } from '#usecases/states/list-carriers.ts';
import {
  lookUpCarriers,
  readKnownStates,
  type CarriedState,
  type KnownCarrier,
} from '#usecases/states/read-state.ts';
import { readFirstStates } from '#usecases/states/read-first-states.ts';
import { listThreadRecords } from '#usecases/threads/record/thread-records.ts';

/** A carrier as far as lines are followed through it. Its state was not read: only those are whose lines are shown. */
export interface GraphState {
  readonly commit: ObjectId;
  /** When it was captured, in seconds since 1970. */
  readonly at: number;
  /** Tree of the files. */
  readonly files: ObjectId;
  /** The carriers among its parents. */
  readonly parents: readonly ObjectId[];
  /** The other ones: commits of Git's history that it grew from. */
  readonly gitParents: readonly ObjectId[];
  /** All of them, in the carrier's order. */
  readonly links: readonly ObjectId[];
  /** Entries of its tree. */
  readonly rows: readonly TreeEntry[];
}

/** The states that some carriers reach, by carrier; parents before children. */
export type StateGraph = ReadonlyMap<ObjectId, GraphState>;

/** What is remembered of a carrier; undefined for nothing. */
export type CarrierMemory = (carrier: ObjectId) => KnownCarrier | undefined;

/** What was found of carriers: each is looked at once. */
export class StateGraphs {
  readonly #workspace: Workspace;
  readonly #tracer: LineTracer;
  readonly #memory: CarrierMemory;
  readonly #lookedUp = new Map<ObjectId, KnownCarrier>();
  #known: StateGraph = new Map();

  /** @param memory what was found of carriers before. */
  constructor(workspace: Workspace, tracer: LineTracer, memory: CarrierMemory) {
    this.#workspace = workspace;
    this.#tracer = tracer;
    this.#memory = memory;
  }

  /** Carriers, in order; throws `OBJECT_CORRUPT`. Such as were not met on the way are looked up. */
  async find(carriers: readonly ObjectId[]): Promise<readonly KnownCarrier[]> {
    const missing = carriers.filter((carrier) => this.#met(carrier) === undefined);
    for (const known of await lookUpCarriers(this.#workspace, missing))
      this.#lookedUp.set(known.carrier, known);
    return carriers.flatMap((carrier) => this.#met(carrier) ?? []);
  }

  #met(carrier: ObjectId): KnownCarrier | undefined {
    const state = this.#known.get(carrier);
    if (state !== undefined) return { carrier, gitParents: state.links, rows: state.rows };
    return this.#lookedUp.get(carrier) ?? this.#memory(carrier);
  }

  /** States that carriers hold, in order; throws `OBJECT_CORRUPT`. */
  async readStates(carriers: readonly ObjectId[]): Promise<readonly CarriedState[]> {
    return readKnownStates(this.#workspace, await this.find(carriers));
  }

  /** A graph in which all of these carriers are that reach states; there may be more in it. */
  async read(heads: readonly ObjectId[]): Promise<StateGraph> {
    if (heads.every((head) => this.#known.has(head))) return this.#known;
    const found = await readStateGraph(this.#workspace, heads, {
      tracer: this.#tracer,
      memory: this.#memory,
    });
    this.#known = new Map([...this.#known, ...found]);
    return this.#known;
  }
}

/**
 * Finds the states that carriers reach. Git tells the commits, their trees tell which of them are carriers, and the
 * first state of each thread is read: it must be one without parents. Where that does not come out, because a branch
 * reaches what is no branch's or something else stands among the carriers, every state is read.
 */
async function readStateGraph(
  workspace: Workspace,
  heads: readonly ObjectId[],
  { tracer, memory }: { readonly tracer: LineTracer; readonly memory: CarrierMemory },
): Promise<StateGraph> {
  const walked = await tracer.walk(heads, await rememberedBases(workspace));
  const graph = await walkStates(workspace, heads, { walked, memory });
  return graph ?? readEveryState(workspace, heads);
}

async function walkStates(
  workspace: Workspace,
  heads: readonly ObjectId[],
  { walked, memory }: { readonly walked: readonly HistoryCommit[]; readonly memory: CarrierMemory },
): Promise<StateGraph | undefined> {
  const unknown = walked.filter(({ commit }) => memory(commit) === undefined);
  const trees = await workspace.objects.readTrees(unknown.map(({ tree }) => tree));
  const read = new Map(unknown.map(({ commit }, index) => [commit, trees[index] ?? []]));
  const files = new Map(
    walked.flatMap(({ commit }) => {
      const rows = memory(commit)?.rows ?? read.get(commit) ?? [];
      const id = filesOfCarrier(rows);
      return id === undefined ? [] : [[commit, { id, rows }] as const];
    }),
  );
  const known = new Set(walked.map(({ commit }) => commit));
  if (!heads.every((head) => known.has(head))) return undefined;
  const reached = new Set(heads);
  const states: GraphState[] = [];
  for (const { commit, at, parents } of walked) {
    const found = files.get(commit);
    if (found === undefined || !reached.has(commit)) continue;
    const carriers = parents.filter((parent) => files.has(parent));
    for (const parent of carriers) reached.add(parent);
    const gitParents = parents.filter((parent) => !files.has(parent));
    states.push({
      commit,
      at,
      files: found.id,
      parents: carriers,
      gitParents,
      links: parents,
      rows: found.rows,
    });
  }
  const firsts = states.filter(({ parents }) => parents.length === 0).map(({ commit }) => commit);
  if (!(await readFirstStates(workspace, firsts)).every((isFirst) => isFirst)) return undefined;
  return new Map(states.toReversed().map((state) => [state.commit, state]));
}

async function readEveryState(workspace: Workspace, heads: readonly ObjectId[]): Promise<StateGraph> {
  const carriers = await carriersFrom(workspace, heads);
  return new Map(
    carriers.map(({ commit, state, files, parents, gitParents, rows }) => [
      commit,
      {
        commit,
        at: Math.floor(instantMilliseconds(state.capturedAt) / 1000),
        files,
        parents,
        gitParents: gitParents.slice(parents.length),
        links: gitParents,
        rows,
      },
    ]),
  );
}

function filesOfCarrier(rows: readonly TreeEntry[]): ObjectId | undefined {
  const files = entryNamed(rows, FILES);
  const isCarrier =
    files?.mode === '40000' &&
    entryNamed(rows, STATE) !== undefined &&
    entryNamed(rows, MANIFEST)?.mode === '40000';
  return isCarrier ? files.id : undefined;
}

const [FILES, STATE, MANIFEST] = [utf8('files'), utf8('state.json'), utf8('manifest')];

/** Where Git's own history begins, as far as this clone remembers: what is not remembered costs time, and no answer. */
async function rememberedBases(workspace: Workspace): Promise<readonly ObjectId[]> {
  const records = await listThreadRecords(workspace);
  return [...new Set(records.flatMap(({ base }) => (base === null ? [] : [base])))];
}

/** For each carrier the commits of Git's history that it grew from; none where it began from nothing. */
export function basesOf(graph: StateGraph): ReadonlyMap<ObjectId, ReadonlySet<ObjectId>> {
  const bases = new Map<ObjectId, ReadonlySet<ObjectId>>();
  for (const { commit, parents, gitParents } of graph.values()) {
    const [first, ...others] = parents;
    // A set of their own for a hundred thousand states of one thread would be a hundred thousand sets.
    const inherited = first === undefined ? NONE : (bases.get(first) ?? NONE);
    const added = [...gitParents, ...others.flatMap((parent) => [...(bases.get(parent) ?? NONE)])];
    const isSame = added.every((base) => inherited.has(base));
    bases.set(commit, isSame ? inherited : new Set([...inherited, ...added]));
  }
  return bases;
}

const NONE: ReadonlySet<ObjectId> = new Set();

/** Shorter histories are followed by one git. */
const SHORTEST_PART = 64;
const MOST_PARTS = 2;

/**
 * States of the first line of parents that cut a history: the one whose lines are remembered, else such as make parts of
 * about one size.
 */
export function cutsOf(
  graph: StateGraph,
  head: ObjectId,
  remembered: ObjectId | undefined,
): readonly ObjectId[] {
  const chain: ObjectId[] = [];
  for (let id: ObjectId | undefined = head; id !== undefined; id = graph.get(id)?.parents[0]) chain.push(id);
  const parts = Math.min(MOST_PARTS, Math.floor(chain.length / SHORTEST_PART));
  const at = remembered === undefined ? 0 : chain.indexOf(remembered);
  // Parts are followed at the same time: one that is longer than half of all gains nothing.
  if (remembered !== undefined && at > 0 && (parts < 2 || at * 2 <= chain.length)) return [remembered];
  return Array.from({ length: Math.max(0, parts - 1) }, (_, part) =>
    chain.slice(Math.floor((chain.length * (part + 1)) / parts), undefined),
  ).flatMap(([id]) => (id === undefined ? [] : [id]));
}
