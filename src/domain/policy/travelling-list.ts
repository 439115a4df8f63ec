import type { AuthorityView } from '#domain/authority/authority.ts';
import { effectivePolicy } from './effective-policy.ts';

/** Whether the policy of a repository has tombstones tell by what every clone refuses what they remove. */
export function listTravels(view: Pick<AuthorityView, 'repository' | 'policies'>): boolean {
  return effectivePolicy(view, view.repository).shunList === 'travelling';
}
