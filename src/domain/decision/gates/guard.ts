import { findPrincipal } from '#domain/authority/authority-view.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { holdsEverywhere, needsRole } from '#domain/decision/request-facts.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import type { Agreement } from '#domain/request/agreement.ts';
import { formatInstant, instantMilliseconds, type Instant } from '#domain/time.ts';
import type { TokenChain } from '#domain/token/token.ts';

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

/** What consent is asked about. */
export type Consentable = Guardable &
  Pick<AuthorisationRequest, 'granting' | 'now' | 'agreements' | 'act' | 'agreeing'>;

/**
 * Whoever does it, and those who agreed and still hold the role: each with a name and keys that nobody else has. Who asked
 * agrees to nothing by that, whatever they sign: they count where they do it.
 */
export function agreed(
  request: Consentable,
  chain: TokenChain,
  { by, keys: asking, approvals }: Agreement,
): readonly string[] {
  const people = [chain.authority.principal];
  const keys = new Set<string>([chain.root, chain.holder, ...asking]);
  for (const approval of approvals) {
    if (approval.by === by || !mayAgree(request, approval.by) || people.includes(approval.by)) continue;
    if (approval.keys.some((key) => keys.has(key))) continue;
    people.push(approval.by);
    for (const key of approval.keys) keys.add(key);
  }
  return people;
}

/** Tells whether a principal could agree now. */
export function mayAgree(request: Consentable, principal: string): boolean {
  return findPrincipal(request.authority, principal) !== undefined && holdsEverywhere(request, principal);
}

/** Where others have to agree, the wait counts from when the first of them says to have seen it, at the earliest. */
export function endOfWait(request: Consentable, { by, at, approvals }: Agreement, guard: Guard): Instant {
  const [first] =
    guard.quorum > 1
      ? approvals
          .filter((approval) => approval.by !== by && mayAgree(request, approval.by))
          .map((approval) => approval.at)
          .toSorted()
      : [];
  const start = first !== undefined && first > at ? first : at;
  return formatInstant(instantMilliseconds(start) + guard.wait * 1000);
}

/** How far others, and time, are with one request. */
export interface ConsentProgress {
  /** People who must agree, whoever does it included. */
  readonly quorum: number;
  /** Those who do, whoever does it first. */
  readonly people: readonly string[];
  /** Seconds. */
  readonly wait: number;
  /** When the wait ends; null where there is none, or nothing has started it. */
  readonly earliest: Instant | null;
}

/** Tells how far one agreement is, for whoever would do it; null where nothing guards it. */
export function consentProgress(
  request: Consentable,
  chain: TokenChain,
  agreement: Agreement | undefined,
): ConsentProgress | null {
  const guard = guardOf(request);
  if (guard === null) return null;
  const { quorum, wait } = guard;
  if (agreement === undefined) return { quorum, people: [], wait, earliest: null };
  const runs = guard.quorum <= 1 || agreement.approvals.some(({ by }) => mayAgree(request, by));
  const earliest = wait > 0 && runs ? endOfWait(request, agreement, guard) : null;
  return { quorum, people: agreed(request, chain, agreement), wait, earliest };
}
