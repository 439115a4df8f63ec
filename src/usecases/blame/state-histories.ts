import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readStateGraph, type KnownStates, type StateGraph } from './known-states.ts';
import { FILES_DIRECTORY } from './places.ts';

/** What a carrier, or a commit like one, is followed with. */
export interface StateHistory {
  /** Parents that stand in: where a thread begins, its base as a carrier would hold it. */
  readonly parents: ReadonlyMap<ObjectId, readonly ObjectId[]>;
  /** The commit behind each of those. */
  readonly bases: ReadonlyMap<ObjectId, ObjectId>;
}

/** Where the histories of carriers end, and Git's own begins. */
export class StateHistories {
  readonly #workspace: Workspace;
  readonly #tracer: LineTracer;
  readonly #states: KnownStates;
  readonly #known = new Map<ObjectId, Promise<StateHistory>>();
  readonly #graphs = new Map<StateGraph, Promise<StateHistory>>();

  constructor(workspace: Workspace, tracer: LineTracer, states: KnownStates) {
    this.#workspace = workspace;
    this.#tracer = tracer;
    this.#states = states;
  }

  /** What the lines of a carrier's files are followed with. */
  of(carrier: ObjectId): Promise<StateHistory> {
    const known = this.#known.get(carrier) ?? this.#readHistory(carrier);
    this.#known.set(carrier, known);
    return known;
  }

  async #readHistory(carrier: ObjectId): Promise<StateHistory> {
    const all = await this.#states.graph();
    const graph = all.carriers.has(carrier) ? all : await readStateGraph(this.#workspace, [carrier]);
    const known = this.#graphs.get(graph) ?? this.#readRoots(graph);
    this.#graphs.set(graph, known);
    return known;
  }

  async #readRoots({ carriers }: StateGraph): Promise<StateHistory> {
    const parents = new Map<ObjectId, readonly ObjectId[]>();
    const bases = new Map<ObjectId, ObjectId>();
    for (const { commit, parents: states, gitParents } of carriers.values()) {
      const base = states.length > 0 ? undefined : await this.begin(gitParents[0] ?? null);
      if (base === undefined) continue;
      parents.set(commit, [base.commit]);
      bases.set(...base.pair);
    }
    return { parents, bases };
  }

  /** The commit that a thread began from, as a carrier would hold it: git then need not guess where files went. */
  async begin(
    base: ObjectId | null,
  ): Promise<{ readonly commit: ObjectId; readonly pair: readonly [ObjectId, ObjectId] } | undefined> {
    if (base === null) return undefined;
    const tree = await this.#workspace.revisions.commitTree(base);
    const commit = await this.#tracer.makeCommit(await this.#tracer.nestTree(FILES_DIRECTORY, tree), []);
    return { commit, pair: [commit, base] };
  }
}
