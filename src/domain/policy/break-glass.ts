import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Role } from '#domain/authority/role.ts';
import { effectivePolicy } from './effective-policy.ts';

/** Who may freeze the repository at once, giving a reason: owners, and whom a policy of the repository names. */
export function breakGlassRole(view: Pick<AuthorityView, 'repository' | 'policies'>): Role {
  return effectivePolicy(view, view.repository).breakGlass ?? 'owner';
}
