import type { AuthorityView } from '#domain/authority/authority.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { formatDuration } from '#domain/time.ts';

type Policies = Pick<AuthorityView, 'repository' | 'policies'>;

/** What policies ask of one operation at one place. */
interface Asked {
  readonly quorum: number;
  /** Seconds. */
  readonly wait: number;
}

/** A branch onto which nobody lands without approvals, nor takes that rule away alone, or at once. */
export interface GuardedBranch extends Asked {
  readonly branch: string;
}

/**
 * Of branches that a purge rewrites those where landings need approvals, and more is asked of whoever would take that rule
 * away than of the purge: who moves the branch must not get around it. A purge is asked at the whole repository.
 */
export function lessGuarded(view: Policies, branches: readonly string[]): readonly GuardedBranch[] {
  const purge = askedAt(view, view.repository, 'purge:apply');
  return branches.flatMap((branch) => {
    if (askedApprovals(view, branch) === 0) return [];
    const lifting = askedAt(view, threadResource(view.repository, `heads/${branch}`), 'policy:write');
    return lifting.quorum > purge.quorum || lifting.wait > purge.wait ? [{ branch, ...lifting }] : [];
  });
}

/** How many people must approve what is landed on a branch; 0 for none. */
export function askedApprovals(view: Policies, branch: string): number {
  return effectivePolicy(view, threadResource(view.repository, `heads/${branch}`)).approvals ?? 0;
}

/** The options of a policy for the repository under which as much is asked of a purge. */
export function guardPurgeArgv(view: Policies, branches: readonly GuardedBranch[]): readonly string[] {
  const own = view.policies.find(({ resource }) => resource === view.repository)?.rules;
  const guarded = [...new Set([...(own?.guarded ?? []), 'purge:apply'])].toSorted();
  const quorum = Math.max(own?.quorum ?? 1, ...branches.map((branch) => branch.quorum));
  const wait = Math.max(own?.wait ?? 0, ...branches.map((branch) => branch.wait));
  return [
    'heddle',
    'policy',
    'set',
    '--guard',
    guarded.join(','),
    ...(quorum > 1 ? ['--quorum', String(quorum)] : []),
    ...(wait > 0 ? ['--wait', formatDuration(wait)] : []),
  ];
}

function askedAt(view: Policies, resource: string, operation: RequestOperation): Asked {
  const { guarded, quorum, wait } = effectivePolicy(view, resource);
  if (guarded?.includes(operation) !== true) return { quorum: 1, wait: 0 };
  return { quorum: quorum ?? 1, wait: wait ?? 0 };
}
