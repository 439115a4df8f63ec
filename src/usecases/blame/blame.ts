import type { AuthorityView } from '#domain/authority/authority.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { invariant } from '#domain/error.ts';
import type { BlameLine, BlameResult } from '#domain/results/blame-results.ts';
import type { StateSummary } from '#domain/results/work-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { LineClaims } from '#usecases/attribution/line-claims.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { readLines } from '#usecases/content/read-lines.ts';
import { summariseStates, type SummaryGround } from '#usecases/history/state-summary.ts';
import { rememberingSignatures } from '#usecases/states/memory/remember-signatures.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { BlameSession, linesAsked } from './blame-session.ts';
import { startAt } from './blame-start.ts';
import type { LineFollower, ToldOfStates } from './follow-lines.ts';
import { carriersOf, type FollowedLine, type FoundLine } from './places.ts';
import { findLines, type WantedLines } from './wanted-lines.ts';

export interface BlameOptions {
  /** From the work tree's root. */
  readonly path: string;
  /** State, thread or Git revision; null for the work tree. */
  readonly at: string | null;
  /** Null for every line. */
  readonly lines: WantedLines | null;
  readonly ignoreWhitespace: boolean;
  /** Asks imports about lines that no state has. */
  readonly claims: boolean;
  /** With `makers` states tell no intent, no task and nothing of what is hidden: for whoever shows none of it. */
  readonly tells: ToldOfStates;
}

/** Tells of each line of a file who brought it in. Throws `NOT_FOUND` where there is no such file or line. */
export async function blame(workspace: Workspace, options: BlameOptions): Promise<BlameResult> {
  return rememberingSignatures(workspace, (remembering) => blameLines(remembering, options));
}

async function blameLines(workspace: Workspace, options: BlameOptions): Promise<BlameResult> {
  const { view } = await knowAuthority(workspace);
  const ground = { view, tombstones: await readTombstones(workspace, view) };
  const { at, ignoreWhitespace } = options;
  return startAt(workspace, at, (start, within) => {
    const asked = { start, at, ignoreWhitespace, tells: options.tells, view, path: utf8(options.path) };
    return BlameSession.use(within, asked, (session) => tellLines(within, session, { ...options, ground }));
  });
}

async function tellLines(
  workspace: Workspace,
  session: BlameSession,
  { ground, ...options }: BlameOptions & { readonly ground: SummaryGround },
): Promise<BlameResult> {
  const path = utf8(options.path);
  const text = await readLines(workspace, ground.tombstones, { ...session.start, path });
  const found = await session.follow(path, wantedLines(text.lines, options));
  const states = await tellStates(workspace, session, { found, tells: options.tells, ...ground });
  const claims = options.claims ? await loadClaims(workspace, ground.view) : null;
  return {
    path: escapePath(path),
    at: session.start.name,
    lines: found.map((line) => describe(line, text.lines[line.line - 1] ?? '', { states, claims })),
    states: [...states.values()],
    redacted: text.redacted,
  };
}

async function tellStates(
  workspace: Workspace,
  session: BlameSession,
  { tells, ...asked }: SummaryGround & { readonly found: readonly FoundLine[]; readonly tells: ToldOfStates },
): Promise<ReadonlyMap<ObjectId, StateSummary>> {
  if (tells === 'everything') return summariesOf(workspace, session, asked);
  const facts = await session.factsOf(carriersOf(asked.found));
  const untold = { intent: null, task: null, redacted: [] };
  return new Map(Array.from(facts, ([carrier, made]) => [carrier, { ...made, ...untold }]));
}

/** Who followed the lines. */
type StateSource = Pick<LineFollower, 'readStates'>;

/** The states that brought lines in, by their carriers, in order of the lines. */
export async function summariesOf(
  workspace: Workspace,
  follower: StateSource,
  { found, ...ground }: SummaryGround & { readonly found: readonly FoundLine[] },
): Promise<ReadonlyMap<ObjectId, StateSummary>> {
  const carriers = carriersOf(found);
  const read = await follower.readStates(carriers);
  const summarised = await summariseStates(workspace, read, ground);
  return new Map(carriers.map((carrier, index) => [carrier, present(summarised[index])]));
}

function present(summary: StateSummary | undefined): StateSummary {
  invariant(summary !== undefined, 'each state has a summary');
  return summary;
}

function wantedLines(text: readonly string[], { lines, path }: BlameOptions): readonly FollowedLine[] {
  if (lines === null) return linesAsked(1, text.length);
  const { first, last } = findLines(text, lines, path);
  return linesAsked(first, last);
}

/** Who may have brought a line in. */
interface Known {
  readonly states: ReadonlyMap<ObjectId, StateSummary>;
  readonly claims: LineClaims | null;
}

/** Loaded late: most repositories have no imports. */
async function loadClaims(workspace: Workspace, view: AuthorityView): Promise<LineClaims> {
  return (await import('#usecases/attribution/line-claims.ts')).LineClaims.load(workspace, view);
}

function describe(line: FoundLine, text: string, { states, claims }: Known): BlameLine {
  const state = line.carrier === null ? undefined : states.get(line.carrier);
  const claim = claims?.of(line) ?? null;
  const unknown = claim === null ? 'unattributed' : 'claimed';
  const how = state === undefined ? unknown : line.exact ? 'exact' : 'inferred';
  const { commit, path, origin } = line;
  return {
    line: line.line,
    text,
    how,
    state: state?.state ?? null,
    carrier: state === undefined ? null : line.carrier,
    commit,
    actor: state?.actor ?? null,
    path: escapePath(path),
    origin,
    claim,
  };
}
