import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { StateGraph } from './state-graph.ts';

/** Where a stand-in without parents leads on. */
export type GoesOn =
  /** A thread began there: from here on it is Git's own history. */
  | { readonly kind: 'base'; readonly commit: ObjectId }
  /** The history was cut, and a question about this carrier is asked at the same time. */
  | { readonly kind: 'cut'; readonly carrier: ObjectId }
  /** These are a state's files, which is asked about by itself. */
  | { readonly kind: 'state'; readonly carrier: ObjectId };

/**
 * Commits that stand for carriers where git is asked about lines: of the files alone, so that paths are those of the
 * work tree, and nothing beside the files is ever taken for where a line came from. A thread's history ends with the
 * files of the commit that it began from.
 */
export class StandIns {
  readonly #workspace: Workspace;
  readonly #tracer: LineTracer;
  readonly #graph: StateGraph;
  readonly #cuts: ReadonlySet<ObjectId>;
  readonly #made = new Map<ObjectId, ObjectId>();
  readonly #carriers = new Map<ObjectId, ObjectId>();
  readonly #ends = new Map<ObjectId, GoesOn>();
  readonly #bases = new Map<ObjectId, Promise<ObjectId>>();

  /** @param cuts carriers at whose children the history is cut. */
  constructor(
    workspace: Workspace,
    { tracer, graph, cuts }: Pick<StandIns, 'cuts' | 'graph'> & { readonly tracer: LineTracer },
  ) {
    this.#workspace = workspace;
    this.#tracer = tracer;
    this.#graph = graph;
    this.#cuts = cuts;
  }

  get graph(): StateGraph {
    return this.#graph;
  }

  get cuts(): ReadonlySet<ObjectId> {
    return this.#cuts;
  }

  /** What stands for a carrier of the graph; made with all that it reaches, at the first call. */
  async of(carrier: ObjectId): Promise<ObjectId | undefined> {
    const stack = [carrier];
    // A stack of our own: histories are longer than a call stack is deep.
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const missing = this.#made.has(id) ? [] : this.#missingParents(id);
      if (missing.length > 0) stack.push(...missing);
      else {
        stack.pop();
        await this.#make(id);
      }
    }
    return this.#made.get(carrier);
  }

  /** The files of a commit of Git's history, without what it came from. */
  base(commit: ObjectId): Promise<ObjectId> {
    const known = this.#bases.get(commit) ?? this.#makeBase(commit);
    this.#bases.set(commit, known);
    return known;
  }

  /** The files of a state, without what it came from. */
  state(carrier: ObjectId, files: ObjectId): ObjectId {
    const end = this.#tracer.makeCommit(files, [], `state ${carrier}`);
    this.#ends.set(end, { kind: 'state', carrier });
    return end;
  }

  /** The carrier that a commit stands for. */
  carrierOf(standIn: ObjectId): ObjectId | undefined {
    return this.#carriers.get(standIn);
  }

  /** Where lines go on that came to a commit; undefined for where they came in. */
  beyond(standIn: ObjectId): GoesOn | undefined {
    return this.#ends.get(standIn);
  }

  /** When the states before a carrier's were captured, the earliest, in seconds; undefined for a thread's first. */
  beganAt(carrier: ObjectId): number | undefined {
    const parents = this.#graph.get(carrier)?.parents ?? [];
    const times = parents.flatMap((parent) => this.#graph.get(parent)?.at ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #missingParents(carrier: ObjectId): readonly ObjectId[] {
    const parents = this.#graph.get(carrier)?.parents ?? [];
    return parents.filter((parent) => !this.#made.has(parent) && !this.#cuts.has(parent));
  }

  async #make(carrier: ObjectId): Promise<void> {
    const state = this.#graph.get(carrier);
    if (state === undefined || this.#made.has(carrier)) return;
    const parents: ObjectId[] = [];
    for (const parent of state.parents) parents.push(this.#cutAt(parent) ?? this.#made.get(parent) ?? '');
    for (const commit of state.gitParents) parents.push(await this.base(commit));
    const made = this.#tracer.makeCommit(state.files, parents, carrier);
    this.#made.set(carrier, made);
    this.#carriers.set(made, carrier);
  }

  #cutAt(carrier: ObjectId): ObjectId | undefined {
    const files = this.#cuts.has(carrier) ? this.#graph.get(carrier)?.files : undefined;
    if (files === undefined) return undefined;
    const end = this.#tracer.makeCommit(files, [], `end ${carrier}`);
    this.#ends.set(end, { kind: 'cut', carrier });
    return end;
  }

  async #makeBase(commit: ObjectId): Promise<ObjectId> {
    const tree = await this.#workspace.revisions.commitTree(commit);
    const end = this.#tracer.makeCommit(tree, [], `base ${commit}`);
    this.#ends.set(end, { kind: 'base', commit });
    return end;
  }
}
