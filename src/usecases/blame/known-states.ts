import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { carriersFrom, type Carrier } from '#usecases/states/list-carriers.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';
import { belowFiles, type CommitFile } from './places.ts';

/** States that are compared with one commit, at most. */
const MOST_CANDIDATES = 48;
/** Threads that are, where no state changed a file of that name. */
const MOST_THREADS = 16;

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
  readonly #changes = new Map<string, readonly ObjectId[]>();

  constructor(workspace: Workspace, tracer: LineTracer) {
    this.#workspace = workspace;
    this.#tracer = tracer;
  }

  /**
   * For each file of a commit the states in which lines that the commit brought into it may stand, the newest first:
   * those that changed a file of that name, else the newest of each thread. Never one that grew from the commit.
   */
  async candidates(files: readonly CommitFile[]): Promise<readonly (readonly Carrier[])[]> {
    const { heads, graph } = await this.#states();
    if (heads.length === 0) return files.map(() => []);
    const named: (readonly ObjectId[])[] = [];
    for (const { path } of files) named.push(await this.#named(path));
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

  #states(): Promise<Standing> {
    this.#read ??= this.#readAll();
    return this.#read;
  }

  async #readAll(): Promise<Standing> {
    const heads = [...new Set((await threadHeads(this.#workspace)).values())];
    return { heads, graph: await readStateGraph(this.#workspace, heads) };
  }

  async #named(path: Uint8Array): Promise<readonly ObjectId[]> {
    const key = rawKey(path);
    const known = this.#changes.get(key);
    if (known !== undefined) return known;
    const { heads, graph } = await this.#states();
    const without = new Set([...graph.bases.values()].flatMap((bases) => [...bases]));
    const most = MOST_CANDIDATES;
    const changed = await this.#tracer.changes({
      heads,
      without: [...without],
      path: belowFiles(path),
      most,
    });
    const named = changed.length > 0 ? changed : newest(heads, graph).slice(0, MOST_THREADS);
    this.#changes.set(key, named);
    return named;
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
