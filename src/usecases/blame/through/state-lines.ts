import { invariant } from '#domain/error.ts';
import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import type { LineOrigins } from '#usecases/blame/line-origins.ts';
import type { EndedLine, LineMemory } from '#usecases/blame/memory/line-memory.ts';
import type { CommitFile, FollowedLine } from '#usecases/blame/places.ts';
import type { ReadAhead } from '#usecases/blame/read-ahead.ts';
import { straightHistory, type Version } from '#usecases/blame/straight/straight-history.ts';
import { followStraight } from '#usecases/blame/straight/straight-lines.ts';
import { StandIns, type GoesOn } from './stand-ins.ts';
import { cutsOf, type StateGraphs } from './state-graph.ts';
import { placed, type PlacedLine } from '#usecases/blame/told.ts';

export interface StateLinesGround {
  readonly tracer: LineTracer;
  readonly graphs: StateGraphs;
  readonly origins: LineOrigins;
  readonly ahead: ReadAhead;
  /** Null where many questions are asked: each history is followed once then. */
  readonly memory: LineMemory | null;
  readonly oneFile: boolean;
  readonly ignoreWhitespace: boolean;
}

/** Follows lines through a thread's states, to where they came in or where the thread began. */
export class StateLines {
  readonly #workspace: Workspace;
  readonly #ground: StateLinesGround;
  readonly #starts = new Map<ObjectId | null, Promise<StandIns>>();

  constructor(workspace: Workspace, ground: StateLinesGround) {
    this.#workspace = workspace;
    this.#ground = ground;
  }

  /** Lines of a carrier's file. */
  async ofState(file: CommitFile, lines: readonly FollowedLine[]): Promise<readonly EndedLine[]> {
    return this.#recall(file, lines) ?? (await this.#follow(file, lines));
  }

  /**
   * Lines of files that were not captured yet.
   *
   * @param files tree of the work tree.
   * @param from the carrier that they came from, and the commit that their thread began from or that was brought in.
   */
  async ofFiles(
    { files, path }: { readonly files: ObjectId; readonly path: Uint8Array },
    { carrier, base }: { readonly carrier: ObjectId | null; readonly base: ObjectId | null },
    lines: readonly FollowedLine[],
  ): Promise<readonly EndedLine[]> {
    // Of one file the state is asked by itself, and what it answers is remembered; of many, one question is enough.
    const standIns = await this.#startAt(this.#ground.oneFile ? null : carrier);
    const state = carrier === null ? null : await this.#standInOf(carrier, standIns);
    const begun = base === null ? null : await standIns.base(base);
    const parents = [state, begun].filter((parent) => parent !== null);
    const commit = this.#ground.tracer.makeCommit(files, parents, 'files');
    return this.#through({ commit, path }, lines, standIns);
  }

  async #standInOf(carrier: ObjectId, standIns: StandIns): Promise<ObjectId> {
    const whole = this.#ground.oneFile ? undefined : await standIns.of(carrier);
    return whole ?? standIns.state(carrier, (await carrierTrees(this.#workspace, carrier)).files);
  }

  /** Where placed lines came in, or their thread began: across what a history was cut at. */
  async ends(lines: readonly PlacedLine[], standIns: StandIns): Promise<readonly EndedLine[]> {
    const ended: EndedLine[] = [];
    const onward = new Map<
      string,
      { readonly end: Onward; readonly path: Uint8Array; readonly lines: FollowedLine[] }
    >();
    for (const { line, commit, path, at } of lines) {
      const end = standIns.beyond(commit);
      if (end === undefined || end.kind === 'base') {
        const carrier = end === undefined ? (standIns.carrierOf(commit) ?? null) : null;
        ended.push({ line, path, at, carrier, base: end?.commit ?? null });
      } else {
        const key = `${commit} ${rawKey(path)}`;
        const group = onward.get(key) ?? { end, path, lines: [] };
        onward.set(key, group);
        group.lines.push({ ...line, at });
      }
    }
    for (const { end, path, lines: some } of onward.values()) {
      const file = { commit: end.carrier, path };
      ended.push(
        ...(await (end.kind === 'state' ? this.ofState(file, some) : this.#across(file, some, standIns))),
      );
    }
    return ended;
  }

  async #across(
    file: CommitFile,
    lines: readonly FollowedLine[],
    standIns: StandIns,
  ): Promise<readonly EndedLine[]> {
    const known = this.#recall(file, lines);
    if (known !== undefined) return known;
    const commit = await standIns.of(file.commit);
    invariant(commit !== undefined, 'a history is cut at one of its own states');
    return this.#through({ ...file, commit }, lines, standIns);
  }

  #recall(file: CommitFile, lines: readonly FollowedLine[]): readonly EndedLine[] | undefined {
    const { memory, ahead } = this.#ground;
    const known = memory?.of(file, lines);
    for (const { carrier } of known ?? []) if (carrier !== null) ahead.see(carrier);
    return known;
  }

  async #follow(file: CommitFile, lines: readonly FollowedLine[]): Promise<readonly EndedLine[]> {
    const { memory } = this.#ground;
    const ended = (await this.#straight(file, lines)) ?? (await this.#inParts(file, lines));
    // Across a cut a line has another number than it was asked by.
    const asked = new Map(lines.map((line) => [line.line, line]));
    const answer = ended.map((found) => ({ ...found, line: asked.get(found.line.line) ?? found.line }));
    memory?.keep(file, answer);
    return answer;
  }

  /** Where nothing of the history is known, and it never came together; undefined where git has to follow all lines. */
  async #straight(
    file: CommitFile,
    lines: readonly FollowedLine[],
  ): Promise<readonly EndedLine[] | undefined> {
    const { tracer, graphs, ahead, memory, oneFile, ignoreWhitespace } = this.#ground;
    if (!oneFile || ignoreWhitespace) return undefined;
    const graph = await graphs.read([file.commit]);
    if (cutsOf(graph, file.commit, memory?.carrier).some((cut) => cut === memory?.carrier)) return undefined;
    const versions = await straightHistory(this.#workspace, graph, file.commit);
    if (versions === undefined) return undefined;
    const seen = ({ carrier }: Version): void => {
      if (carrier !== null) ahead.see(carrier);
    };
    const ground = { workspace: this.#workspace, tracer, seen };
    const found = await followStraight(ground, { versions, path: file.path, lines });
    if (found === undefined || found.open.length * 2 > lines.length) return undefined;
    return [...found.ended, ...(await this.#open(file, found.open))];
  }

  /** Git is asked about some lines of a history as a whole: what is cut it follows otherwise where lines are alike. */
  async #open(file: CommitFile, lines: readonly FollowedLine[]): Promise<readonly EndedLine[]> {
    if (lines.length === 0) return [];
    const { tracer, graphs } = this.#ground;
    const graph = await graphs.read([file.commit]);
    const standIns = new StandIns(this.#workspace, { tracer, graph, cuts: new Set() });
    const commit = await standIns.of(file.commit);
    invariant(commit !== undefined, 'a state that was read a moment ago is in its own history');
    return this.#through({ ...file, commit }, lines, standIns);
  }

  async #inParts(file: CommitFile, lines: readonly FollowedLine[]): Promise<readonly EndedLine[]> {
    const { origins, memory } = this.#ground;
    const standIns = await this.#startAt(file.commit);
    const commit = await standIns.of(file.commit);
    invariant(commit !== undefined, 'a state that was read a moment ago is in its own history');
    const isCutWhereKnown = memory?.carrier !== undefined && standIns.cuts.has(memory.carrier);
    if (!isCutWhereKnown) await origins.askAhead(standIns, file.path, this.#seenIn(standIns));
    return this.#through({ ...file, commit }, lines, standIns);
  }

  async #through(
    file: CommitFile,
    lines: readonly FollowedLine[],
    standIns: StandIns,
  ): Promise<readonly EndedLine[]> {
    const origins = await this.#ground.origins.of(file, lines, { seen: this.#seenIn(standIns) });
    return this.ends(placed(origins, lines), standIns);
  }

  #seenIn(standIns: StandIns): (commit: ObjectId) => void {
    return (commit) => {
      const carrier = standIns.carrierOf(commit);
      if (carrier !== undefined) this.#ground.ahead.see(carrier);
    };
  }

  #startAt(carrier: ObjectId | null): Promise<StandIns> {
    const known = this.#starts.get(carrier) ?? this.#readStart(carrier);
    this.#starts.set(carrier, known);
    return known;
  }

  async #readStart(carrier: ObjectId | null): Promise<StandIns> {
    const { graphs, tracer, memory, oneFile } = this.#ground;
    const graph = await graphs.read(carrier === null ? [] : [carrier]);
    const cuts = oneFile && carrier !== null ? cutsOf(graph, carrier, memory?.carrier) : [];
    return new StandIns(this.#workspace, { tracer, graph, cuts: new Set(cuts) });
  }
}

type Onward = Exclude<GoesOn, { readonly kind: 'base' }>;
