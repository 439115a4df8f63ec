import type { AuthorityView } from '#domain/authority/authority.ts';
import type { ActRecord } from '#domain/removal/tombstone-set.ts';

/** Which lifts and purges may mean anything: those of somebody who was an owner once. */
export function countedActs({ everOwners }: Pick<AuthorityView, 'everOwners'>): (act: ActRecord) => boolean {
  return ({ act }) => everOwners.includes(act.actor.principal);
}
