import type { Actor } from '#domain/actor/actor.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { sameAgents } from '#domain/token/chain-claim.ts';
import { agentNames, type TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import { walkThread } from '#usecases/states/walk-states.ts';

/** Whose thread is asked about, and what there is of it. */
export interface Ownership {
  readonly view: AuthorityView;
  readonly actor: Pick<Actor, 'principal'>;
  readonly chain: TokenChain | null;
  /** The thread's newest state; null where it captured nothing. */
  readonly head: CarriedState | null;
  /** The principal who started it; null where nobody knows. */
  readonly startedBy: string | null;
}

/**
 * Tells whether a thread is somebody's own: they signed every state of it, as a person whatever their agents did, as
 * an agent what the same agents did. One without states is its starter's, and no agent's.
 */
export async function ownsThread(
  workspace: Workspace,
  { view, actor, chain, head, startedBy }: Ownership,
): Promise<boolean> {
  if (chain === null) return false;
  const isPerson = agentNames(chain).length === 0;
  if (head === null) return isPerson && startedBy === actor.principal;
  for await (const carried of walkThread(workspace, head)) {
    const made = attestState(workspace, carried, view);
    const theirs = made.attestation === 'verified' && carried.state.actor.principal === actor.principal;
    if (!theirs || !(isPerson || sameAgents(made.chain, chain))) return false;
  }
  return true;
}
