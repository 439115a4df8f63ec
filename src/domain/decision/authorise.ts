import { deny } from './denial.ts';
import { credentialGate, freezeGate } from './gates/credential-gates.ts';
import { agentsOf, callerHolds, neededRole, needsRole } from './request-facts.ts';
import { scopeAndRoleGates } from './gates/scope-and-role.ts';
import { landingGate } from './gates/landing-gate.ts';
import { policyGate } from './gates/policy-gate.ts';
import { consentTo, quorumGate } from './gates/quorum-gate.ts';
import { floorGate, holderGate, lifeGate } from './gates/use-gates.ts';
import type { AuthorisationRequest, Decision, EvaluateToken } from './decision.ts';
import { GATES } from './gate.ts';
import { invariant } from '#domain/error.ts';
import { describeCheck } from '#domain/token/token-words.ts';
import type { TokenChain } from '#domain/token/token.ts';

/**
 * Decides a request: the only place where anything is allowed. Gates are asked in their fixed order and the first
 * that refuses ends it; nothing later can undo that. No I/O, no clock, no fallback. Throws `RESOURCE_INVALID` for
 * a resource that is none. It never asks whether what a resource names exists.
 */
export function authorise(request: AuthorisationRequest, evaluate: EvaluateToken): Decision {
  invariant(request.resources.length > 0, 'a request is about at least one resource');
  const before = freezeGate(request) ?? credentialGate(request);
  if (before !== null) return deny(request, before);
  const { credential } = request;
  invariant(credential.kind === 'chain', 'the credential gate lets only chains pass');
  const refusal =
    holderGate(request, credential.chain) ??
    floorGate(request, credential.chain) ??
    (needsRole(request)
      ? scopeAndRoleGates(request, credential, evaluate)
      : lifeGate(request, credential.chain));
  if (refusal !== null) return deny(request, refusal);
  const policy = policyGate(request, credential.chain);
  const landed = landingGate(request);
  const guarded = policy.refusal ?? landed.refusal ?? quorumGate(request, credential.chain);
  if (guarded !== null) return deny(request, guarded);
  return allow(request, credential.chain, [...policy.warnings, ...landed.warnings]);
}

function allow(request: AuthorisationRequest, chain: TokenChain, warnings: readonly string[]): Decision {
  const first = request.resources[0] ?? '';
  const held = callerHolds(request, first);
  invariant(held !== null || !needsRole(request), 'who needs a role and is allowed holds it');
  return {
    kind: 'allow',
    consent: consentTo(request, chain),
    allowance: {
      operation: request.operation,
      resources: request.resources,
      principal: chain.authority.principal,
      via: agentsOf(chain),
      required: { role: neededRole(request), at: first },
      held,
      scope: chain.blocks.map((block, index) => ({
        block: index,
        agent: block.kind === 'delegation' ? block.agent : null,
        plain: block.checks.map(describeCheck),
      })),
      gates: GATES,
      policy: request.authority.head,
      warnings,
    },
  };
}
