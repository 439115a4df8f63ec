import { invariant } from '#domain/error.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { LineOrigin, LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobAt } from '#usecases/content/blob-at.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import type { Carrier } from '#usecases/states/list-carriers.ts';
import { KnownStates, readStateGraph } from './known-states.ts';
import {
  belowFiles,
  FILES_DIRECTORY,
  rangesOf,
  withoutFiles,
  type CommitFile,
  type FollowedLine,
  type FoundLine,
} from './places.ts';

/** What a carrier, or a commit like one, is followed with. */
interface StateHistory {
  /** Parents that stand in: where a thread begins, its base as a carrier would hold it. */
  readonly parents: ReadonlyMap<ObjectId, readonly ObjectId[]>;
  /** The commit behind each of those. */
  readonly bases: ReadonlyMap<ObjectId, ObjectId>;
}

/** A state that may have a commit's lines, as a commit without parents that git compares with. */
interface Witness {
  readonly carrier: Carrier;
  readonly commit: ObjectId;
}

interface Group extends CommitFile {
  readonly witnesses: readonly Witness[];
  /** Some state has the very same file at the same path. */
  readonly exact: boolean;
}

/**
 * Follows lines to the states that brought them in. Through states git follows the carriers. Where a thread began, it
 * goes on in Git's own history. A commit there may have its lines from states, however it was made (squashed,
 * rebased, picked, amended): states with such a file are put beside the commit's own parents, and git says which lines
 * came from which. What only stands in a state because it began from that commit is never taken for the state's.
 */
export class LineFollower {
  readonly #workspace: Workspace;
  readonly #tracer: LineTracer;
  readonly #ignoreWhitespace: boolean;
  readonly #states: KnownStates;
  readonly #histories = new Map<ObjectId, Promise<StateHistory>>();

  constructor(
    workspace: Workspace,
    tracer: LineTracer,
    { ignoreWhitespace }: { readonly ignoreWhitespace: boolean },
  ) {
    this.#workspace = workspace;
    this.#tracer = tracer;
    this.#ignoreWhitespace = ignoreWhitespace;
    this.#states = new KnownStates(workspace, tracer);
  }

  /** Follows lines of a carrier's file. */
  async followState(file: CommitFile, lines: readonly FollowedLine[]): Promise<readonly FoundLine[]> {
    return this.#throughStates(file, lines, await this.#historyOf(file.commit));
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
    const base = await this.#begin(from.carrier === null ? from.base : null);
    const history = from.carrier === null ? undefined : await this.#historyOf(from.carrier);
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
    const groups = await this.#witnesses(met.filter(isNew));
    const witnessed = new Set(
      groups.filter(({ witnesses }) => witnesses.length > 0).map(({ commit }) => commit),
    );
    const [open, ended] = [met.filter(isNew), met.filter((line) => !isNew(line))];
    const asked = open.filter(({ commit }) => witnessed.has(commit));
    const rest = [...ended, ...open.filter(({ commit }) => !witnessed.has(commit))];
    if (asked.length === 0) return rest.map(unattributed);
    const metAt = new Map(asked.map(({ line, commit }) => [line.line, commit]));
    const again = asked.map(({ line }) => line);
    const traced = await this.#origins(file, again, await this.#besideParents(groups));
    const found = await this.#fromWitnesses(placed(traced, again), groups, metAt);
    return [...rest.map(unattributed), ...found];
  }

  async #besideParents(groups: readonly Group[]): Promise<ReadonlyMap<ObjectId, readonly ObjectId[]>> {
    const parents = new Map<ObjectId, readonly ObjectId[]>();
    for (const { commit, witnesses } of groups) {
      if (witnesses.length === 0) continue;
      const known = parents.get(commit) ?? (await this.#parentsOf(commit));
      parents.set(commit, [...known, ...witnesses.map((witness) => witness.commit)]);
    }
    return parents;
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
    groups: readonly Group[],
    metAt: ReadonlyMap<number, ObjectId>,
  ): Promise<readonly FoundLine[]> {
    const witnesses = new Map(
      groups.flatMap((group) => group.witnesses).map((witness) => [witness.commit, witness]),
    );
    const found: FoundLine[] = [];
    const toStates = new Map<string, { readonly file: CommitFile; readonly lines: FollowedLine[] }>();
    for (const placedLine of lines) {
      const { line, commit, path, at } = placedLine;
      const witness = witnesses.get(commit);
      if (witness === undefined) {
        found.push(unattributed(placedLine));
        continue;
      }
      const file = { commit: witness.carrier.commit, path };
      const key = `${file.commit} ${rawKey(path)}`;
      const group = toStates.get(key) ?? { file, lines: [] };
      toStates.set(key, group);
      const met = metAt.get(line.line);
      const exact = line.exact && groups.some((group) => group.exact && group.commit === met);
      group.lines.push({
        ...line,
        at,
        exact,
        through: met === undefined ? line.through : [...line.through, met],
      });
    }
    for (const group of toStates.values()) found.push(...(await this.followState(group.file, group.lines)));
    return found;
  }

  async #witnesses(lines: readonly PlacedLine[]): Promise<readonly Group[]> {
    const files = new Map(lines.map(({ commit, path }) => [`${commit} ${rawKey(path)}`, { commit, path }]));
    const groups = [...files.values()];
    const candidates = await this.#states.candidates(groups);
    return Promise.all(groups.map((group, index) => this.#groupOf(group, candidates[index] ?? [])));
  }

  async #groupOf(file: CommitFile, carriers: readonly Carrier[]): Promise<Group> {
    const theirs = await blobAt(this.#workspace, file.commit, file.path);
    const witnesses: Witness[] = [];
    let exact = false;
    for (const carrier of carriers) {
      witnesses.push({ carrier, commit: await this.#tracer.makeCommit(carrier.files, []) });
      exact ||= theirs !== undefined && theirs === (await blobAt(this.#workspace, carrier.files, file.path));
    }
    return { ...file, witnesses, exact };
  }

  #historyOf(carrier: ObjectId): Promise<StateHistory> {
    const known = this.#histories.get(carrier) ?? this.#readHistory(carrier);
    this.#histories.set(carrier, known);
    return known;
  }

  async #readHistory(carrier: ObjectId): Promise<StateHistory> {
    const { carriers } = await readStateGraph(this.#workspace, [carrier]);
    const parents = new Map<ObjectId, readonly ObjectId[]>();
    const bases = new Map<ObjectId, ObjectId>();
    for (const { commit, parents: states, gitParents } of carriers.values()) {
      const base = states.length > 0 ? undefined : await this.#begin(gitParents[0] ?? null);
      if (base === undefined) continue;
      parents.set(commit, [base.commit]);
      bases.set(...base.pair);
    }
    return { parents, bases };
  }

  /** The commit that a thread began from, as a carrier would hold it: git then need not guess where files went. */
  async #begin(
    base: ObjectId | null,
  ): Promise<{ readonly commit: ObjectId; readonly pair: readonly [ObjectId, ObjectId] } | undefined> {
    if (base === null) return undefined;
    const tree = await this.#workspace.revisions.commitTree(base);
    const commit = await this.#tracer.makeCommit(await this.#tracer.nestTree(FILES_DIRECTORY, tree), []);
    return { commit, pair: [commit, base] };
  }

  async #parentsOf(commit: ObjectId): Promise<readonly ObjectId[]> {
    const found = await findCommit(this.#workspace, commit);
    const links = found === undefined ? undefined : parseCommitLinks(found.content);
    invariant(links !== undefined, 'git was in this commit a moment ago');
    return links.parents;
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
