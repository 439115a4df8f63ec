import type {
  AttributedCommit,
  AttributedFile,
  AttributedLines,
} from '#domain/attribution/attributed-commit.ts';
import { gitAiPathProblem } from '#domain/attribution/git-ai-note.ts';
import { steersTerminals } from '#domain/attribution/foreign-text.ts';
import type { AttributionFormat } from '#domain/attribution/claim.ts';
import { joinSpans } from '#domain/attribution/line-spans.ts';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import type { StateSummary } from '#domain/results/work-results.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import { formatInstant } from '#domain/time.ts';
import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { linesAsked } from '#usecases/blame/blame-session.ts';
import { summariesOf } from '#usecases/blame/blame.ts';
import { LineFollower } from '#usecases/blame/follow-lines.ts';
import type { FoundLine } from '#usecases/blame/places.ts';
import { readLines } from '#usecases/content/read-lines.ts';
import type { SummaryGround } from '#usecases/history/state-summary.ts';
import { findCommit } from '#usecases/states/find-commit.ts';

/** A file that was left out, and why. */
export interface LeftOut {
  readonly commit: ObjectId;
  /** Escaped. */
  readonly path: string;
  readonly why: string;
}

export interface AttributionOptions {
  readonly ground: SummaryGround;
  /** In which the paths have to be written. */
  readonly format: AttributionFormat;
  /** Leaves out what is only inferred. */
  readonly exactOnly: boolean;
}

const REGULAR = /^100/;
const COMMITTED = /^committer .*> (\d{1,12}) /m;
const PASSED_OVER: readonly string[] = ['FORMAT_INVALID', 'GIT_UNSUPPORTED'];

/** Tells, commit by commit, whose the lines are that each brought in: what `blame` tells of them there. */
export class CommitAttribution {
  readonly #workspace: Workspace;
  readonly #follower: LineFollower;
  readonly #options: AttributionOptions;
  readonly leftOut: LeftOut[] = [];

  constructor(workspace: Workspace, tracer: LineTracer, options: AttributionOptions) {
    this.#workspace = workspace;
    this.#follower = new LineFollower(workspace, tracer, {
      ignoreWhitespace: false,
      oneFile: false,
      view: options.ground.view,
    });
    this.#options = options;
  }

  /** Lines that were moved or copied are those of the commit that brought them in first, and not of this one. */
  async of(commit: ObjectId): Promise<AttributedCommit> {
    const { comparer, revisions } = this.#workspace;
    const { parent, at } = await this.#header(commit);
    const tree = await revisions.commitTree(commit);
    const changes = await comparer.compare(parent === null ? null : await revisions.commitTree(parent), tree);
    const files: AttributedFile[] = [];
    for (const { path, newMode } of changes) {
      if (newMode === null || !REGULAR.test(newMode)) continue;
      const parts = await this.#partsOf({ commit, tree, path });
      const name = decodeUtf8(path);
      if (parts.length === 0) continue;
      const problem = name === undefined ? 'its name is not UTF-8' : this.#nameProblem(name);
      if (name === undefined || problem !== undefined) this.#leaveOut(commit, path, problem ?? '');
      else files.push({ path: name, parts });
    }
    return { commit, at, files };
  }

  async #header(commit: ObjectId) {
    const found = await findCommit(this.#workspace, commit);
    const links = found?.kind === 'commit' ? parseCommitLinks(found.content) : undefined;
    invariant(found !== undefined && links !== undefined, 'the commit was resolved a moment ago');
    const seconds = COMMITTED.exec(new TextDecoder('latin1').decode(found.content))?.[1] ?? '0';
    return { parent: links.parents[0] ?? null, at: formatInstant(Number(seconds) * 1000) };
  }

  async #partsOf({ commit, tree, path }: ChangedFile): Promise<readonly AttributedLines[]> {
    const { ground, exactOnly } = this.#options;
    try {
      const at = { files: tree, manifest: null, path };
      const { lines, refused } = await readLines(this.#workspace, ground.tombstones, at);
      if (refused) return this.#leaveOut(commit, path, 'redacted');
      if (lines.length === 0 || lines[0]?.includes('\0') === true) return [];
      const followed = await this.#follower.followCommit({ commit, path }, linesAsked(1, lines.length));
      const brought = followed.filter((line) => line.carrier !== null && line.commit === commit);
      const states = await summariesOf(this.#workspace, this.#follower, { found: brought, ...ground });
      return partsOf(exactOnly ? brought.filter(({ exact }) => exact) : brought, states);
    } catch (error) {
      if (!(error instanceof HeddleError) || !PASSED_OVER.includes(error.code)) throw error;
      return this.#leaveOut(commit, path, error.message);
    }
  }

  #nameProblem(path: string): string | undefined {
    if (steersTerminals(path)) return 'its name has control characters';
    return this.#options.format === 'git-ai' ? gitAiPathProblem(path) : undefined;
  }

  #leaveOut(commit: ObjectId, path: Uint8Array, why: string): readonly [] {
    this.leftOut.push({ commit, path: escapePath(path), why });
    return [];
  }
}

interface ChangedFile {
  readonly commit: ObjectId;
  readonly tree: ObjectId;
  /** Raw bytes. */
  readonly path: Uint8Array;
}

/** In order of the first line of each. */
function partsOf(
  lines: readonly FoundLine[],
  states: ReadonlyMap<ObjectId, StateSummary>,
): readonly AttributedLines[] {
  const parts = new Map<
    string,
    { readonly state: StateSummary; readonly exact: boolean; readonly lines: number[] }
  >();
  for (const { line, carrier, exact } of lines.toSorted((a, b) => a.line - b.line)) {
    const state = carrier === null ? undefined : states.get(carrier);
    // Everybody can write a state that names somebody: only a signature says whose it is.
    if (state?.attestation !== 'verified') continue;
    const key = `${state.state} ${exact}`;
    const part = parts.get(key) ?? { state, exact, lines: [] };
    parts.set(key, part);
    part.lines.push(line);
  }
  return Array.from(parts.values(), ({ state, exact, lines: numbers }) => ({
    lines: joinSpans(numbers.map((line) => ({ first: line, last: line }))),
    state: state.state,
    thread: state.thread,
    actor: state.actor,
    exact,
  }));
}
