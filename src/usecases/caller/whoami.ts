import { findPrincipal, isActive } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { CredentialSummary } from '#domain/results/token-results.ts';
import type { ActorResult, WhoamiResult } from '#domain/results/work-results.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Machine } from '#ports/workspace.ts';
import { scopeResult } from '#usecases/tokens/inspect-token.ts';
import { identifyCaller, type Caller } from './identify.ts';

/** What the caller's credential leaves; null where there is none or it cannot be read. */
export function credentialSummary({ chain, origin }: Caller): CredentialSummary | null {
  if (chain === null || origin === 'none') return null;
  return {
    kind: origin,
    principal: chain.authority.principal,
    via: agentNames(chain),
    ...scopeResult(chain.blocks),
  };
}

/** Who the caller is here, and what it holds. */
export async function whoami(machine: Machine, view: AuthorityView | null): Promise<WhoamiResult> {
  const caller = await identifyCaller(machine, view);
  const { principal } = caller.actor;
  const named = caller.sources.principal !== 'none';
  const keys = (await machine.keys.list()).find((known) => known.principal === principal);
  const actor: ActorResult | null = named ? caller.actor : null;
  const now = machine.clock.now();
  const roles = (view?.grants ?? []).filter((grant) => grant.principal === principal && isActive(grant, now));
  return {
    actor,
    sources: named ? caller.sources : null,
    credential: credentialSummary(caller),
    keys: keys === undefined ? null : { root: keys.root, record: keys.record },
    registered: view === null ? null : findPrincipal(view, principal) !== undefined,
    roles: roles.map(({ role, resource }) => ({ role, at: resource })),
    agentDetected: machine.said.agentDetected,
  };
}
