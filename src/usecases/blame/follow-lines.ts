import type { AuthorityView } from '#domain/authority/authority.ts';
import type { FileChange, LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import type { CarriedState, KnownCarrier } from '#usecases/states/read-state.ts';
import { KnownStates, WITNESS_TIERS, type WitnessTier } from './known-states.ts';
import { LineOrigins } from './line-origins.ts';
import type { EndedLine, LineMemory } from './memory/line-memory.ts';
import type { StateMemory } from './memory/state-memory.ts';
import type { CommitFile, FollowedLine, FoundLine } from './places.ts';
import { ReadAhead } from './read-ahead.ts';
import { StateGraphs } from './through/state-graph.ts';
import { StateLines } from './through/state-lines.ts';
import { byPlace, inPlace, judge, placed, type PlacedLine, type Told } from './told.ts';
import { besideParents, Witnesses, type Group } from './witnesses.ts';

/** `makers`: who made states, and nothing of what they say of themselves. */
export type ToldOfStates = 'makers' | 'everything';

export interface FollowOptions {
  readonly ignoreWhitespace: boolean;
  /** About one file is asked, once: its history may be followed in several places at the same time. */
  readonly oneFile: boolean;
  /** What states are verified by. */
  readonly view: AuthorityView;
  /** What is known of that file. */
  readonly memory?: LineMemory | undefined;
  /** What is known of states. */
  readonly states?: Pick<StateMemory, 'peek'> | undefined;
  /** With `makers` a state of which that is known is not read ahead. */
  readonly tells?: ToldOfStates;
}

/**
 * Follows lines to the states that brought them in. Through states git follows the carriers. Where a thread began, it
 * goes on in Git's own history. A commit there may have its lines from states, however it was made (squashed,
 * rebased, picked, amended): states with such a file are put beside the commit's own parents, and git says which lines
 * came from which. What only stands in a state because it began from that commit is never taken for the state's.
 */
export class LineFollower {
  readonly #ahead: ReadAhead;
  readonly #graphs: StateGraphs;
  readonly #origins: LineOrigins;
  readonly #states: KnownStates;
  readonly #witnesses: Witnesses;
  readonly #through: StateLines;

  constructor(workspace: Workspace, tracer: LineTracer, options: FollowOptions) {
    const { ignoreWhitespace, oneFile, view, memory = null, states, tells } = options;
    this.#origins = new LineOrigins(tracer, ignoreWhitespace);
    const graphs = new StateGraphs(workspace, tracer, (carrier) => states?.peek(carrier)?.known);
    this.#graphs = graphs;
    this.#ahead = new ReadAhead(workspace, {
      view,
      graphs,
      isTold: (carrier) => tells === 'makers' && states?.peek(carrier) !== undefined,
    });
    this.#states = new KnownStates(workspace, { tracer, graphs, memory });
    this.#witnesses = new Witnesses(workspace, this.#states);
    this.#through = new StateLines(workspace, {
      tracer,
      graphs,
      origins: this.#origins,
      ahead: this.#ahead,
      memory,
      oneFile,
      ignoreWhitespace,
    });
  }

  /** The states that lines came in with, by their carriers, in order. Throws `OBJECT_CORRUPT`. */
  readStates(carriers: readonly ObjectId[]): Promise<readonly CarriedState[]> {
    return this.#ahead.states(carriers);
  }

  /** Carriers that lines came in with, in order. Throws `OBJECT_CORRUPT`. */
  findCarriers(carriers: readonly ObjectId[]): Promise<readonly KnownCarrier[]> {
    return this.#graphs.find(carriers);
  }

  /** Follows lines of a carrier's file. */
  async followState(file: CommitFile, lines: readonly FollowedLine[]): Promise<readonly FoundLine[]> {
    return this.#onward(await this.#through.ofState(file, lines));
  }

  /** Follows lines of files that were not captured yet: see {@link StateLines.ofFiles}. */
  async followUncaptured(
    file: { readonly files: ObjectId; readonly path: Uint8Array },
    from: { readonly carrier: ObjectId | null; readonly base: ObjectId | null },
    lines: readonly FollowedLine[],
  ): Promise<readonly FoundLine[]> {
    return this.#onward(await this.#through.ofFiles(file, from, lines));
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
      found: await this.#onward(await this.#through.ends(told, standIns)),
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

  /** Follows those on that came to where a thread began. */
  async #onward(lines: readonly EndedLine[]): Promise<readonly FoundLine[]> {
    const found: FoundLine[] = [];
    const onward = new Map<string, { readonly file: CommitFile; readonly lines: FollowedLine[] }>();
    for (const { line, path, at, carrier, base } of lines) {
      if (base === null) {
        const through = line.through[0] ?? null;
        found.push({ line: line.line, carrier, commit: through, path, origin: at, exact: line.exact });
      } else {
        const key = `${base} ${rawKey(path)}`;
        const group = onward.get(key) ?? { file: { commit: base, path }, lines: [] };
        onward.set(key, group);
        group.lines.push({ ...line, at });
      }
    }
    for (const { file, lines: some } of onward.values()) found.push(...(await this.followCommit(file, some)));
    return found;
  }
}

/** A line that comes to a commit by way of a state that has it from there stays there. */
function isNew({ line, commit }: PlacedLine): boolean {
  return !line.through.includes(commit);
}

function unattributed({ line, commit, path, at }: PlacedLine): FoundLine {
  return { line: line.line, carrier: null, commit, path, origin: at, exact: false };
}
