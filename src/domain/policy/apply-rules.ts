import type { AuthorityBody, AuthorityView } from '#domain/authority/authority.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import { asksNothing, type Policy } from './policy.ts';

/** Of the record that sets a policy. */
export interface SetBy {
  readonly id: AuthorityId;
  readonly by: string;
  readonly at: Instant;
}

/** A view in which a policy was set: the newest at a resource is the only one there; one that asks nothing leaves none. */
export function applyRules<View extends Pick<AuthorityView, 'policies'>>(
  view: View,
  { resource, rules }: Extract<AuthorityBody, { readonly kind: 'policy' }>,
  { id, by, at }: SetBy,
): View {
  const others = view.policies.filter((policy) => policy.resource !== resource);
  const policy: Policy = { id, resource, rules, by, since: at };
  return { ...view, policies: asksNothing(rules) ? others : [...others, policy] };
}
