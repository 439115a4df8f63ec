import { findPrincipal, heldAt } from '#domain/authority/authority-view.ts';
import { satisfiesRole } from '#domain/authority/role.ts';
import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { noFix, oneFix, usualRemedy, type Remedy } from '#domain/decision/denial.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import {
  approvers,
  isOther,
  type LandingBreach,
  type LandingSubject,
} from '#domain/landing/landing-rules.ts';
import { reviewersOf, rulesTogether } from '#domain/policy/effective-policy.ts';
import type { Policy } from '#domain/policy/policy.ts';
import { threadResource } from '#domain/resource/resource.ts';
import type { Party } from '#domain/review/party.ts';

/** The way to keep a landing rule. */
export function landingRemedy(
  request: AuthorisationRequest,
  policies: readonly Policy[],
  breach: LandingBreach,
): Remedy {
  const { landing } = request;
  if (landing === undefined)
    return noFix('what would be landed is not known: `heddle land THREAD --dry-run` says more');
  switch (breach.code) {
    case 'POLICY_TRAILERS':
      return trailersRemedy(policies);
    case 'REVIEW_REJECTED':
      return noFix(
        `change ${landing.thread} as the review says, and have the same reviewer review it again: heddle review ${landing.thread}`,
      );
    case 'REVIEW_MISSING':
      if (landing.foreign !== null) {
        return noFix(
          `bring that commit into ${landing.branch} as Git does first, or do the work again in a thread that starts from ${landing.branch}`,
        );
      }
      return landing.unproven.length > 0
        ? usualRemedy('ATTESTATION_MISSING')
        : approvalRemedy(request, policies, { landing, breach });
  }
}

/** Where policies agree on no style there is nothing to choose. */
function trailersRemedy(policies: readonly Policy[]): Remedy {
  const { trailers } = rulesTogether(policies);
  const styles = trailers ?? [];
  if (styles.length === 0) return noFix('its policies allow no style together: an owner has to change one');
  return noFix(`land it with --trailers ${styles.join(' or ')}, and no such lines in the message`);
}

interface Wanted {
  readonly landing: LandingSubject;
  readonly breach: LandingBreach;
}

function approvalRemedy(
  request: AuthorisationRequest,
  policies: readonly Policy[],
  { landing, breach }: Wanted,
): Remedy {
  const at = threadResource(request.authority.repository, landing.thread);
  const { role } = operationRule('review');
  const differ = reviewersOf(rulesTogether(policies)) ?? [];
  const did = approvers(differ, { landing, reviews: request.reviews ?? [] });
  const others = mayReview(request, at).filter(
    (principal) => !did.includes(principal) && isOther(inPerson(principal), landing, differ),
  );
  const { missing } = breach;
  if (others.length < missing) {
    const left = ['nobody else is', 'only 1 other is'][others.length] ?? `only ${others.length} others are`;
    return noFix(`${missing} more must approve, and ${left} ${role} at ${at} and no author`);
  }
  const then = missing > 1 ? `${missing - 1} more must approve after that` : 'then it is approved';
  return oneFix({
    argv: ['heddle', 'review', landing.thread, '--approve'],
    who: others,
    needs: { role, at },
    why: `one more person approves ${landing.state}; ${then}`,
  });
}

/** Everybody who could review a thread in person. */
function mayReview({ authority, now }: AuthorisationRequest, at: string): readonly string[] {
  const names = [...new Set(authority.principals.map(({ principal }) => principal))];
  return names.filter((principal) => {
    const held = heldAt(authority, principal, at, now);
    const known = findPrincipal(authority, principal) !== undefined;
    return known && held !== null && satisfiesRole(held.role, operationRule('review').role);
  });
}

/** Somebody by a session of their own, which has a key that nobody used yet. */
function inPerson(principal: string): Party {
  return { principal, via: [], keys: [''], agent: null, provider: null };
}
