import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { BlameStart } from './blame-start.ts';
import { LineMemory } from './memory/line-memory.ts';
import { LineFollower, type FollowOptions } from './follow-lines.ts';
import type { FollowedLine, FoundLine } from './places.ts';

export interface BlameSessionOptions extends Pick<FollowOptions, 'ignoreWhitespace' | 'view'> {
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

  private constructor(start: BlameStart, tracer: LineTracer, follower: LineFollower) {
    this.start = start;
    this.tracer = tracer;
    this.#follower = follower;
  }

  /** Opens what was found, with the workspace that reads it, for as long as `work` takes. */
  static async use<T>(
    workspace: Workspace,
    { start, ...options }: BlameSessionOptions,
    work: (session: BlameSession) => Promise<T>,
  ): Promise<T> {
    const { path, ignoreWhitespace, at } = options;
    const memory =
      path === undefined ? undefined : await LineMemory.open(workspace, { path, ignoreWhitespace, at });
    const tracer = await workspace.lineTracers.open();
    try {
      const follower = new LineFollower(workspace, tracer, {
        ...options,
        oneFile: path !== undefined,
        memory,
      });
      const result = await work(new BlameSession(start, tracer, follower));
      await memory?.write();
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
  readStates(carriers: readonly ObjectId[]): Promise<readonly CarriedState[]> {
    return this.#follower.readStates(carriers);
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
