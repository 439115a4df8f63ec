import type { RequestOperation } from '#domain/authority/role.ts';
import type { AskedRule, AuthorisationRequest } from './decision.ts';
import { needsRole } from './request-facts.ts';
import { operationRule } from './operation-rules.ts';
import { policiesAt } from '#domain/policy/effective-policy.ts';
import { breachesOf, type PolicyBreach, type PolicySubject } from '#domain/policy/policy-breach.ts';
import { tokenLife } from '#domain/policy/life-limit.ts';
import type { Policy } from '#domain/policy/policy.ts';
import { agentNames, type TokenChain } from '#domain/token/token.ts';

/** A rule that is not kept, with the resources of the request that are under it. */
export interface FoundBreach {
  readonly breach: PolicyBreach;
  readonly resources: readonly string[];
}

/**
 * Every rule that a request does not keep, the repository's policy first. Reading is under no policy, nor is what
 * takes one's own authority back; whoever may change policies is not locked out by one.
 */
export function findBreaches(request: AuthorisationRequest, chain: TokenChain): readonly FoundBreach[] {
  return breachesBy(request, actingBy(request, chain));
}

/** What of a request a policy looks at, beside what is asked for. */
export type Acting = Pick<PolicySubject, 'agent' | 'depth' | 'life'>;

/** The same for whoever would act instead, on the same provider and model. */
export function breachesBy(request: AuthorisationRequest, acting: Acting): readonly FoundBreach[] {
  const { authority, operation, actor, continues = [] } = request;
  if (authority.policies.length === 0 || isExempt(request)) return [];
  const { provider, model } = actor;
  const asked = new Map<Policy, string[]>();
  const threads = new Map<string, readonly Policy[]>();
  for (const resource of request.resources) {
    // Policies know no paths, and a capture may be about thousands in one thread.
    const [thread = ''] = resource.split(':', 1);
    const policies = threads.get(thread) ?? policiesAt(authority, thread);
    threads.set(thread, policies);
    for (const policy of policies) {
      const resources = asked.get(policy);
      if (resources === undefined) asked.set(policy, [resource]);
      else resources.push(resource);
    }
  }
  return [...asked].flatMap(([policy, resources]) =>
    breachesOf(policy, { ...acting, operation, provider, model, continues }).map((breach) => ({
      breach,
      resources,
    })),
  );
}

/** Tells whether the policies would refuse whoever would act instead. */
export function policyRefuses(request: AuthorisationRequest, acting: Acting): boolean {
  return breachesBy(request, acting).some(({ breach }) => breach.mode === 'required');
}

/** Every policy that a request is under, each once. */
export function policiesOf(request: AuthorisationRequest): readonly Policy[] {
  if (request.authority.policies.length === 0 || isExempt(request)) return [];
  return [...new Set(request.resources.flatMap((resource) => policiesAt(request.authority, resource)))];
}

/** A rule of a policy, as a denial names it. */
export function askedRule({ id, resource, by, since }: Policy, rule: AskedRule['rule']): AskedRule {
  return { rule, policy: id, at: resource, by, since };
}

/** Who acts by a chain, how far from the principal, and how long the chain lives. */
export function actingBy({ actor }: Pick<AuthorisationRequest, 'actor'>, chain: TokenChain): Acting {
  const agents = agentNames(chain);
  return { agent: agents.at(-1) ?? actor.agent, depth: agents.length, life: tokenLife(chain.authority) };
}

function isExempt(request: AuthorisationRequest): boolean {
  return !isUnderPolicy(request.operation) || !needsRole(request);
}

/** Tells whether policies are about an operation at all. */
export function isUnderPolicy(operation: RequestOperation): boolean {
  return operationRule(operation).frozen !== 'passes' && operation !== 'policy:write';
}
