import { HeddleError } from '#domain/error.ts';
import { usageError } from '#domain/usage-error.ts';
import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { commitsOf } from '#usecases/attribution/commit-range.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { carriesState } from '#usecases/states/read-state.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';

/** A range as it was typed: one commit, `A..B`, or `A...B` for what only one of both has. */
export interface AskedRange {
  readonly text: string;
  /** Null for the one commit that `until` names. */
  readonly since: string | null;
  readonly until: string;
  readonly symmetric: boolean;
}

/** What stands beside the dots is of Git, too: a name may have slashes, and dots of its own are single. */
const RANGE = /^(.*?[^.]|)(\.\.\.?)([^.].*|)$/s;

/** What is typed for a commit or a range of commits; a side that is left out is HEAD. */
export function parseAskedRange(text: string): AskedRange {
  const [, since, dots, until] = RANGE.exec(text) ?? [];
  const isRange = since !== undefined && until !== undefined && `${since}${until}` !== '';
  if (!isRange) return { text, since: null, until: text, symmetric: false };
  return { text, since: since || 'HEAD', until: until || 'HEAD', symmetric: dots === '...' };
}

/** Commits of a range, and what they stand on. */
export interface RangeCommits {
  /** Oldest first. */
  readonly commits: readonly ObjectId[];
  /** Ends of the range. */
  readonly ends: readonly ObjectId[];
}

const DEEPEN =
  'this checkout may be shallow: `git fetch --unshallow origin` brings the rest, or `fetch-depth: 0` at the checkout step of a workflow';

/** Resolves a range to Git's commits. Throws `NOT_FOUND`, `USAGE`, `FORMAT_INVALID` above 1000 commits. */
export async function rangeCommits(
  workspace: Workspace,
  tracer: Pick<LineTracer, 'between'>,
  { since, until, symmetric }: AskedRange,
): Promise<RangeCommits> {
  const to = await commitOf(workspace, until);
  const from = since === null ? null : await commitOf(workspace, since);
  const ahead = await commitsOf(tracer, { since: from, until: to });
  const behind = symmetric && from !== null ? await commitsOf(tracer, { since: to, until: from }) : [];
  return { commits: [...behind, ...ahead], ends: from === null ? [to] : [from, to] };
}

/** Git's own name for a commit; states are for `verify` as it is. */
async function commitOf(workspace: Workspace, name: string): Promise<ObjectId> {
  const commit = await workspace.revisions.resolveCommit(name);
  if (commit === undefined && (await threadHeads(workspace)).has(name)) throw isThread(name);
  if (commit === undefined) {
    throw new HeddleError('NOT_FOUND', `no Git revision is called ${name.slice(0, 200)}`, {
      facts: { name: name.slice(0, 200), advice: `look at how it is written; if it is right, ${DEEPEN}` },
      preserved: 'nothing was changed',
    });
  }
  if (await carriesState(workspace, commit)) throw isThread(name);
  return commit;
}

function isThread(name: string): HeddleError {
  return usageError(
    'verify',
    `${name.slice(0, 200)} is of heddle's states, and a range is of Git's commits`,
    {
      advice: 'states are verified by `heddle verify --all`',
    },
  );
}

/** Throws `NOT_FOUND` where a parent is missing: what came in with a commit cannot be told then. */
export async function requireParent(workspace: Workspace, commit: ObjectId, parent: ObjectId): Promise<void> {
  if ((await findCommit(workspace, parent)) !== undefined) return;
  throw new HeddleError('NOT_FOUND', `what ${commit.slice(0, 12)} stands on is missing`, {
    facts: { commit, parent, advice: DEEPEN },
    preserved: 'nothing was changed',
  });
}
