import { applyRecord } from './apply-record.ts';
import type { AuthorityRecord, AuthorityView, Grant } from './authority.ts';
import { ancestorsOf } from '#domain/resource/resource.ts';

/**
 * Who owns the repository with live keys and without an end. There is always one: an owner until a time does not
 * count, since that time comes by itself, and whoever signs a record says what time it is.
 */
export function lastingOwners(view: AuthorityView): readonly string[] {
  const near = ancestorsOf(view.repository);
  const owning = new Set(
    view.grants
      .filter(({ role, until, resource }) => role === 'owner' && until === null && near.includes(resource))
      .map(({ principal }) => principal),
  );
  return view.principals
    .filter(({ principal, revoked }) => !revoked && owning.has(principal))
    .map(({ principal }) => principal);
}

/** Why a grant cannot be taken back, as a clause; undefined where it can. */
export function grantRemovalProblem(view: AuthorityView, grant: Grant): string | undefined {
  // The genesis names all first owners under one id; their way out is the revocation of their keys.
  if (grant.id === view.genesis) return 'an owner that the genesis names is not removed as a grant';
  if (grant.role !== 'owner') return undefined;
  return ownerless({ ...view, grants: view.grants.filter(({ id }) => id !== grant.id) });
}

/** Why somebody's keys cannot be revoked, as a clause; undefined where they can. */
export function keyRevocationProblem(view: AuthorityView, principal: string): string | undefined {
  const principals = view.principals.map((known) =>
    known.principal === principal ? { ...known, revoked: true } : known,
  );
  return ownerless({ ...view, principals });
}

/** Why a record would leave the repository without an owner; undefined for one that does not. */
export function lastOwnerProblem(view: AuthorityView, record: AuthorityRecord): string | undefined {
  const { body } = record;
  const lessens = (body.kind === 'grant' && body.action === 'remove') || body.kind === 'key';
  return lessens ? ownerless(applyRecord(view, view.head, record)) : undefined;
}

function ownerless(view: AuthorityView): string | undefined {
  return lastingOwners(view).length > 0 ? undefined : 'no owner would be left whose grant does not end';
}
