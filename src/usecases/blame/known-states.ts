import { instantMilliseconds } from '#domain/time.ts';
import type { FileChange, LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { carriersFrom, type Carrier } from '#usecases/states/list-carriers.ts';
import { keptHeads } from '#usecases/states/walk-states.ts';
import { belowFiles, type DatedFile } from './places.ts';

/** Threads whose newest states are compared with a commit. */
const MOST_THREADS = 16;
/** Further states that are, those of about its time. */
const MOST_NEAR = 12;
/** States that changed one file, beyond which older ones are not looked at. */
const MOST_CHANGES = 20_000;

/**
 * The order in which states are asked: the newest of each thread first, which nearly always tell, and are few; then
 * what was there at the commit's own time.
 */
export const WITNESS_TIERS = ['newest', 'near'] as const;
export type WitnessTier = (typeof WITNESS_TIERS)[number];

/** The states of some heads, and what each of them began from. */
export interface StateGraph {
  /** Parents before children. */
  readonly carriers: ReadonlyMap<ObjectId, Carrier>;
  /** For each carrier the commits of Git's history that it grew from; none where it began from nothing. */
  readonly bases: ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>;
}

/** Reads all states that the carriers reach. */
export async function readStateGraph(workspace: Workspace, heads: readonly ObjectId[]): Promise<StateGraph> {
  const carriers = await carriersFrom(workspace, heads);
  const bases = new Map<ObjectId, ReadonlySet<ObjectId>>();
  for (const { commit, parents, gitParents } of carriers) {
    const [first, ...others] = parents;
    // A set of their own for a hundred thousand states of one thread would be a hundred thousand sets.
    const inherited = first === undefined ? new Set(gitParents) : (bases.get(first) ?? NONE);
    const added = others.flatMap((parent) => [...(bases.get(parent) ?? NONE)]);
    bases.set(
      commit,
      added.every((base) => inherited.has(base)) ? inherited : new Set([...inherited, ...added]),
    );
  }
  return { carriers: new Map(carriers.map((carrier) => [carrier.commit, carrier])), bases };
}

const NONE: ReadonlySet<ObjectId> = new Set();

interface Standing {
  readonly heads: readonly ObjectId[];
  readonly graph: StateGraph;
}

/** The states of this clone as the places that lines of Git's history may have come from. */
export class KnownStates {
  readonly #workspace: Workspace;
  readonly #tracer: LineTracer;
  #read: Promise<Standing> | undefined;
  readonly #changes = new Map<string, Promise<readonly FileChange[]>>();

  constructor(workspace: Workspace, tracer: LineTracer) {
    this.#workspace = workspace;
    this.#tracer = tracer;
  }

  /**
   * For each file of a commit the states in which lines that the commit brought into it may stand: such as changed a
   * file of that name, else the newest of each thread. Never one that grew from the commit.
   */
  async candidates(files: readonly DatedFile[], tier: WitnessTier): Promise<readonly (readonly Carrier[])[]> {
    const { graph } = await this.#states();
    const named: (readonly ObjectId[])[] = [];
    for (const file of files) named.push(await this.#named(file, tier));
    const grown = await this.#grown(
      files.map(({ commit }) => commit),
      new Set(named.flat()),
    );
    return files.map(({ commit }, index) =>
      (named[index] ?? []).flatMap((id) => {
        const carrier = graph.carriers.get(id);
        const bases = [...(graph.bases.get(id) ?? NONE)];
        const grew = bases.some((base) => grown.get(base)?.has(commit) === true);
        return carrier === undefined || grew ? [] : [carrier];
      }),
    );
  }

  /** Tells whether some state has this very content at the path. */
  async hold(path: Uint8Array, blob: ObjectId): Promise<boolean> {
    return (await this.#changed(path)).some((change) => change.blob === blob);
  }

  /** What carriers began from, of all threads. */
  async graph(): Promise<StateGraph> {
    return (await this.#states()).graph;
  }

  #states(): Promise<Standing> {
    this.#read ??= this.#readAll();
    return this.#read;
  }

  async #readAll(): Promise<Standing> {
    const heads = [...new Set((await keptHeads(this.#workspace)).values())];
    return { heads, graph: await readStateGraph(this.#workspace, heads) };
  }

  async #named({ path, blob, at }: DatedFile, tier: WitnessTier): Promise<readonly ObjectId[]> {
    const { heads, graph } = await this.#states();
    const changed = await this.#changed(path);
    const carriers = changed.flatMap(({ commit }) => graph.carriers.get(commit) ?? []);
    if (tier === 'newest') {
      const named = carriers.length > 0 ? newestOfThreads(carriers) : newest(heads, graph);
      return named.slice(0, MOST_THREADS);
    }
    const same = changed.filter((change) => change.blob === blob).map(({ commit }) => commit);
    // One that has the very file takes all of its lines.
    return same.length > 0 ? same.slice(0, 1) : nearest(carriers, at);
  }

  #changed(path: Uint8Array): Promise<readonly FileChange[]> {
    const key = rawKey(path);
    const known = this.#changes.get(key) ?? this.#readChanges(path);
    this.#changes.set(key, known);
    return known;
  }

  async #readChanges(path: Uint8Array): Promise<readonly FileChange[]> {
    const { heads, graph } = await this.#states();
    const without = new Set([...graph.bases.values()].flatMap((bases) => [...bases]));
    return this.#tracer.changes({
      heads,
      without: [...without],
      path: belowFiles(path),
      most: MOST_CHANGES,
    });
  }

  /** For each commit that states grew from those of the given commits that it has among its ancestors. */
  async #grown(
    commits: readonly ObjectId[],
    carriers: ReadonlySet<ObjectId>,
  ): Promise<ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>> {
    const { graph } = await this.#states();
    const bases = new Set([...carriers].flatMap((carrier) => [...(graph.bases.get(carrier) ?? NONE)]));
    const grown = new Map<ObjectId, ReadonlySet<ObjectId>>();
    for (const base of bases) grown.set(base, await this.#tracer.ancestors(commits, base));
    return grown;
  }
}

function newest(heads: readonly ObjectId[], { carriers }: StateGraph): readonly ObjectId[] {
  const time = (head: ObjectId): string => carriers.get(head)?.state.capturedAt ?? '';
  return heads.toSorted((a, b) => (time(a) < time(b) ? 1 : -1));
}

function newestOfThreads(carriers: readonly Carrier[]): readonly ObjectId[] {
  const threads = new Map<string, ObjectId>();
  for (const { commit, state } of carriers) {
    if (!threads.has(state.thread)) threads.set(state.thread, commit);
  }
  return [...threads.values()];
}

/** Those of about a time, the nearest first. */
function nearest(carriers: readonly Carrier[], at: number): readonly ObjectId[] {
  const distance = ({ state }: Carrier): number => Math.abs(instantMilliseconds(state.capturedAt) - at);
  return carriers
    .toSorted((a, b) => distance(a) - distance(b))
    .slice(0, MOST_NEAR)
    .map(({ commit }) => commit);
}
