import type { RequestId } from '#domain/id.ts';
import type { AskedRule, AuthorisationRequest } from '#domain/decision/decision.ts';
import { noFix, type Refusal } from '#domain/decision/denial.ts';
import { announce, asker, consentRemedy, hadPart } from '#domain/decision/fixes/consent-fix.ts';
import { askedRule } from '#domain/decision/policy-facts.ts';
import { policiesAt } from '#domain/policy/effective-policy.ts';
import { fittingAgreements, type Agreement } from '#domain/request/agreement.ts';
import type { TokenChain } from '#domain/token/token.ts';
import {
  agreed,
  asksOthers,
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
  return fitting.filter((agreement) => agreed(request, chain, { guard, agreement }).length >= guard.quorum);
}

/** Those of them whose asking started the clock: of what is done later, by somebody who saw it besides who asked. */
function counted(request: Consentable, chain: TokenChain, standing: Standing): readonly Agreement[] {
  const { guard } = standing;
  return enough(request, chain, standing)
    .filter(({ by }) => by === chain.authority.principal || mayAgree(request, by))
    .filter(({ witnessed }) => witnessed || asksOthers(guard) || request.act?.kind === 'done');
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
  if (!asksOthers(guard)) return null;
  const peopleOf = (agreement: Agreement) => agreed(request, chain, { guard, agreement });
  const [best] = fitting.toSorted((a, b) => peopleOf(b).length - peopleOf(a).length);
  // Whoever has to ask first is not counted where those who asked are not.
  const alone = guard.excluded ? [] : [chain.authority.principal];
  const people = best === undefined ? alone : peopleOf(best);
  if (people.length >= guard.quorum) return null;
  const count = `${people.length} of ${guard.quorum} people who must agree`;
  const rule = guard.quorum > 1 ? 'quorum' : 'excluded';
  return {
    code: 'QUORUM_MISSING',
    message: `${request.operation} is guarded here: ${count} did${guard.excluded ? `, and who ${hadPart(request)} does not count` : ''}`,
    remedy: consentRemedy(request, chain, { guard, people, best }),
    denied: guard.resources,
    ...ruleOf(request, guard, rule),
  };
}

/** The policy that says so. */
function ruleOf(
  { authority }: AuthorisationRequest,
  guard: Guard,
  rule: 'quorum' | 'wait' | 'excluded',
): { readonly rule?: AskedRule } {
  const policy = guard.resources
    .flatMap((resource) => policiesAt(authority, resource))
    .find(({ rules }) => (rule === 'excluded' ? rules.excluded !== null : rules[rule] === guard[rule]));
  return policy === undefined ? {} : { rule: askedRule(policy, rule) };
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
      ? announce(request, { guard, code: 'TIMELOCK', who: [asker(chain)] })
      : noFix(`it may be done from ${from} on`);
  const rule = ruleOf(request, guard, 'wait');
  return { code: 'TIMELOCK', message, remedy, denied: guard.resources, ...rule };
}
