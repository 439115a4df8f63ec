import { heldAt, isActive } from '#domain/authority/authority-view.ts';
import type { AuthorityView, Grant } from '#domain/authority/authority.ts';
import { covers, formatResource, parseResource } from '#domain/resource/resource.ts';
import type { EffectiveRole, GrantListResult, GrantReach } from '#domain/results/grant-results.ts';
import type { Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { grantReasons } from './grant-reasons.ts';

export interface GrantFilter {
  readonly principal: string | null;
  /** Only grants that count there: at it, or above. */
  readonly at: string | null;
}

/**
 * Active grants; with `effective`, what they come to at the resource for the principal, or for everybody.
 * Throws `RESOURCE_INVALID`.
 */
export async function listGrants(
  workspace: Workspace,
  filter: GrantFilter & { readonly effective: boolean },
): Promise<GrantListResult> {
  const authority = await loadAuthority(workspace);
  const { view } = authority;
  const now = workspace.clock.now();
  const at = filter.at === null ? null : formatResource(parseResource(filter.at));
  const grants = view.grants.filter((grant) => passes(grant, { ...filter, at }) && isActive(grant, now));
  const ids = grants.map(({ id }) => id);
  const reasons = grantReasons(workspace, authority, ids);
  return {
    at,
    grants: grants.map((grant) => ({
      ...grant,
      reason: reasons.get(grant.id) ?? null,
      reach: at === null ? null : reachOf(grant.resource, at),
    })),
    effective:
      filter.effective && at !== null ? effectiveRoles(view, { principal: filter.principal, at, now }) : null,
  };
}

/** Tells whether a grant is of the principal and counts at the resource that are asked for. */
export function passes(
  grant: Pick<Grant, 'principal' | 'resource'>,
  { principal, at }: GrantFilter,
): boolean {
  return (principal === null || grant.principal === principal) && (at === null || covers(grant.resource, at));
}

function reachOf(granted: string, at: string): GrantReach {
  return granted === at ? 'direct' : 'inherited';
}

/** The decision's own rule, for one principal or for all with keys: whoever has none does nothing. */
function effectiveRoles(
  view: AuthorityView,
  { principal, at, now }: { readonly principal: string | null; readonly at: string; readonly now: Instant },
): readonly EffectiveRole[] {
  const there = { ...view, grants: view.grants.filter((grant) => covers(grant.resource, at)) };
  const live = new Set(view.principals.flatMap((known) => (known.revoked ? [] : [known.principal])));
  const asked = principal === null ? [...live] : [principal];
  return asked.map((name): EffectiveRole => {
    const held = live.has(name) ? heldAt(there, name, at, now) : null;
    const reach = held === null ? null : reachOf(held.at, at);
    return { principal: name, registered: live.has(name), at, held, reach };
  });
}
