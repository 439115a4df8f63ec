import { utf8 } from '#domain/encoding/bytes.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import type { BlameLine, BlameResult } from '#domain/results/blame.ts';
import type { StateSummary } from '#domain/results.ts';
import type { LineRange } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { readLines } from '#usecases/content/read-lines.ts';
import { summariseStates } from '#usecases/history/state-summary.ts';
import { readStates } from '#usecases/states/read-state.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { findStart, type BlameStart } from './blame-start.ts';
import { LineFollower } from './follow-lines.ts';
import type { FollowedLine, FoundLine } from './places.ts';

export interface BlameOptions {
  /** From the work tree's root. */
  readonly path: string;
  /** State, thread or Git revision; null for the work tree. */
  readonly at: string | null;
  /** Null for every line. `last` may lie behind the end. */
  readonly lines: LineRange | null;
  readonly ignoreWhitespace: boolean;
}

/** Tells of each line of a file who brought it in. Throws `NOT_FOUND` where there is no such file or line. */
export async function blame(workspace: Workspace, options: BlameOptions): Promise<BlameResult> {
  const { view } = await loadAuthority(workspace);
  const tombstones = await readTombstones(workspace, view);
  const start = await findStart(workspace, options.at);
  const path = utf8(options.path);
  const text = await readLines(workspace, tombstones, { ...start, path });
  const wanted = wantedLines(text.lines.length, options);
  const found = wanted.length === 0 ? [] : await follow(workspace, { start, path, wanted, options });
  const states = await summaries(found);
  return {
    path: escapePath(path),
    at: start.name,
    lines: found.map((line) => describe(line, text.lines[line.line - 1] ?? '', states)),
    states: [...states.values()],
    redacted: text.redacted,
  };

  async function summaries(lines: readonly FoundLine[]): Promise<ReadonlyMap<ObjectId, StateSummary>> {
    const carriers = new Set(lines.flatMap(({ carrier }) => (carrier === null ? [] : [carrier])));
    const read = await readStates(workspace, [...carriers]);
    const summarised = await summariseStates(workspace, read, { view, tombstones });
    return new Map([...carriers].map((carrier, index) => [carrier, present(summarised[index])]));
  }
}

function present(summary: StateSummary | undefined): StateSummary {
  invariant(summary !== undefined, 'each state has a summary');
  return summary;
}

function wantedLines(count: number, { lines, path }: BlameOptions): readonly FollowedLine[] {
  const { first, last } = lines ?? { first: 1, last: count };
  if (lines !== null && first > count) {
    throw new HeddleError('NOT_FOUND', `the file has ${count} lines`, {
      facts: { path, line: first },
      preserved: 'nothing was changed',
    });
  }
  const length = Math.max(0, Math.min(last, count) - first + 1);
  return Array.from({ length }, (_, index) => ({
    line: first + index,
    at: first + index,
    through: [],
    exact: true,
  }));
}

async function follow(
  workspace: Workspace,
  asked: {
    readonly start: BlameStart;
    readonly path: Uint8Array;
    readonly wanted: readonly FollowedLine[];
    readonly options: BlameOptions;
  },
): Promise<readonly FoundLine[]> {
  const { start, path, wanted, options } = asked;
  const tracer = await workspace.lineTracers.open();
  try {
    const follower = new LineFollower(workspace, tracer, options);
    const found = await followFrom(follower, { start, path, wanted });
    return found.toSorted((a, b) => a.line - b.line);
  } finally {
    await tracer.close();
  }
}

async function followFrom(
  follower: LineFollower,
  asked: {
    readonly start: BlameStart;
    readonly path: Uint8Array;
    readonly wanted: readonly FollowedLine[];
  },
): Promise<readonly FoundLine[]> {
  const { start, path, wanted } = asked;
  switch (start.kind) {
    case 'state':
      return follower.followState({ commit: start.commit, path }, wanted);
    case 'commit':
      return follower.followCommit({ commit: start.commit, path }, wanted);
    case 'uncaptured':
      return follower.followUncaptured({ files: start.files, path }, start.from, wanted);
  }
}

function describe(
  { line, carrier, commit, path, origin, exact }: FoundLine,
  text: string,
  states: ReadonlyMap<ObjectId, StateSummary>,
): BlameLine {
  const state = carrier === null ? undefined : states.get(carrier);
  const how = state === undefined ? 'unattributed' : exact ? 'exact' : 'inferred';
  return {
    line,
    text,
    how,
    state: state?.state ?? null,
    commit,
    actor: state?.actor ?? null,
    path: escapePath(path),
    origin,
  };
}
