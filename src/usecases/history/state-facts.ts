import type { AuthorityView } from '#domain/authority/authority.ts';
import type { StateSummary } from '#domain/results/work-results.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';

/** Who made a state, when, and what its signature proves. All of it follows from the carrier and the authority view. */
export type StateFacts = Omit<StateSummary, 'intent' | 'task' | 'redacted'>;

export function factsOf(
  workspace: Pick<Workspace, 'hasher' | 'verifySignature' | 'tokens'>,
  carried: CarriedState,
  view: AuthorityView,
): StateFacts {
  const { state, id } = carried;
  const { attestation, chain } = attestState(workspace, carried, view);
  return {
    state: id,
    thread: state.thread,
    parents: state.parents,
    tree: state.tree,
    capturedAt: state.capturedAt,
    actor: state.actor,
    via: agentNames(chain),
    attestation,
    policy: state.policy,
    holder: state.holder,
  };
}
