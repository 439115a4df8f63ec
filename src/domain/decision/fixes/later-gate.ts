import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { landingGate } from '#domain/decision/gates/landing-gate.ts';
import { asksOthersOrTime } from '#domain/decision/gates/guard.ts';
import { quorumGate } from '#domain/decision/gates/quorum-gate.ts';
import { policyRefuses, type Acting } from '#domain/decision/policy-facts.ts';
import { holdsEverywhere, needsRole, presentedChain, tooDeep } from '#domain/decision/request-facts.ts';

/**
 * What refuses a request whose credential allows all of it, for what its principal holds and for what policies ask of
 * whoever would act; null where nothing does.
 */
export function laterGate(
  request: AuthorisationRequest,
  principal: string,
  acting: Acting,
): 'scope' | 'role' | 'policy' | null {
  if (!needsRole(request)) return null;
  if (tooDeep(request).length > 0) return 'scope';
  if (!holdsEverywhere(request, principal)) return 'role';
  return isRefusedByPolicy(request, acting) ? 'policy' : null;
}

/** Tells whether a policy refuses, or asks for others' consent or for time that is not there. */
export function isRefusedByPolicy(request: AuthorisationRequest, acting: Acting): boolean {
  if (policyRefuses(request, acting) || landingGate(request).refusal !== null) return true;
  const chain = presentedChain(request);
  if (chain !== null) return quorumGate(request, chain) !== null;
  return asksOthersOrTime(request);
}
