import type { OperationId, RequestId } from '#domain/id.ts';
import type { AskedRule, AuthorisationRequest, Denial, Fix } from '#domain/decision/decision.ts';
import { noFix, oneFix, type Refusal, type Remedy } from '#domain/decision/denial.ts';
import { askedRule } from '#domain/decision/policy-facts.ts';
import { neededRole } from '#domain/decision/request-facts.ts';
import { policiesAt } from '#domain/policy/effective-policy.ts';
import { fittingAgreements, type Agreement } from '#domain/request/agreement.ts';
import { isExactAct } from '#domain/request/intended-act.ts';
import { MOST_RESOURCES } from '#domain/request/request-codec.ts';
import { agentNames, type TokenChain } from '#domain/token/token.ts';
import {
  agreed,
  asksOthersOrTime,
  endOfWait,
  guardOf,
  mayAgree,
  type Consentable,
  type Guard,
} from './guard.ts';

/** Quorum and time lock: enough people agreed to one request for this, and it was made long enough ago. */
export function quorumGate(request: AuthorisationRequest, chain: TokenChain): Refusal | null {
  if (request.agreeing === true) return null;
  const guard = guardOf(request);
  if (guard === null) return null;
  const fitting = fittingTo(request, guard);
  return quorumRefusal(request, chain, { guard, fitting }) ?? timeRefusal(request, chain, { guard, fitting });
}

/** The request by which others, or time, allowed what {@link quorumGate} let pass; undefined where none was needed. */
export function consentTo(request: Consentable, chain: TokenChain): RequestId | undefined {
  const guard = request.agreeing === true ? null : guardOf(request);
  if (guard === null || !asksOthersOrTime(request)) return undefined;
  const standing = { guard, fitting: fittingTo(request, guard) };
  const allowing = guard.wait === 0 ? enough(request, chain, standing) : counted(request, chain, standing);
  return allowing
    .filter((agreement) => endOfWait(request, agreement, guard) <= request.now)
    .map((agreement) => agreement.request)
    .toSorted()[0];
}

function fittingTo(request: Consentable, { resources }: Guard): readonly Agreement[] {
  return fittingAgreements(request.agreements ?? [], { ...request, resources });
}

/** Those that enough people agreed to. */
function enough(request: Consentable, chain: TokenChain, { guard, fitting }: Standing): readonly Agreement[] {
  return fitting.filter((agreement) => agreed(request, chain, agreement).length >= guard.quorum);
}

/** Those of them whose asking started the clock: of what is done later, by somebody who saw it besides who asked. */
function counted(request: Consentable, chain: TokenChain, standing: Standing): readonly Agreement[] {
  const { guard } = standing;
  return enough(request, chain, standing)
    .filter(({ by }) => by === chain.authority.principal || mayAgree(request, by))
    .filter(({ witnessed }) => witnessed || guard.quorum > 1 || request.act?.kind === 'done');
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
  // Who asked agrees by doing it, and by nothing else.
  const others = [...new Set(able)].filter((principal) => principal !== best?.by);
  const missing = guard.quorum - people.length;
  if (others.length < missing) {
    if (best !== undefined && able.includes(best.by) && others.length === missing - 1)
      return noFix(
        `${best.by} asked for it and agrees by doing it; for anybody else too few are left to agree`,
      );
    const role = neededRole(request);
    const left = ['nobody else is', 'only 1 other is'][others.length] ?? `only ${others.length} others are`;
    return noFix(`${missing} more must agree, and ${left} ${role} there`);
  }
  if (best === undefined) return announce(request, chain, { guard, code: 'QUORUM_MISSING' });
  const then = missing > 1 ? `${missing - 1} more must agree after that` : afterConsent(request, guard, best);
  const word = request.operation === 'purge:apply' ? ['purge', 'approve'] : ['approve'];
  return oneFix({
    argv: ['heddle', ...word, best.request],
    who: others,
    needs: { role: neededRole(request), at: guard.resources[0] ?? '' },
    why: `one more person agrees; ${then}`,
  });
}

function afterConsent(request: AuthorisationRequest, guard: Guard, agreement: Agreement): string {
  const seen = agreement.approvals.some(({ by }) => by !== agreement.by && mayAgree(request, by));
  if (!seen && guard.wait > 0) return `then it waits ${guard.wait} seconds at the gate policy`;
  const from = endOfWait(request, agreement, guard);
  return request.now < from ? `then it waits at the gate policy until ${from}` : 'then it is allowed';
}

/** Stands in a fix for the id that the denial's log line gets. */
const THIS_DENIAL = 'ho-';

/** A denial whose fixes name the log line that recorded it. */
export function withDenialId(denial: Denial, id: OperationId): Denial {
  const named = (fix: Fix): Fix => ({
    ...fix,
    argv: fix.argv.map((word) => (word === THIS_DENIAL ? id : word)),
  });
  return { ...denial, fixes: denial.fixes.map(named) };
}

/** Whoever wants it says so first: that is what others can agree to, and what starts the clock. */
function announce(
  request: AuthorisationRequest,
  chain: TokenChain,
  { guard, code }: { readonly guard: Guard; readonly code: 'QUORUM_MISSING' | 'TIMELOCK' },
): Remedy {
  if (guard.resources.length > MOST_RESOURCES)
    return noFix(`it is about more than ${MOST_RESOURCES} resources`);
  // Others agree to one exact act: nobody can before there is one.
  if (request.act?.kind !== 'exact') return noFix('run it: what refuses it then names the request to make');
  if (!isExactAct(request.act.act)) return noFix('name the operation: others agree to one exact act');
  const { purge } = request.act;
  const fix: Fix = {
    argv:
      purge === undefined
        ? ['heddle', 'request', '--denial', THIS_DENIAL]
        : ['heddle', 'purge', 'propose', purge.tombstone, ...(purge.rewriteGit ? ['--rewrite-git'] : [])],
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
  const [from] = counted(request, chain, { guard, fitting })
    .map((agreement) => endOfWait(request, agreement, guard))
    .toSorted();
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
