import { HeddleError } from '#domain/error.ts';
import { parseId, shortId, type StateId } from '#domain/id.ts';
import type { OperationTexts } from '#domain/operation/operation.ts';
import { DROPPED_REFS } from '#domain/refs.ts';
import { sameAgents } from '#domain/token/chain-claim.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Actor } from '#domain/actor/actor.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { Standing } from '#usecases/threads/position.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { whyKept } from './why-kept.ts';

/** The state that a capture replaces by a new one. Throws `AMEND_REFUSED` for what is not the caller's own alone. */
export async function requireReplaceable(
  workspace: Workspace,
  { authority: { view }, caller }: Pick<Ground, 'authority' | 'caller'>,
  { thread, parent, head }: Standing,
): Promise<CarriedState> {
  if (parent === null || head === null || parent.state.thread !== thread) {
    throw refused(thread, parent, `${thread} has no state of its own yet`);
  }
  const author = { view, actor: caller.actor, chain: caller.chain };
  if (!isOwnState(workspace, parent, author)) {
    throw refused(thread, parent, 'it was made by somebody else, by another agent or with another model');
  }
  const why = await whyKept(workspace, parent);
  if (why !== undefined) throw refused(thread, parent, why);
  return parent;
}

/** What commits brought in is not the caller's own: it gets a state that says so. */
export function refusedAsBrought({ id, state: { thread } }: CarriedState, commit: string): HeddleError {
  const why = `the commit ${commit.slice(0, 12)} brought files in since; capture them first, without \`--amend\``;
  return refused(thread, { id }, why);
}

/** Tells whether a state was made by the same person, agents and model: what replaces it is attributed no otherwise. */
export function isOwnState(
  workspace: Workspace,
  carried: CarriedState,
  {
    view,
    actor,
    chain,
  }: { readonly view: AuthorityView; readonly actor: Actor; readonly chain: TokenChain | null },
): boolean {
  const made = attestState(workspace, carried, view);
  const { actor: author } = carried.state;
  return (
    made.attestation === 'verified' &&
    (['principal', 'agent', 'provider', 'model'] as const).every((field) => author[field] === actor[field]) &&
    sameAgents(made.chain, chain)
  );
}

/** The state that a line of a capture replaced; undefined for a plain one. */
export function replacedBy({ refs }: Pick<OperationTexts, 'refs'>): StateId | undefined {
  const kept = refs.find(({ name, old }) => name.startsWith(DROPPED_REFS) && old === null);
  return kept === undefined ? undefined : parseId('hs', kept.name.slice(DROPPED_REFS.length));
}

function refused(thread: string, state: Pick<CarriedState, 'id'> | null, why: string): HeddleError {
  const what = state === null ? thread : shortId(state.id);
  return new HeddleError('AMEND_REFUSED', `${what} is not amended: ${why}`, {
    facts: { thread, state: state?.id ?? null, reason: why },
    preserved: 'nothing was captured',
  });
}
