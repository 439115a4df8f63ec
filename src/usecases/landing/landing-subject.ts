import type { AuthorityView } from '#domain/authority/authority.ts';
import type { LandingSubject } from '#domain/landing/landing-rules.ts';
import { partyOf, type Party } from '#domain/review/party.ts';
import type { Workspace } from '#ports/workspace.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';

/** What landing rules look at of states that are landed: who made each of them, as far as signatures tell. */
export function landingSubject(
  workspace: Pick<Workspace, 'hasher' | 'verifySignature' | 'tokens'>,
  view: AuthorityView,
  {
    states: landed,
    beside,
    ...landing
  }: Pick<LandingSubject, 'thread' | 'branch' | 'state' | 'trailers' | 'foreign'> & {
    readonly states: readonly CarriedState[];
    /** Others whose lines come with them. */
    readonly beside: readonly CarriedState[];
  },
): LandingSubject {
  const states = [...landed, ...beside];
  const authors = new Map<string, Party>();
  const unproven: CarriedState['id'][] = [];
  // Signatures take their time: nobody is asked who made what no rule looks at.
  const asked = view.policies.some(({ rules }) => rules.approvals !== null);
  for (const carried of asked ? states : []) {
    const { attestation, chain } = attestState(workspace, carried, view);
    if (attestation !== 'verified' || chain === null) unproven.push(carried.id);
    else {
      const party = partyOf(carried.state.actor, chain);
      authors.set(JSON.stringify(party), party);
    }
  }
  return {
    ...landing,
    threads: [...new Set([landing.thread, ...states.map(({ state }) => state.thread)])],
    states: states.map(({ id }) => id),
    authors: [...authors.values()],
    unproven,
  };
}
