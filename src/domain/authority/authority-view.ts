import type { AuthorityView, Grant, RegisteredPrincipal } from './authority.ts';
import type { HeldRole } from '#domain/decision/decision.ts';
import { ancestorsOf } from '#domain/resource/resource.ts';
import { grantsAtExactly, grantsOf, grantsOfAt } from './grant-index.ts';
import { ROLES, satisfiesRole, type Role } from './role.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/** The principal's live registration: its current keys. Undefined where it has none or they were revoked. */
export function findPrincipal(view: AuthorityView, principal: string): RegisteredPrincipal | undefined {
  return view.principals.find((candidate) => candidate.principal === principal && !candidate.revoked);
}

/** Whose root key this is or was; look at `revoked`. */
export function findRoot(view: AuthorityView, root: PublicKeyHex): RegisteredPrincipal | undefined {
  return view.principals.find((candidate) => candidate.keys.root === root);
}

/** Every root key that is or was registered: whom a credential may begin at to be read at all. */
export function rootKeys(view: AuthorityView): readonly PublicKeyHex[] {
  return view.principals.map(({ keys }) => keys.root);
}

/** Tells whether a grant still holds at `now`; it ends at `until` itself. */
export function isActive(grant: Grant, now: Instant): boolean {
  return grant.until === null || now < grant.until;
}

/** A principal's active grants at a resource and its ancestors, nearest first. */
export function grantsAt(
  view: AuthorityView,
  principal: string,
  resource: string,
  now: Instant,
): readonly Grant[] {
  return grantsOfAt(view.grants, principal, ancestorsOf(resource)).filter((grant) => isActive(grant, now));
}

/** The role that a principal holds at a resource: the highest granted there or above; of equals the nearest. */
export function heldAt(
  view: AuthorityView,
  principal: string,
  resource: string,
  now: Instant,
): HeldRole | null {
  const [first, ...others] = grantsAt(view, principal, resource, now);
  if (first === undefined) return null;
  const highest = others.reduce(
    (best, grant) => (satisfiesRole(best.role, grant.role) ? best : grant),
    first,
  );
  return heldRole(highest);
}

/** The nearest grant of a principal at a resource or above, whatever its role. */
export function nearestHeld(
  view: AuthorityView,
  principal: string,
  resource: string,
  now: Instant,
): HeldRole | null {
  const nearest = grantsAt(view, principal, resource, now)[0];
  return nearest === undefined ? null : heldRole(nearest);
}

/**
 * Where a principal that holds nothing at a resource holds something after all: the grant that shares most
 * ancestors with it. Grants nothing; it tells a person where they are.
 */
export function heldElsewhere(
  view: AuthorityView,
  principal: string,
  resource: string,
  now: Instant,
): HeldRole | null {
  const near = new Set(ancestorsOf(resource));
  const shared = (grant: Grant): number =>
    ancestorsOf(grant.resource).filter((ancestor) => near.has(ancestor)).length;
  let nearest: { readonly grant: Grant; readonly shares: number } | null = null;
  for (const grant of grantsOf(view.grants, principal)) {
    const shares = isActive(grant, now) ? shared(grant) : -1;
    if (shares > (nearest?.shares ?? -1)) nearest = { grant, shares };
  }
  return nearest === null ? null : heldRole(nearest.grant);
}

function heldRole(grant: Grant): HeldRole {
  return { role: grant.role, at: grant.resource, grant: grant.id, by: grant.by, since: grant.since };
}

/**
 * The highest role that a principal was granted anywhere and that was not taken back, or null. Grants that ended
 * count: whoever changes keys says what time it is, and would say one at which the principal is nobody.
 */
export function highestRole(view: AuthorityView, principal: string): Role | null {
  const roles = new Set(grantsOf(view.grants, principal).map((grant) => grant.role));
  return ROLES.toReversed().find((role) => roles.has(role)) ?? null;
}

/** Tells whether a principal has at least a role at any place. Grants that ended count, as in {@link highestRole}. */
export function holdsSomewhere(grants: readonly Grant[], principal: string, role: Role): boolean {
  return grantsOf(grants, principal).some((grant) => satisfiesRole(grant.role, role));
}

/** Principals with live keys that hold at least `role` at a resource, in order of registration. */
export function whoMay(view: AuthorityView, role: Role, resource: string, now: Instant): readonly string[] {
  const holding = new Set(
    grantsAtExactly(view.grants, ancestorsOf(resource))
      .filter((grant) => isActive(grant, now) && satisfiesRole(grant.role, role))
      .map(({ principal }) => principal),
  );
  return view.principals
    .filter(({ principal, revoked }) => !revoked && holding.has(principal))
    .map(({ principal }) => principal);
}
