import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import type { PolicyFindings, Refusal } from '#domain/decision/denial.ts';
import { breachRemedy } from '#domain/decision/fixes/policy-fix.ts';
import { askedRule, findBreaches } from '#domain/decision/policy-facts.ts';
import { BREACH_CODES } from '#domain/policy/policy-breach.ts';
import type { TokenChain } from '#domain/token/token.ts';

/** Policy: who acted on what, how long and how far a token reaches, and what the work stands on. */
export function policyGate(request: AuthorisationRequest, chain: TokenChain): PolicyFindings {
  const found = findBreaches(request, chain);
  const refused = found.filter(({ breach }) => breach.mode === 'required');
  const warnings = [...new Set(found.map(({ breach }) => breach.message))];
  const [first] = refused.toSorted(
    (a, b) => BREACH_CODES.indexOf(a.breach.code) - BREACH_CODES.indexOf(b.breach.code),
  );
  if (first === undefined) return { refusal: null, warnings };
  const { code, message, policy, rule } = first.breach;
  const others = new Set(refused.flatMap(({ resources }) => resources));
  const refusal: Refusal = {
    code,
    message,
    remedy: breachRemedy(request, chain, first.breach),
    denied: [
      ...new Set([...first.resources, ...request.resources.filter((resource) => others.has(resource))]),
    ],
    rule: askedRule(policy, rule),
  };
  return { refusal, warnings };
}
