import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { evaluateCheck } from '#domain/token/token-check.ts';
import { failedChecks } from './evaluate-group.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { chainAgents, type TokenChain } from '#domain/token/token.ts';
import { whoMay } from '#domain/authority/authority-view.ts';
import { widenRemedy } from '#domain/decision/fixes/delegate-fix.ts';
import { loginRemedy } from '#domain/decision/fixes/login-fix.ts';
import { noFix, usualRemedy, type Refusal } from '#domain/decision/denial.ts';
import { factsFor, holdsEverywhere, holdsNeeded, neededRole } from '#domain/decision/request-facts.ts';

/** Holder: whoever found the token's bytes cannot use them; the leaf holder's key signs the request. */
export function holderGate(request: AuthorisationRequest, chain: TokenChain): Refusal | null {
  if (request.holder === chain.holder) return null;
  return {
    code: 'HOLDER_MISMATCH',
    message: "the request is not signed by the credential's holder",
    remedy: usualRemedy('HOLDER_MISMATCH'),
  };
}

/** Floor: never delegated, never attenuated, and with the root key unlocked in this process. */
export function floorGate(request: AuthorisationRequest, chain: TokenChain): Refusal | null {
  const rule = operationRule(request.operation);
  const floor = rule.floor && !(request.own === true && rule.own === 'nothing');
  if (!floor && request.agreeing !== true) return null;
  const { principal } = chain.authority;
  if (chain.blocks.length > 1) {
    const agent = chainAgents(chain).at(-1)?.agent;
    const whose = agent === undefined ? 'an attenuated token' : `the agent ${agent}`;
    return {
      code: 'FLOOR',
      message: `${request.operation} is never done by ${whose}`,
      remedy:
        agent === undefined && request.unlocked.includes(chain.root)
          ? loginRemedy(request, principal)
          : noFix(whoInPerson(request, principal)),
    };
  }
  if (request.unlocked.includes(chain.root)) return null;
  return {
    code: 'UNLOCK_NEEDED',
    message: `${request.operation} needs the root key of ${principal} unlocked`,
    remedy: usualRemedy('UNLOCK_NEEDED'),
  };
}

/** A principal whose role would not suffice either is not sent to try. */
function whoInPerson(request: AuthorisationRequest, principal: string): string {
  if (holdsEverywhere(request, principal)) {
    return `must be run by ${principal} in person, with a session of their own`;
  }
  const role = neededRole(request);
  const at = request.resources.find((resource) => !holdsNeeded(request, principal, resource)) ?? '';
  const able = whoMay(request.authority, role, at, request.now);
  const who = able.length === 0 ? 'and nobody is' : able.join(' or ');
  return `must be run in person by whoever is ${role} at ${at}: ${who}`;
}

/** For what needs no role, being one's own: of the scope only time counts. Who may hand on may take back. */
export function lifeGate(request: AuthorisationRequest, chain: TokenChain): Refusal | null {
  const facts = factsFor(request, chain, request.resources[0] ?? '');
  const failed = failedChecks(chain, (check) =>
    check.kind === 'time' ? evaluateCheck(check, facts) : { holds: true, expected: [], actual: '' },
  ).map((entry) => entry.failed);
  const [first] = failed;
  if (first === undefined) return null;
  const takesBack = request.operation === 'token:revoke' && chainAgents(chain).length > 0;
  return {
    code: 'SCOPE_TIME',
    message: `block ${first.block} of the credential allows ${first.check}`,
    remedy: takesBack
      ? noFix('what was made under it stays its own: whoever stands above it ends that')
      : widenRemedy(request, chain, first.block),
    failed,
  };
}
