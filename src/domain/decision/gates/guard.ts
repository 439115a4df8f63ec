import { findPrincipal } from '#domain/authority/authority-view.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { holdsEverywhere, needsRole } from '#domain/decision/request-facts.ts';
import { effectivePolicy } from '#domain/policy/effective-policy.ts';
import type { Agreement, Approval, Author } from '#domain/request/agreement.ts';
import { formatInstant, instantMilliseconds, type Instant } from '#domain/time.ts';
import type { TokenChain } from '#domain/token/token.ts';

/** What policies ask of a guarded operation, at every resource together. */
export interface Guard {
  readonly resources: readonly string[];
  /** People who must agree, whoever does it included. */
  readonly quorum: number;
  /** Seconds after the request. */
  readonly wait: number;
  /** Whether who asked, or redacted, is not among those people. */
  readonly excluded: boolean;
}

type Guardable = Pick<AuthorisationRequest, 'operation' | 'own' | 'resources' | 'authority'>;

/** Tells whether a request needs others to agree, or time to pass. */
export function asksOthersOrTime(request: Guardable): boolean {
  return binds(guardOf(request));
}

/** Tells whether there is a guard that asks anything. */
export function binds(guard: Guard | null): guard is Guard {
  return guard !== null && (asksOthers(guard) || guard.wait > 0);
}

/** Tells whether others must agree. */
export function asksOthers({ quorum, excluded }: Guard): boolean {
  return quorum > 1 || excluded;
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
    excluded: guarded.some(({ rules }) => rules.excluded !== null),
  };
}

/** What consent is asked about. */
export type Consentable = Guardable &
  Pick<AuthorisationRequest, 'granting' | 'now' | 'agreements' | 'act' | 'agreeing'>;

/**
 * Whoever does it, and those who agreed and still hold the role: each with a name and keys that nobody else has. Who asked
 * agrees to nothing by that, whatever they sign: they count where they do it, and where authors are excluded not even
 * there.
 */
export function agreed(
  request: Consentable,
  chain: TokenChain,
  { guard, agreement }: { readonly guard: Guard; readonly agreement: Agreement },
): readonly string[] {
  const { authority, root, holder } = chain;
  const own = { by: authority.principal, keys: [root, holder] };
  const people = isExcluded(guard, agreement, own) ? [] : [own.by];
  const keys = new Set<string>([...own.keys, ...agreement.keys]);
  for (const approval of countable(request, guard, agreement)) {
    if (approval.by === own.by || people.includes(approval.by)) continue;
    if (approval.keys.some((key) => keys.has(key))) continue;
    people.push(approval.by);
    for (const key of approval.keys) keys.add(key);
  }
  return people;
}

/** Who wanted what an agreement is about: who asked for it, and who has another part in it. */
export function authorsOf({ by, keys, authors = [] }: Agreement): readonly Author[] {
  return [{ by, keys }, ...authors];
}

/** Tells whether somebody is none of those who must agree, by their name or by a key. */
export function isExcluded(
  { excluded }: Pick<Guard, 'excluded'>,
  agreement: Agreement,
  who: Author,
): boolean {
  return (
    excluded &&
    authorsOf(agreement).some(({ by, keys }) => by === who.by || keys.some((key) => who.keys.includes(key)))
  );
}

function countable(request: Consentable, guard: Guard, agreement: Agreement): readonly Approval[] {
  return agreement.approvals.filter(
    (approval) =>
      approval.by !== agreement.by &&
      mayAgree(request, approval.by) &&
      !isExcluded(guard, agreement, approval),
  );
}

/** Tells whether a principal could agree now. */
export function mayAgree(request: Consentable, principal: string): boolean {
  return findPrincipal(request.authority, principal) !== undefined && holdsEverywhere(request, principal);
}

/** Where others have to agree, the wait counts from when the first of them says to have seen it, at the earliest. */
export function endOfWait(request: Consentable, agreement: Agreement, guard: Guard): Instant {
  const { at } = agreement;
  const [first] = asksOthers(guard)
    ? countable(request, guard, agreement)
        .map((approval) => approval.at)
        .toSorted()
    : [];
  const start = first !== undefined && first > at ? first : at;
  return formatInstant(instantMilliseconds(start) + guard.wait * 1000);
}

/** Tells whether the wait has begun: where others have to agree, one of them did. */
export function clockRuns(request: Consentable, guard: Guard, agreement: Agreement): boolean {
  return !asksOthers(guard) || countable(request, guard, agreement).length > 0;
}

/** How far others, and time, are with one request. */
export interface ConsentProgress {
  /** People who must agree, whoever does it included. */
  readonly quorum: number;
  /** Those who do, whoever does it first. */
  readonly people: readonly string[];
  /** Those who are not counted, whatever they do; empty where nobody is left out. */
  readonly excluded: readonly string[];
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
  if (agreement === undefined) return { quorum, people: [], excluded: [], wait, earliest: null };
  const earliest =
    wait > 0 && clockRuns(request, guard, agreement) ? endOfWait(request, agreement, guard) : null;
  const excluded = guard.excluded ? [...new Set(authorsOf(agreement).map(({ by }) => by))] : [];
  return { quorum, people: agreed(request, chain, { guard, agreement }), excluded, wait, earliest };
}
