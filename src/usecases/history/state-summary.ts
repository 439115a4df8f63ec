import type { AuthorityView } from '#domain/authority/authority.ts';
import type { StateSummary } from '#domain/results.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';

/** The published form of a state. */
export function summariseState(
  workspace: Pick<Workspace, 'hasher' | 'verifySignature' | 'tokens'>,
  carried: CarriedState,
  view: AuthorityView,
): StateSummary {
  const { state, texts, id } = carried;
  const { attestation, chain } = attestState(workspace, carried, view);
  return {
    state: id,
    thread: state.thread,
    parents: state.parents,
    tree: state.tree,
    intent: texts.intent,
    task: texts.task,
    capturedAt: state.capturedAt,
    actor: state.actor,
    via: agentNames(chain),
    attestation,
    policy: state.policy,
    holder: state.holder,
  };
}
