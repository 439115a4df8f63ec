import { shellWord } from '#domain/encoding/shell-line.ts';
import { instantWords } from '#domain/time.ts';
import type { AuthorisationRequest, Denial, Fix } from '#domain/decision/decision.ts';
import { noFix, oneFix, type Remedy } from '#domain/decision/denial.ts';
import { authorsOf, clockRuns, endOfWait, mayAgree, type Guard } from '#domain/decision/gates/guard.ts';
import { neededRole } from '#domain/decision/request-facts.ts';
import type { OperationId } from '#domain/id.ts';
import type { Agreement } from '#domain/request/agreement.ts';
import { isExactAct } from '#domain/request/intended-act.ts';
import { MOST_RESOURCES } from '#domain/request/request-codec.ts';
import { agentNames, type TokenChain } from '#domain/token/token.ts';

/** What excludes somebody, in words. */
export function hadPart({ operation }: AuthorisationRequest): string {
  return operation === 'purge:apply' ? 'asked for it or redacted it' : 'asked for it';
}

/** What brings a guarded request nearer: one more person who agrees, or the request for that. */
export function consentRemedy(
  request: AuthorisationRequest,
  chain: TokenChain,
  {
    guard,
    people,
    best,
  }: { readonly guard: Guard; readonly people: readonly string[]; readonly best: Agreement | undefined },
): Remedy {
  const others = othersLeft(request, chain, { guard, people, best });
  const missing = guard.quorum - people.length;
  if (others.length < missing) {
    if (best === undefined) {
      return askedByAuthor(request, guard) ?? tooFew(request, guard, { missing, left: others.length });
    }
    // Who asked agrees by doing it, and by nothing else.
    const waitsForAsker = !guard.excluded && !people.includes(best.by) && mayAgree(request, best.by);
    if (waitsForAsker && others.length === missing - 1)
      return noFix(
        `${best.by} asked for it and agrees by doing it; for anybody else too few are left to agree`,
      );
    return tooFew(request, guard, { missing, left: others.length });
  }
  if (best === undefined) return announce(request, { guard, code: 'QUORUM_MISSING', who: [asker(chain)] });
  const then = missing > 1 ? `${missing - 1} more must agree after that` : afterConsent(request, guard, best);
  const word = request.operation === 'purge:apply' ? ['purge', 'approve'] : ['approve'];
  return oneFix({
    argv: ['heddle', ...word, best.request],
    who: others,
    needs: { role: neededRole(request), at: guard.resources[0] ?? '' },
    why: `one more person agrees; ${then}`,
  });
}

/** Who could still agree. */
function othersLeft(
  request: AuthorisationRequest,
  chain: TokenChain,
  {
    guard,
    people,
    best,
  }: { readonly guard: Guard; readonly people: readonly string[]; readonly best: Agreement | undefined },
): readonly string[] {
  const asking = best === undefined ? [chain.authority.principal] : authorsOf(best).map(({ by }) => by);
  const apart = guard.excluded ? [...asking, ...(request.authors ?? []).map(({ by }) => by)] : [];
  return peopleWho(request).filter(
    (principal) =>
      !people.includes(principal) &&
      !apart.includes(principal) &&
      principal !== best?.by &&
      principal !== chain.authority.principal,
  );
}

/** Where who asks is not counted, one who is not counted anyhow asks for all the others. */
function askedByAuthor(request: AuthorisationRequest, guard: Guard): Remedy | null {
  const authors = (request.authors ?? []).map(({ by }) => by);
  const able = peopleWho(request).filter((principal) => !authors.includes(principal));
  const who = authors.filter((author) => mayAgree(request, author));
  // What is no purge is asked for by the line that refused it, which is its author's own.
  const purge = request.act?.kind === 'exact' && request.act.purge !== undefined;
  if (!guard.excluded || !purge || who.length === 0 || able.length < guard.quorum) return null;
  return announce(request, { guard, code: 'QUORUM_MISSING', who });
}

function peopleWho(request: AuthorisationRequest): readonly string[] {
  const known = request.authority.principals.map(({ principal }) => principal);
  return [...new Set(known)].filter((principal) => mayAgree(request, principal));
}

/** Whoever can give the role lets more people agree; that nobody can say for them who it should be. */
function tooFew(
  request: AuthorisationRequest,
  guard: Guard,
  { missing, left }: { readonly missing: number; readonly left: number },
): Remedy {
  const role = neededRole(request);
  const others = ['nobody else is', 'only 1 other is'][left] ?? `only ${left} others are`;
  const who = guard.excluded ? `${role} there besides who ${hadPart(request)}` : `${role} there`;
  const place = request.authority.repository;
  return noFix(
    `${missing} more must agree, and ${others} ${who}; an owner makes somebody one with \`heddle grant add PRINCIPAL ${role} ${shellWord(place)}\``,
  );
}

function afterConsent(request: AuthorisationRequest, guard: Guard, agreement: Agreement): string {
  if (!clockRuns(request, guard, agreement) && guard.wait > 0)
    return `then it waits ${guard.wait} seconds at the gate policy`;
  const from = endOfWait(request, agreement, guard);
  return request.now < from
    ? `then it waits at the gate policy until ${instantWords(from)}`
    : 'then it is allowed';
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
export function announce(
  request: AuthorisationRequest,
  {
    guard,
    code,
    who,
  }: {
    readonly guard: Guard;
    readonly code: 'QUORUM_MISSING' | 'TIMELOCK';
    readonly who: readonly string[];
  },
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
    who,
    needs: null,
    why: `asks those who must agree, and starts the clock; until they did, it stays at the gate policy (${code})`,
  };
  return oneFix(fix);
}

/** Who would ask: the agent that acts, or the person. */
export function asker(chain: TokenChain): string {
  return agentNames(chain).at(-1) ?? chain.authority.principal;
}
