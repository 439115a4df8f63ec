import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { branchRef } from '#domain/refs.ts';
import type { RangeFinding, RangeRule } from '#domain/verification/range-rules.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { branchResources } from '#usecases/hooks/hook-asks.ts';
import type { LeavingCommit } from '#usecases/secrets/secrets-leaving.ts';
import { verifyRange } from '#usecases/verify/range/verify-range.ts';

/** Commits of a branch that leave. */
export interface LeavingBranch {
  /** As it is called there. */
  readonly branch: string;
  readonly commit: ObjectId;
  readonly commits: readonly LeavingCommit[];
  /** The remote has no branch yet: all that Git has came before anybody could answer for it. */
  readonly begins: boolean;
}

/**
 * Holds commits to the states that their work came from, as `verify RANGE` does, where a policy asks that work is
 * attributed. Returns what is only told. Throws `PUSH_REFUSED`.
 */
export async function refuseUnattributed(
  workspace: Workspace,
  view: Pick<AuthorityView, 'repository' | 'policies'>,
  { branch, commit, commits, begins }: LeavingBranch,
): Promise<readonly string[]> {
  const [resource = view.repository] = branchResources(view.repository, branchRef(branch), []);
  if (effectivePolicy(view, resource).attribution !== 'required' || commits.length === 0) return [];
  if (begins) return [`the remote has no branch yet: nobody looked at whose the history of ${branch} is`];
  if (commits.length > MOST_COMMITS)
    throw unattributed(branch, `it has more than ${MOST_COMMITS} new commits`, []);
  const own = new Set(commits.map((one) => one.commit));
  const before = commits.flatMap(({ parents }) => parents).filter((parent) => !own.has(parent));
  const { findings } = await verifyRange(workspace, {
    range: { text: branch, since: null, until: branch, symmetric: false },
    exactly: { commits: [...own], ends: [commit, ...new Set(before)] },
    genesis: null,
    onto: branch,
    unattributed: null,
  });
  const wrong = findings.filter(({ rule, level }) => level === 'error' && !LOOKED_AT.includes(rule));
  const [first] = wrong;
  if (first !== undefined)
    throw unattributed(branch, first.message, wrong.slice(0, MOST_NAMED).map(findingLine));
  return [];
}

/** No more are judged at once, as for a range. */
const MOST_COMMITS = 1000;
const MOST_NAMED = 20;
/** Judged by themselves, before: there a person may let them pass. */
const LOOKED_AT: readonly RangeRule[] = ['secret-found', 'secret-unsearched', 'content-removed'];

function findingLine({ commit, path, line, message }: RangeFinding): string {
  const place = [path, line].filter((part) => part !== null).join(':');
  return [commit?.slice(0, 12), place === '' ? undefined : place, message].filter(Boolean).join(' ');
}

function unattributed(branch: string, why: string, findings: readonly string[]): HeddleError {
  return new HeddleError('PUSH_REFUSED', `${branch} would bring what no state answers for`, {
    facts: { branch, why, findings: [...findings], advice: ADVICE },
    preserved: 'nothing was pushed',
  });
}

const ADVICE =
  'the policy asks that work is attributed: bring it in from a thread with `heddle land`, and see whose it is with `heddle verify A..B`';
