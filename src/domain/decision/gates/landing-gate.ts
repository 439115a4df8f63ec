import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { landingRemedy } from '#domain/decision/fixes/landing-fix.ts';
import { askedRule } from '#domain/decision/policy-facts.ts';
import {
  LANDING_CODES,
  landingRuleBreaches,
  toldRejections,
  type LandingSubject,
} from '#domain/landing/landing-rules.ts';
import { policiesAt } from '#domain/policy/effective-policy.ts';
import type { Policy } from '#domain/policy/policy.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { PolicyFindings } from '#domain/decision/denial.ts';

type Asked = Pick<AuthorisationRequest, 'resources' | 'authority'>;

/**
 * The policies that a landing is under: those of the branch at every path, and those of each thread that it brings
 * something of. Another name for the work is no way around what is asked of it.
 */
export function landingPolicies(
  { resources, authority }: Asked,
  threads: readonly string[],
): readonly Policy[] {
  if (authority.policies.length === 0) return [];
  const places = new Set(resources.map((resource) => resource.split(':', 1)[0] ?? ''));
  for (const thread of threads) places.add(threadResource(authority.repository, thread));
  return [...new Set([...places].flatMap((place) => policiesAt(authority, place)))];
}

/** Landing rules: how the commits name agents, who rejected, and who approved. A rejection is told in any case. */
export function landingGate(request: AuthorisationRequest): PolicyFindings {
  if (request.operation !== 'thread:land') return { refusal: null, warnings: [] };
  const landing: LandingSubject | null = request.landing ?? null;
  const { reviews = [] } = request;
  const policies = landingPolicies(request, landing?.threads ?? []);
  const [first] = landingRuleBreaches(policies, { landing, reviews }).toSorted(
    (a, b) => LANDING_CODES.indexOf(a.code) - LANDING_CODES.indexOf(b.code),
  );
  const warnings = toldRejections({ landing, reviews });
  if (first === undefined) return { refusal: null, warnings };
  const { code, message, policy } = first;
  const rule = askedRule(policy, code === 'POLICY_TRAILERS' ? 'trailers' : 'approvals');
  const remedy = landingRemedy(request, policies, first);
  return { refusal: { code, message, remedy, rule }, warnings };
}
