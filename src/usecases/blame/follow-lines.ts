import { invariant } from '#domain/error.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { FileChange, LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { KnownStates, WITNESS_TIERS, type WitnessTier } from './known-states.ts';
import { LineOrigins } from './line-origins.ts';
import type { CommitFile, FollowedLine, FoundLine } from './places.ts';
import { ReadAhead } from './read-ahead.ts';
import { StandIns } from './stand-ins.ts';
import { cutsOf, StateGraphs } from './state-graph.ts';
import { byPlace, inPlace, judge, placed, type PlacedLine, type Told } from './told.ts';
import { besideParents, Witnesses, type Group } from './witnesses.ts';

export interface FollowOptions {
  readonly ignoreWhitespace: boolean;
  /** About one file is asked, once: its history may be followed in several places at the same time. */
  readonly oneFile: boolean;
  /** What states are verified by. */
  readonly view: AuthorityView;
}

/**
 * Follows lines to the states that brought them in. Through states git follows the carriers. Where a thread began, it
 * goes on in Git's own history. A commit there may have its lines from states, however it was made (squashed,
 * rebased, picked, amended): states with such a file are put beside the commit's own parents, and git says which lines
 * came from which. What only stands in a state because it began from that commit is never taken for the state's.
 */
export class LineFollower {
  readonly #graphs: StateGraphs;
  readonly #ahead: ReadAhead;
  readonly #workspace: Workspace;
  readonly #tracer: LineTracer;
  readonly #origins: LineOrigins;
  readonly #options: FollowOptions;
  readonly #states: KnownStates;
  readonly #witnesses: Witnesses;
  readonly #starts = new Map<ObjectId | null, Promise<StandIns>>();

  constructor(workspace: Workspace, tracer: LineTracer, options: FollowOptions) {
    this.#workspace = workspace;
    this.#tracer = tracer;
    this.#options = options;
    this.#origins = new LineOrigins(tracer, options.ignoreWhitespace);
    const graphs = new StateGraphs(workspace, tracer);
    this.#graphs = graphs;
    this.#ahead = new ReadAhead(workspace, { view: options.view, graphs });
    this.#states = new KnownStates(workspace, { tracer, graphs });
    this.#witnesses = new Witnesses(workspace, this.#states);
  }

  /** The states that lines came in with, by their carriers, in order. Throws `OBJECT_CORRUPT`. */
  readStates(carriers: readonly ObjectId[]): Promise<readonly CarriedState[]> {
    return this.#ahead.states(carriers);
  }

  /** Follows lines of a carrier's file. */
  async followState(
    { commit: carrier, path }: CommitFile,
    lines: readonly FollowedLine[],
  ): Promise<readonly FoundLine[]> {
    const standIns = await this.#startAt(carrier);
    const commit = await standIns.of(carrier);
    invariant(commit !== undefined, 'a state that was read a moment ago is in its own history');
    await this.#origins.askAhead(standIns, path, this.#seenIn(standIns));
    return this.#through({ commit, path }, lines, standIns);
  }

  /**
   * Follows lines of files that were not captured yet.
   *
   * @param files tree of the work tree.
   * @param from the carrier that they came from, and the commit that their thread began from or that was brought in.
   */
  async followUncaptured(
    { files, path }: { readonly files: ObjectId; readonly path: Uint8Array },
    { carrier, base }: { readonly carrier: ObjectId | null; readonly base: ObjectId | null },
    lines: readonly FollowedLine[],
  ): Promise<readonly FoundLine[]> {
    const standIns = await this.#startAt(carrier);
    const state = carrier === null ? undefined : await standIns.of(carrier);
    const begun = base === null ? undefined : await standIns.base(base);
    const parents = [state, begun].filter((parent) => parent !== undefined);
    const commit = this.#tracer.makeCommit(files, parents, 'files');
    await this.#origins.askAhead(standIns, path, this.#seenIn(standIns));
    return this.#through({ commit, path }, lines, standIns);
  }

  /** Follows lines of a file of Git's own history. */
  async followCommit(file: CommitFile, lines: readonly FollowedLine[]): Promise<readonly FoundLine[]> {
    const met = placed(await this.#origins.of(file, lines), lines);
    const old = met.filter((line) => !isNew(line)).map(unattributed);
    return [...old, ...(await this.#askAll(file, met.filter(isNew)))];
  }

  /** The same for lines that are known to have come in with this very commit. */
  followBrought(file: CommitFile, lines: readonly FollowedLine[]): Promise<readonly FoundLine[]> {
    return this.#askAll(
      file,
      lines.map((line) => ({ ...file, line, at: line.at })),
    );
  }

  /** Says which files of Git's history will be asked about. */
  expect(files: readonly CommitFile[]): void {
    this.#states.expect(files);
  }

  /** The states that changed a file of this path, newest first. */
  changesOf(path: Uint8Array): Promise<readonly FileChange[]> {
    return this.#states.changesOf(path);
  }

  async #askAll(file: CommitFile, lines: readonly PlacedLine[]): Promise<readonly FoundLine[]> {
    const found: FoundLine[] = [];
    let open = lines;
    for (const tier of WITNESS_TIERS) {
      const traced = await this.#ask(file, open, tier);
      found.push(...traced.found);
      open = traced.open;
    }
    return [...found, ...open.map(unattributed)];
  }

  /** Asks witnesses of one kind about lines; which of them told where they are from, and which are open still. */
  async #ask(
    file: CommitFile,
    open: readonly PlacedLine[],
    tier: WitnessTier,
  ): Promise<{ readonly found: readonly FoundLine[]; readonly open: readonly PlacedLine[] }> {
    if (open.length === 0) return { found: [], open };
    const groups = (await this.#witnesses.of(open, tier)).filter(({ witnesses }) => witnesses.length > 0);
    const witnessed = new Set(groups.map(({ commit }) => commit));
    const asked = open.filter(({ commit }) => witnessed.has(commit));
    if (asked.length === 0) return { found: [], open };
    const standIns = await this.#states.standIns();
    const together = await this.#tell(file, asked, groups);
    const answers = [together];
    for (const lines of groups.length > 1 ? byPlace(together.aside) : []) {
      const [place] = lines;
      const own = groups.filter(({ commit }) => commit === place?.commit);
      if (place !== undefined) answers.push(await this.#tell(place, lines.map(inPlace), own));
    }
    const told = answers.flatMap((answer) => answer.told);
    const isTold = new Set(told.map(({ line }) => line.line));
    return {
      found: await this.#settle(told, standIns),
      open: open.filter(({ line }) => !isTold.has(line.line)),
    };
  }

  /** Asks the witnesses of some commits at once. */
  async #tell(file: CommitFile, asked: readonly PlacedLine[], groups: readonly Group[]): Promise<Told> {
    const lines = asked.map(({ line }) => line);
    const standIns = await this.#states.standIns();
    const grown = await this.#states.grownFrom(new Set(groups.map(({ commit }) => commit)));
    const traced = placed(await this.#origins.of(file, lines, { parents: besideParents(groups) }), lines);
    return judge({ asked, traced, groups, standIns, grown });
  }

  async #through(
    file: CommitFile,
    lines: readonly FollowedLine[],
    standIns: StandIns,
  ): Promise<readonly FoundLine[]> {
    const origins = await this.#origins.of(file, lines, { seen: this.#seenIn(standIns) });
    return this.#settle(placed(origins, lines), standIns);
  }

  #seenIn(standIns: StandIns): (commit: ObjectId) => void {
    return (commit) => {
      const carrier = standIns.carrierOf(commit);
      if (carrier !== undefined) this.#ahead.see(carrier);
    };
  }

  /** Says which states lines came in with, and follows those on that came to an end of the states. */
  async #settle(lines: readonly PlacedLine[], standIns: StandIns): Promise<readonly FoundLine[]> {
    const found: FoundLine[] = [];
    const onward = new Map<string, { readonly file: CommitFile; readonly lines: FollowedLine[] }>();
    for (const { line, commit, path, at } of lines) {
      if (standIns.beyond(commit) === undefined) {
        const carrier = standIns.carrierOf(commit) ?? null;
        const through = line.through[0] ?? null;
        found.push({ line: line.line, carrier, commit: through, path, origin: at, exact: line.exact });
      } else {
        const key = `${commit} ${rawKey(path)}`;
        const group = onward.get(key) ?? { file: { commit, path }, lines: [] };
        onward.set(key, group);
        group.lines.push({ ...line, at });
      }
    }
    for (const group of onward.values()) found.push(...(await this.#onward(group, standIns)));
    return found;
  }

  async #onward(
    { file, lines }: { readonly file: CommitFile; readonly lines: readonly FollowedLine[] },
    standIns: StandIns,
  ): Promise<readonly FoundLine[]> {
    const end = standIns.beyond(file.commit);
    if (end?.kind === 'base') return this.followCommit({ ...file, commit: end.commit }, lines);
    const commit = end === undefined ? undefined : await standIns.of(end.carrier);
    invariant(commit !== undefined, 'a history is cut at one of its own states');
    return this.#through({ ...file, commit }, lines, standIns);
  }

  #startAt(carrier: ObjectId | null): Promise<StandIns> {
    const known = this.#starts.get(carrier) ?? this.#readStart(carrier);
    this.#starts.set(carrier, known);
    return known;
  }

  async #readStart(carrier: ObjectId | null): Promise<StandIns> {
    const workspace = this.#workspace;
    const graph = await this.#graphs.read(carrier === null ? [] : [carrier]);
    const cuts = this.#options.oneFile && carrier !== null ? cutsOf(graph, carrier) : [];
    return new StandIns(workspace, { tracer: this.#tracer, graph, cuts: new Set(cuts) });
  }
}

/** A line that comes to a commit by way of a state that has it from there stays there. */
function isNew({ line, commit }: PlacedLine): boolean {
  return !line.through.includes(commit);
}

function unattributed({ line, commit, path, at }: PlacedLine): FoundLine {
  return { line: line.line, carrier: null, commit, path, origin: at, exact: false };
}
