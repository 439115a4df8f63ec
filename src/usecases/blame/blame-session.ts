import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { factsOf, type StateFacts } from '#usecases/history/state-facts.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { BlameStart } from './blame-start.ts';
import { LineMemory } from './memory/line-memory.ts';
import { StateMemory } from './memory/state-memory.ts';
import { LineFollower, type FollowOptions, type ToldOfStates } from './follow-lines.ts';
import type { FollowedLine, FoundLine } from './places.ts';

export interface BlameSessionOptions extends Pick<FollowOptions, 'ignoreWhitespace' | 'view'> {
  readonly tells: ToldOfStates;
  readonly start: BlameStart;
  /** What it was named: null for the work tree. */
  readonly at: string | null;
  /** The one file that is asked about, once; left out where it is many. */
  readonly path?: Uint8Array;
}

/** One version of the files, about whose lines many questions are asked. */
export class BlameSession {
  readonly start: BlameStart;
  readonly tracer: LineTracer;
  readonly #follower: LineFollower;
  readonly #factsOf: (carried: CarriedState) => StateFacts;
  readonly #states: StateMemory | undefined;

  private constructor(
    { start, tracer }: Pick<BlameSession, 'start' | 'tracer'>,
    ground: {
      readonly follower: LineFollower;
      readonly factsOf: (carried: CarriedState) => StateFacts;
      readonly states: StateMemory | undefined;
    },
  ) {
    this.start = start;
    this.tracer = tracer;
    this.#follower = ground.follower;
    this.#factsOf = ground.factsOf;
    this.#states = ground.states;
  }

  /** Opens what was found, with the workspace that reads it, for as long as `work` takes. */
  static async use<T>(
    workspace: Workspace,
    { start, ...options }: BlameSessionOptions,
    work: (session: BlameSession) => Promise<T>,
  ): Promise<T> {
    const { path, ignoreWhitespace, at, view } = options;
    const memory =
      path === undefined ? undefined : await LineMemory.open(workspace, { path, ignoreWhitespace, at });
    const states = await StateMemory.open(workspace, view);
    const tracer = await workspace.lineTracers.open();
    try {
      const follower = new LineFollower(workspace, tracer, {
        ...options,
        oneFile: path !== undefined,
        memory,
        states,
      });
      const ground = { follower, factsOf: (one: CarriedState) => factsOf(workspace, one, view), states };
      const result = await work(new BlameSession({ start, tracer }, ground));
      await memory?.write();
      await states?.write();
      return result;
    } finally {
      await tracer.close();
    }
  }

  /** Where lines of a file came in, in their order. Throws `NOT_FOUND` where there is no such file or line. */
  async follow(path: Uint8Array, lines: readonly FollowedLine[]): Promise<readonly FoundLine[]> {
    if (lines.length === 0) return [];
    const found = await this.#from(path, lines);
    return found.toSorted((a, b) => a.line - b.line);
  }

  /** The states of lines that were followed, by their carriers, in order. Throws `OBJECT_CORRUPT`. */
  async readStates(carriers: readonly ObjectId[]): Promise<readonly CarriedState[]> {
    const states = await this.#follower.readStates(carriers);
    const known = await this.#follower.findCarriers(carriers);
    for (const [index, carried] of states.entries()) {
      const carrier = known[index];
      if (carrier !== undefined) this.#states?.keep({ known: carrier, facts: this.#factsOf(carried) });
    }
    return states;
  }

  /** Who made them, from memory where it is known, by carrier. Throws `OBJECT_CORRUPT`. */
  async factsOf(carriers: readonly ObjectId[]): Promise<ReadonlyMap<ObjectId, StateFacts>> {
    const told = new Map(carriers.map((carrier) => [carrier, this.#states?.of(carrier)?.facts]));
    const read = await this.readStates(carriers.filter((carrier) => told.get(carrier) === undefined));
    for (const carried of read) told.set(carried.carrier, this.#factsOf(carried));
    return new Map([...told].flatMap(([carrier, facts]) => (facts === undefined ? [] : [[carrier, facts]])));
  }

  #from(path: Uint8Array, lines: readonly FollowedLine[]): Promise<readonly FoundLine[]> {
    const { start } = this;
    switch (start.kind) {
      case 'state':
        return this.#follower.followState({ commit: start.commit, path }, lines);
      case 'commit':
        return this.#follower.followCommit({ commit: start.commit, path }, lines);
      case 'uncaptured':
        return this.#follower.followUncaptured({ files: start.files, path }, start.from, lines);
    }
  }
}

/** Lines as they stand in the asked file. */
export function linesAsked(first: number, last: number): readonly FollowedLine[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => ({
    line: first + index,
    at: first + index,
    through: [],
    exact: true,
  }));
}
