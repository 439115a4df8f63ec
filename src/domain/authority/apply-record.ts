import type { AuthorityBody, AuthorityRecord, AuthorityView, PrincipalKeys } from './authority.ts';
import { appendGrant, removeGrant } from './grant-index.ts';
import type { AuthorityId } from '#domain/id.ts';
import { applyRules } from '#domain/policy/apply-rules.ts';
import type { Instant } from '#domain/time.ts';

/** The view that a genesis begins. */
export function beginView(
  id: AuthorityId,
  at: Instant,
  body: Extract<AuthorityBody, { readonly kind: 'genesis' }>,
): AuthorityView {
  return {
    genesis: id,
    head: id,
    seq: 0,
    repository: body.resource,
    principals: body.owners.map(({ principal, root, record }) => ({
      principal,
      keys: { root, record },
      since: at,
      revoked: false,
    })),
    grants: body.owners.map(({ principal }) => ({
      id,
      principal,
      role: 'owner',
      resource: body.resource,
      by: principal,
      since: at,
      until: null,
    })),
    everOwners: body.owners.map(({ principal }) => principal),
    replicas: [],
    revokedSessions: [],
    revokedBlocks: [],
    frozen: null,
    consents: [],
    policies: [],
  };
}

/** The view after a record that was found valid. */
export function applyRecord(view: AuthorityView, id: AuthorityId, record: AuthorityRecord): AuthorityView {
  const consents = [...view.consents, ...(record.consents ?? [])];
  return { ...view, head: id, seq: record.seq, consents, ...changed(view, id, record) };
}

function changed(view: AuthorityView, id: AuthorityId, record: AuthorityRecord): Partial<AuthorityView> {
  const { body, by, at } = record;
  switch (body.kind) {
    case 'genesis':
    case 'merge':
      return {};
    case 'key':
      return { principals: changedKeys(view, body, at) };
    case 'grant':
      return { grants: changedGrants(view, id, record, body), everOwners: everOwners(view, body) };
    case 'replica':
      return { replicas: [...view.replicas, { replica: body.replica, key: body.key, by }] };
    case 'revoke':
      return {
        revokedSessions: added(view.revokedSessions, body.session),
        revokedBlocks: added(view.revokedBlocks, body.block),
      };
    case 'freeze':
      return { frozen: { by, since: at, breakGlass: body.breakGlass === true } };
    case 'unfreeze':
      return { frozen: null };
    case 'policy':
      return { policies: applyRules(view, body, { id, by, at }).policies };
  }
}

/** Keys that were live stay in the list as revoked: they are never registered again. */
function changedKeys(
  view: AuthorityView,
  body: Extract<AuthorityBody, { readonly kind: 'key' }>,
  at: Instant,
): AuthorityView['principals'] {
  const { principal } = body;
  const known = view.principals.map((entry) =>
    entry.principal === principal ? { ...entry, revoked: true } : entry,
  );
  if (body.action === 'revoke') return known;
  const keys: PrincipalKeys = body.keys;
  return [...known, { principal, keys, since: at, revoked: false }];
}

function changedGrants(
  view: AuthorityView,
  id: AuthorityId,
  record: AuthorityRecord,
  body: Extract<AuthorityBody, { readonly kind: 'grant' }>,
): AuthorityView['grants'] {
  if (body.action === 'remove') return removeGrant(view.grants, body.grant);
  const { principal, role, resource, until } = body;
  return appendGrant(view.grants, { id, principal, role, resource, by: record.by, since: record.at, until });
}

function everOwners(
  { everOwners: known }: AuthorityView,
  body: Extract<AuthorityBody, { readonly kind: 'grant' }>,
): readonly string[] {
  return body.action === 'add' && body.role === 'owner' ? added(known, body.principal) : known;
}

function added(list: readonly string[], item: string | null): readonly string[] {
  return item === null || list.includes(item) ? list : [...list, item];
}
