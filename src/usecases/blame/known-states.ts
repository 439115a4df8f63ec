import { instantMilliseconds } from '#domain/time.ts';
import { likeliestSource, newestFirst } from '#domain/state/likeliest-source.ts';
import type { State } from '#domain/state/state.ts';
import type { FileChange, LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readBareStates } from '#usecases/states/read-first-states.ts';
import { keptHeads } from '#usecases/states/walk-states.ts';
import type { LineMemory } from './memory/line-memory.ts';
import { ChangedFiles } from './changed-files.ts';
import type { CommitFile, DatedFile } from './places.ts';
import { StandIns } from './through/stand-ins.ts';
import { basesOf, type StateGraph, type StateGraphs } from './through/state-graph.ts';

/** Threads whose newest states are compared with a commit. */
const MOST_THREADS = 16;
/** Further states that are, those of about its time. */
const MOST_NEAR = 12;
/** States with the very same file among which the newest is looked for. */
const MOST_SAME = 8;

/**
 * The order in which states are asked: the newest of each thread first, which nearly always tell, and are few; then
 * what was there at the commit's own time.
 */
export const WITNESS_TIERS = ['newest', 'near'] as const;
export type WitnessTier = (typeof WITNESS_TIERS)[number];

type Ancestors = ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>;

type Bases = ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>;

interface Standing {
  readonly heads: readonly ObjectId[];
  readonly graph: StateGraph;
  readonly bases: Bases;
  readonly standIns: StandIns;
}

/** A state that changed a file. */
interface Changer {
  readonly commit: ObjectId;
  readonly state: State;
}

/** The states of this clone as the places that lines of Git's history may have come from. */
export class KnownStates {
  readonly #workspace: Workspace;
  readonly #tracer: LineTracer;
  readonly #memory: LineMemory | null;
  #read: Promise<Standing> | undefined;
  readonly #graphs: StateGraphs;
  readonly #changed: ChangedFiles;
  readonly #grown = new Map<string, Promise<Ancestors>>();
  #expected: ReadonlySet<ObjectId> = NONE;

  constructor(
    workspace: Workspace,
    {
      tracer,
      graphs,
      memory,
    }: {
      readonly tracer: LineTracer;
      readonly graphs: StateGraphs;
      /** Null where nothing is remembered. */
      readonly memory: LineMemory | null;
    },
  ) {
    this.#workspace = workspace;
    this.#memory = memory;
    this.#tracer = tracer;
    this.#graphs = graphs;
    this.#changed = new ChangedFiles(tracer, async () => {
      const { heads, bases } = await this.#begun();
      return { heads, without: [...new Set(heads.flatMap((head) => [...(bases.get(head) ?? NONE)]))] };
    });
  }

  /** Looks up for many files at once what will be asked of each: no history is walked for every one of them. */
  expect(files: readonly CommitFile[]): void {
    this.#expected = new Set(files.map(({ commit }) => commit));
    this.#changed.expect(files.map(({ path }) => path));
  }

  /** The states that changed a file of this path, newest first. */
  changesOf(path: Uint8Array): Promise<readonly FileChange[]> {
    return this.#changed.at(path);
  }

  /**
   * For each file of a commit the states in which lines that the commit brought into it may stand: such as changed a
   * file of that name, else the newest of each thread. Never one that grew from the commit.
   */
  async candidates(
    files: readonly DatedFile[],
    tier: WitnessTier,
  ): Promise<readonly (readonly ObjectId[])[]> {
    const { bases, heads } = await this.#begun();
    const grown = await this.grownFrom(new Set(files.map(({ commit }) => commit)));
    const grewFrom = (from: Bases, carrier: ObjectId, commit: ObjectId): boolean =>
      [...(from.get(carrier) ?? NONE)].some((base) => grown.get(base)?.has(commit) === true);
    const named: (readonly ObjectId[])[] = [];
    for (const file of files) {
      // Nothing is looked for where nobody could tell: so it is of files that no thread changed since.
      const nobody = heads.every((head) => grewFrom(bases, head, file.commit));
      const carriers = nobody ? [] : await this.#named(file, tier);
      const all = nobody ? bases : (await this.#states()).bases;
      named.push(carriers.filter((carrier) => !grewFrom(all, carrier, file.commit)));
    }
    return named;
  }

  /** What the commits that threads began from have among their ancestors; others than the asked may be named, too. */
  async grownFrom(commits: ReadonlySet<ObjectId>): Promise<Ancestors> {
    const { heads, bases } = await this.#begun();
    const begun = [...new Set(heads.flatMap((head) => [...(bases.get(head) ?? NONE)]))];
    const isExpected = [...commits].every((commit) => this.#expected.has(commit));
    const asked = [...(isExpected ? this.#expected : commits)];
    const key = asked.toSorted().join();
    const known = this.#grown.get(key) ?? this.#tracer.ancestors(asked, begun);
    this.#grown.set(key, known);
    return known;
  }

  /** Tells whether some state has this very content at the path. */
  async hold(path: Uint8Array, blob: ObjectId): Promise<boolean> {
    return (await this.changesOf(path)).some((change) => change.blob === blob);
  }

  /** What stands for the states that lines are looked for in. */
  async standIns(): Promise<StandIns> {
    return (await this.#states()).standIns;
  }

  /** What the newest states of threads grew from: no state is read where that is remembered of each. */
  async #begun(): Promise<Pick<Standing, 'heads' | 'bases'>> {
    const heads = await this.#heads();
    const bases = this.#read === undefined ? this.#memory?.basesOf(heads) : undefined;
    return bases === undefined ? this.#states() : { heads, bases };
  }

  #states(): Promise<Standing> {
    this.#read ??= this.#readAll();
    return this.#read;
  }

  async #heads(): Promise<readonly ObjectId[]> {
    return [...new Set((await keptHeads(this.#workspace)).values())];
  }

  async #readAll(): Promise<Standing> {
    const heads = await this.#heads();
    const graph = await this.#graphs.read(heads);
    const standIns = new StandIns(this.#workspace, { tracer: this.#tracer, graph, cuts: new Set() });
    const bases = basesOf(graph);
    await this.#memory?.keepBases(heads, bases);
    return { heads: heads.filter((head) => graph.has(head)), graph, bases, standIns };
  }

  async #named({ path, blob, at }: DatedFile, tier: WitnessTier): Promise<readonly ObjectId[]> {
    const { heads } = await this.#states();
    const changed = await this.changesOf(path);
    // One that has the very file takes all of its lines.
    const same = changed.filter((change) => change.blob === blob).map(({ commit }) => commit);
    if (tier === 'newest') {
      const source = likeliestSource(await this.#readChangers(same.slice(0, MOST_SAME)), at);
      const changers = await this.#readChangers(changed.map(({ commit }) => commit));
      const named = changers.length > 0 ? newestOfThreads(changers) : newest(await this.#readChangers(heads));
      return [
        ...new Set([...(source === undefined ? [] : [source.commit]), ...named.slice(0, MOST_THREADS)]),
      ];
    }
    return same.length > 0 ? [] : nearest(await this.#readChangers(changed.map(({ commit }) => commit)), at);
  }

  async #readChangers(carriers: readonly ObjectId[]): Promise<readonly Changer[]> {
    const { graph } = await this.#states();
    const known = carriers.filter((carrier) => graph.has(carrier));
    const states = await readBareStates(this.#workspace, known);
    return known.flatMap((commit, index) => {
      const state = states[index];
      return state === undefined ? [] : [{ commit, state }];
    });
  }
}

const NONE: ReadonlySet<ObjectId> = new Set();

function newest(changers: readonly Changer[]): readonly ObjectId[] {
  return newestFirst(changers).map(({ commit }) => commit);
}

function newestOfThreads(changers: readonly Changer[]): readonly ObjectId[] {
  const threads = new Map<string, ObjectId>();
  for (const { commit, state } of changers) {
    if (!threads.has(state.thread)) threads.set(state.thread, commit);
  }
  return [...threads.values()];
}

/** Those of about a time, the nearest first. */
function nearest(changers: readonly Changer[], at: number): readonly ObjectId[] {
  const distance = ({ state }: Changer): number => Math.abs(instantMilliseconds(state.capturedAt) - at);
  return changers
    .toSorted((a, b) => distance(a) - distance(b))
    .slice(0, MOST_NEAR)
    .map(({ commit }) => commit);
}
