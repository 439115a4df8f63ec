import type { AuthorityView } from '#domain/authority/authority.ts';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, type Digest } from '#domain/id.ts';
import { actText, type IntendedAct, type MeantPurge } from './intended-act.ts';

/*
 * What people agree to a purge under, canonical JSON, hashed with the kind "consent":
 *
 *   {"grants":["hg-… mara@example.com"],"keys":[["mara@example.com","<root key>"]],"policies":["hg-…"]}
 *
 * Policies in force, grants of the role of an owner, and the root keys of who holds one, wherever in the repository;
 * each list sorted by code units.
 */

/** A purge as it is meant, done and agreed to: with what it is agreed under, where some policy guards purges. */
export function purgeAct(
  hasher: Hasher,
  view: AuthorityView,
  { tombstone, rewriteGit }: MeantPurge,
): IntendedAct & { readonly args: { readonly [name: string]: Json } } {
  const under = guardsPurges(view) ? { under: consentGround(hasher, view) } : {};
  return { op: 'purge', args: { tombstone, ...(rewriteGit ? { rewriteGit } : {}), ...under } };
}

/** Tells whether a policy anywhere in the repository asks others, or time, before something is destroyed. */
export function guardsPurges({ policies }: Pick<AuthorityView, 'policies'>): boolean {
  return policies.some(({ rules }) => rules.guarded?.includes('purge:apply') === true);
}

/** What an act means to destroy; undefined of any other act. */
export function meantPurge({ op, args }: IntendedAct): MeantPurge | undefined {
  const tombstone = op === 'purge' ? jsonField(args, 'tombstone') : undefined;
  if (typeof tombstone !== 'string') return undefined;
  return { tombstone, rewriteGit: jsonField(args, 'rewriteGit') === true };
}

/** Tells whether policies, owners and their keys are those under which a purge was asked for. */
export function stillStands(hasher: Hasher, view: AuthorityView, act: IntendedAct): boolean {
  const meant = meantPurge(act);
  return meant !== undefined && actText(act) === actText(purgeAct(hasher, view, meant));
}

function consentGround(hasher: Hasher, { policies, grants, principals }: AuthorityView): Digest {
  const owning = grants.filter(({ role }) => role === 'owner');
  const owners = new Set(owning.map(({ principal }) => principal));
  const keys = principals
    .filter(({ principal, revoked }) => !revoked && owners.has(principal))
    .map(({ principal, keys: { root } }) => [principal, root])
    .toSorted((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1));
  const ground = {
    policies: policies.map(({ id }) => id).toSorted(),
    grants: owning.map(({ id, principal }) => `${id} ${principal}`).toSorted(),
    keys,
  };
  return formatDigest(hasher.hash('consent', encodeCanonical(ground)));
}
