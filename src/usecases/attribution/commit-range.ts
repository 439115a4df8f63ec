import { HeddleError } from '#domain/error.ts';
import { usageError } from '#domain/usage-error.ts';
import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { resolveRevision } from '#usecases/states/resolve-state.ts';

/** Commits of Git's that are meant by names; `since` null for the one that `until` names. */
export interface RangeNames {
  readonly since: string | null;
  readonly until: string;
}

export interface CommitRange {
  readonly since: ObjectId | null;
  readonly until: ObjectId;
}

/** More are for several ranges. */
export const MOST_COMMITS = 1000;

/** Resolves a range. Throws `NOT_FOUND`, and `USAGE` where a state is named. */
export async function resolveRange(
  workspace: Workspace,
  verb: string,
  { since, until }: RangeNames,
): Promise<CommitRange> {
  return {
    since: since === null ? null : await commitOf(workspace, verb, since),
    until: await commitOf(workspace, verb, until),
  };
}

/** The commits of a range, oldest first. Throws `FORMAT_INVALID` above {@link MOST_COMMITS}. */
export async function commitsOf(
  tracer: Pick<LineTracer, 'between'>,
  { since, until }: CommitRange,
): Promise<readonly ObjectId[]> {
  const commits = await tracer.between(since, until, MOST_COMMITS);
  if (commits.length <= MOST_COMMITS) return commits;
  throw new HeddleError('FORMAT_INVALID', `the range has more than ${MOST_COMMITS} commits`, {
    facts: { most: String(MOST_COMMITS) },
    preserved: 'nothing was changed',
  });
}

async function commitOf(workspace: Workspace, verb: string, name: string): Promise<ObjectId> {
  const found = await resolveRevision(workspace, name);
  if (found.kind === 'commit') return found.commit;
  throw usageError(verb, 'attribution of other tools is of commits of Git, and not of states', { name });
}
