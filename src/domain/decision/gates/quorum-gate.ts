import { findPrincipal } from '#domain/authority/authority-view.ts';
import type { AskedRule, AuthorisationRequest, Fix } from '#domain/decision/decision.ts';
import { noFix, oneFix, type Refusal, type Remedy } from '#domain/decision/denial.ts';
import { askedRule } from '#domain/decision/policy-facts.ts';
import { holdsEverywhere, neededRole, needsRole } from '#domain/decision/request-facts.ts';
import { effectivePolicy, policiesAt } from '#domain/policy/effective-policy.ts';
import { fittingAgreements, type Agreement } from '#domain/request/agreement.ts';
import { MOST_RESOURCES } from '#domain/request/request-codec.ts';
import { formatInstant, instantMilliseconds, type Instant } from '#domain/time.ts';
import { agentNames, type TokenChain } from '#domain/token/token.ts';

/** What policies ask of a guarded operation, at every resource together. */
export interface Guard {
  readonly resources: readonly string[];
  /** People who must agree, whoever does it included. */
  readonly quorum: number;
  /** Seconds after the request. */
  readonly wait: number;
}

type Guardable = Pick<AuthorisationRequest, 'operation' | 'own' | 'resources' | 'authority'>;

/** Tells whether a request needs others to agree, or time to pass. */
export function asksOthersOrTime(request: Guardable): boolean {
  const guard = guardOf(request);
  return guard !== null && (guard.quorum > 1 || guard.wait > 0);
}

/** What guards a request; null where nothing does. What is one's own needs nobody's consent. */
export function guardOf(request: Guardable): Guard | null {
  const { authority, operation } = request;
  if (authority.policies.length === 0 || !needsRole(request)) return null;
  const guarded = request.resources
    .map((resource) => ({ resource, rules: effectivePolicy(authority, resource) }))
    .filter(({ rules }) => rules.guarded?.includes(operation) === true);
  if (guarded.length === 0) return null;
  return {
    resources: guarded.map(({ resource }) => resource),
    quorum: Math.max(1, ...guarded.map(({ rules }) => rules.quorum ?? 1)),
    wait: Math.max(0, ...guarded.map(({ rules }) => rules.wait ?? 0)),
  };
}

/** Quorum and time lock: enough people agreed to one request for this, and it was made long enough ago. */
export function quorumGate(request: AuthorisationRequest, chain: TokenChain): Refusal | null {
  if (request.agreeing === true) return null;
  const guard = guardOf(request);
  if (guard === null) return null;
  const asked = { ...request, resources: guard.resources };
  const fitting = fittingAgreements(request.agreements ?? [], asked);
  return quorumRefusal(request, chain, { guard, fitting }) ?? timeRefusal(request, chain, { guard, fitting });
}

interface Standing {
  readonly guard: Guard;
  readonly fitting: readonly Agreement[];
}

function quorumRefusal(
  request: AuthorisationRequest,
  chain: TokenChain,
  { guard, fitting }: Standing,
): Refusal | null {
  if (guard.quorum <= 1) return null;
  const [best] = fitting.toSorted(
    (a, b) => agreed(request, chain, b).length - agreed(request, chain, a).length,
  );
  const people = best === undefined ? [chain.authority.principal] : agreed(request, chain, best);
  if (people.length >= guard.quorum) return null;
  const count = `${people.length} of ${guard.quorum} people who must agree`;
  return {
    code: 'QUORUM_MISSING',
    message: `${request.operation} is guarded here: ${count} did`,
    remedy: consentRemedy(request, chain, { guard, people, best }),
    denied: guard.resources,
    ...ruleOf(request, guard, 'quorum'),
  };
}

/** The policy that says so. */
function ruleOf(
  { authority }: AuthorisationRequest,
  guard: Guard,
  rule: 'quorum' | 'wait',
): { readonly rule?: AskedRule } {
  const policy = guard.resources
    .flatMap((resource) => policiesAt(authority, resource))
    .find(({ rules }) => rules[rule] === guard[rule]);
  return policy === undefined ? {} : { rule: askedRule(policy, rule) };
}

/** Whoever does it, and those who agreed and still hold the role. */
function agreed(
  request: AuthorisationRequest,
  chain: TokenChain,
  { approvals }: Agreement,
): readonly string[] {
  const others = approvals.map(({ by }) => by).filter((by) => mayAgree(request, by));
  return [...new Set([chain.authority.principal, ...others])];
}

function mayAgree(request: AuthorisationRequest, principal: string): boolean {
  return findPrincipal(request.authority, principal) !== undefined && holdsEverywhere(request, principal);
}

function consentRemedy(
  request: AuthorisationRequest,
  chain: TokenChain,
  {
    guard,
    people,
    best,
  }: { readonly guard: Guard; readonly people: readonly string[]; readonly best: Agreement | undefined },
): Remedy {
  const able = request.authority.principals
    .map(({ principal }) => principal)
    .filter((principal) => mayAgree(request, principal) && !people.includes(principal));
  const others = [...new Set(able)];
  const missing = guard.quorum - people.length;
  if (others.length < missing) {
    const role = neededRole(request);
    const left = ['nobody else is', 'only 1 other is'][others.length] ?? `only ${others.length} others are`;
    return noFix(`${missing} more must agree, and ${left} ${role} there`);
  }
  if (best === undefined) return announce(request, chain, { guard, code: 'QUORUM_MISSING' });
  const then = missing > 1 ? `${missing - 1} more must agree after that` : afterConsent(request, guard, best);
  return oneFix({
    argv: ['heddle', 'approve', best.request],
    who: others,
    needs: { role: neededRole(request), at: guard.resources[0] ?? '' },
    why: `one more person agrees; ${then}`,
  });
}

function afterConsent(request: AuthorisationRequest, guard: Guard, { at }: Agreement): string {
  const from = endOfWait(at, guard);
  return request.now < from ? `then it waits at the gate policy until ${from}` : 'then it is allowed';
}

/** Whoever wants it says so first: that is what others can agree to, and what starts the clock. */
function announce(
  request: AuthorisationRequest,
  chain: TokenChain,
  { guard, code }: { readonly guard: Guard; readonly code: 'QUORUM_MISSING' | 'TIMELOCK' },
): Remedy {
  const { operation, granting } = request;
  const { resources } = guard;
  if (resources.length > MOST_RESOURCES) return noFix(`it is about more than ${MOST_RESOURCES} resources`);
  const [first = '', ...others] = resources;
  const role = granting === null ? [] : ['--role', granting];
  const fix: Fix = {
    argv: [
      'heddle',
      'request',
      ...role,
      operation,
      first,
      ...others.flatMap((resource) => ['--resource', resource]),
    ],
    who: [agentNames(chain).at(-1) ?? chain.authority.principal],
    needs: null,
    why: `asks those who must agree, and starts the clock; until they did, it stays at the gate policy (${code})`,
  };
  return oneFix(fix);
}

function timeRefusal(
  request: AuthorisationRequest,
  chain: TokenChain,
  { guard, fitting }: Standing,
): Refusal | null {
  if (guard.wait === 0) return null;
  const counted = fitting
    .filter((agreement) => agreed(request, chain, agreement).length >= guard.quorum)
    .filter(({ by }) => by === chain.authority.principal || mayAgree(request, by));
  const [from] = counted.map(({ at }) => endOfWait(at, guard)).toSorted();
  if (from !== undefined && from <= request.now) return null;
  const message =
    from === undefined
      ? `${request.operation} is guarded here: it is asked for first, and done ${guard.wait} seconds later`
      : `${request.operation} is guarded here, and the time to wait has not passed`;
  const remedy =
    from === undefined
      ? announce(request, chain, { guard, code: 'TIMELOCK' })
      : noFix(`it may be done from ${from} on`);
  const rule = ruleOf(request, guard, 'wait');
  return { code: 'TIMELOCK', message, remedy, denied: guard.resources, ...rule };
}

function endOfWait(at: Instant, { wait }: Guard): Instant {
  return formatInstant(instantMilliseconds(at) + wait * 1000);
}
