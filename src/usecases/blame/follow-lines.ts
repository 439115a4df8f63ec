import type { LineOrigin, LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { KnownStates, WITNESS_TIERS, type WitnessTier } from './known-states.ts';
import {
  belowFiles,
  FILES_DIRECTORY,
  rangesOf,
  withoutFiles,
  type CommitFile,
  type FollowedLine,
  type FoundLine,
} from './places.ts';
import { StateHistories, type StateHistory } from './state-histories.ts';
import { besideParents, Witnesses, type Group } from './witnesses.ts';

/**
 * Follows lines to the states that brought them in. Through states git follows the carriers. Where a thread began, it
 * goes on in Git's own history. A commit there may have its lines from states, however it was made (squashed,
 * rebased, picked, amended): states with such a file are put beside the commit's own parents, and git says which lines
 * came from which. What only stands in a state because it began from that commit is never taken for the state's.
 */
export class LineFollower {
  readonly #tracer: LineTracer;
  readonly #ignoreWhitespace: boolean;
  readonly #histories: StateHistories;
  readonly #witnesses: Witnesses;

  constructor(
    workspace: Workspace,
    tracer: LineTracer,
    { ignoreWhitespace }: { readonly ignoreWhitespace: boolean },
  ) {
    this.#tracer = tracer;
    this.#ignoreWhitespace = ignoreWhitespace;
    const states = new KnownStates(workspace, tracer);
    this.#histories = new StateHistories(workspace, tracer, states);
    this.#witnesses = new Witnesses(workspace, tracer, states);
  }

  /** Follows lines of a carrier's file. */
  async followState(file: CommitFile, lines: readonly FollowedLine[]): Promise<readonly FoundLine[]> {
    return this.#throughStates(file, lines, await this.#histories.of(file.commit));
  }

  /**
   * Follows lines of files that were not captured yet.
   *
   * @param files tree of the work tree.
   * @param from the carrier that they came from, or the commit that their thread began from.
   */
  async followUncaptured(
    { files, path }: { readonly files: ObjectId; readonly path: Uint8Array },
    from: { readonly carrier: ObjectId | null; readonly base: ObjectId | null },
    lines: readonly FollowedLine[],
  ): Promise<readonly FoundLine[]> {
    const base = await this.#histories.begin(from.carrier === null ? from.base : null);
    const history = from.carrier === null ? undefined : await this.#histories.of(from.carrier);
    const parent = from.carrier ?? base?.commit;
    const tree = await this.#tracer.nestTree(FILES_DIRECTORY, files);
    const commit = await this.#tracer.makeCommit(tree, parent === undefined ? [] : [parent]);
    const bases = new Map([...(history?.bases ?? []), ...(base === undefined ? [] : [base.pair])]);
    const found = await this.#throughStates({ commit, path }, lines, {
      parents: history?.parents ?? new Map(),
      bases,
    });
    return found.map((line) => (line.carrier === commit ? { ...line, carrier: null } : line));
  }

  /** Follows lines of a file of Git's own history. */
  async followCommit(file: CommitFile, lines: readonly FollowedLine[]): Promise<readonly FoundLine[]> {
    const met = placed(await this.#origins(file, lines, new Map()), lines);
    const found = met.filter((line) => !isNew(line)).map(unattributed);
    let open: readonly PlacedLine[] = met.filter(isNew);
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
    const groups = await this.#witnesses.of(open, tier);
    const witnessed = new Set(
      groups.filter((group) => group.witnesses.length > 0).map(({ commit }) => commit),
    );
    const asked = open.filter(({ commit }) => witnessed.has(commit));
    if (asked.length === 0) return { found: [], open };
    const metAt = new Map(asked.map(({ line, commit }) => [line.line, commit]));
    const lines = asked.map(({ line }) => line);
    const traced = placed(await this.#origins(file, lines, besideParents(groups)), lines);
    const witnesses = new Map(
      groups.flatMap((group) => group.witnesses).map((witness) => [witness.commit, witness.carrier.commit]),
    );
    const told = traced.filter(({ commit }) => witnesses.has(commit));
    const silent = new Set(
      traced.filter(({ commit }) => !witnesses.has(commit)).map(({ line }) => line.line),
    );
    return {
      found: await this.#fromWitnesses(told, { groups, metAt, witnesses }),
      open: open.filter(({ line, commit }) => !witnessed.has(commit) || silent.has(line.line)),
    };
  }

  async #throughStates(
    file: CommitFile,
    lines: readonly FollowedLine[],
    { parents, bases }: StateHistory,
  ): Promise<readonly FoundLine[]> {
    const origins = await this.#origins({ ...file, path: belowFiles(file.path) }, lines, parents);
    const found: FoundLine[] = [];
    const older = new Map<string, { readonly file: CommitFile; readonly lines: FollowedLine[] }>();
    for (const { line, commit, path: carried, at } of placed(origins, lines)) {
      const path = withoutFiles(carried);
      const base = bases.get(commit);
      if (base === undefined) {
        const through = line.through[0] ?? null;
        found.push({
          line: line.line,
          carrier: commit,
          commit: through,
          path,
          origin: at,
          exact: line.exact,
        });
      } else {
        const key = `${base} ${rawKey(path)}`;
        const group = older.get(key) ?? { file: { commit: base, path }, lines: [] };
        older.set(key, group);
        group.lines.push({ ...line, at });
      }
    }
    for (const group of older.values()) found.push(...(await this.followCommit(group.file, group.lines)));
    return found;
  }

  async #fromWitnesses(
    lines: readonly PlacedLine[],
    { groups, metAt, witnesses }: Told,
  ): Promise<readonly FoundLine[]> {
    const exact = new Set(groups.filter((group) => group.exact).map(({ commit }) => commit));
    const toStates = new Map<string, { readonly file: CommitFile; readonly lines: FollowedLine[] }>();
    for (const { line, commit, path, at } of lines) {
      const file = { commit: witnesses.get(commit) ?? '', path };
      const key = `${file.commit} ${rawKey(path)}`;
      const group = toStates.get(key) ?? { file, lines: [] };
      toStates.set(key, group);
      const met = metAt.get(line.line) ?? '';
      const through = [...line.through, met];
      group.lines.push({ line: line.line, at, exact: line.exact && exact.has(met), through });
    }
    const found: FoundLine[] = [];
    for (const group of toStates.values()) found.push(...(await this.followState(group.file, group.lines)));
    return found;
  }

  async #origins(
    file: CommitFile,
    lines: readonly FollowedLine[],
    parents: ReadonlyMap<ObjectId, readonly ObjectId[]>,
  ): Promise<readonly LineOrigin[]> {
    return this.#tracer.origins({
      ...file,
      lines: rangesOf(lines.map(({ at }) => at)),
      parents,
      ignoreWhitespace: this.#ignoreWhitespace,
    });
  }
}

/** A followed line where git says that it came in. */
interface PlacedLine extends CommitFile {
  readonly line: FollowedLine;
  readonly at: number;
}

/** What witnesses told of lines. */
interface Told {
  readonly groups: readonly Group[];
  /** For each line the commit that brought it in. */
  readonly metAt: ReadonlyMap<number, ObjectId>;
  /** The carrier behind each commit that stands for one. */
  readonly witnesses: ReadonlyMap<ObjectId, ObjectId>;
}

/** A line that comes to a commit by way of a state that has it from there stays there. */
function isNew({ line, commit }: PlacedLine): boolean {
  return !line.through.includes(commit);
}

function unattributed({ line, commit, path, at }: PlacedLine): FoundLine {
  return { line: line.line, carrier: null, commit, path, origin: at, exact: false };
}

function placed(origins: readonly LineOrigin[], lines: readonly FollowedLine[]): readonly PlacedLine[] {
  const byPlace = new Map<number, FollowedLine[]>();
  for (const line of lines) byPlace.set(line.at, [...(byPlace.get(line.at) ?? []), line]);
  return origins.flatMap(({ commit, path, origin, line: first, count }) =>
    Array.from({ length: count }, (_, offset) =>
      (byPlace.get(first + offset) ?? []).map((line) => ({ line, commit, path, at: origin + offset })),
    ).flat(),
  );
}
