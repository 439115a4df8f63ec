import { effectivePolicy, policiesAt } from '#domain/policy/effective-policy.ts';
import { covers, formatResource, parseResource } from '#domain/resource/resource.ts';
import type { PolicyResult, PolicyShowResult } from '#domain/results/policy-results.ts';
import { HeddleError } from '#domain/error.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { grantReasons } from '#usecases/keys/grant-reasons.ts';

/** Where below a resource more is asked: at other places than those that {@link showPolicy} tells of. */
export async function policiesBelow(workspace: Workspace, resource: string): Promise<readonly string[]> {
  const { view } = await loadAuthority(workspace);
  const below = view.policies.filter(
    (policy) => policy.resource !== resource && covers(resource, policy.resource),
  );
  return below.map((policy) => policy.resource).toSorted();
}

/** What is asked at a resource, by which policies. Throws `RESOURCE_INVALID`, `POLICY_INVALID` outside the repository. */
export async function showPolicy(workspace: Workspace, resource: string | null): Promise<PolicyShowResult> {
  const authority = await loadAuthority(workspace);
  const { view } = authority;
  const at = resource === null ? view.repository : formatResource(parseResource(resource));
  if (!covers(view.repository, at)) {
    throw new HeddleError('POLICY_INVALID', `${at} is not in this repository`, {
      facts: { resource: at, repository: view.repository },
      preserved: 'nothing was changed',
    });
  }
  const policies = policiesAt(view, at);
  const reasons = grantReasons(
    workspace,
    authority,
    policies.map(({ id }) => id),
  );
  const shown = policies.map(({ rules, ...policy }): PolicyResult => ({
    ...policy,
    rules: { ...rules },
    reason: reasons.get(policy.id) ?? null,
  }));
  return {
    resource: at,
    own: shown.find((policy) => policy.resource === at) ?? null,
    inherited: shown.filter((policy) => policy.resource !== at),
    effective: { ...effectivePolicy(view, at) },
  };
}
