import { shortId, type StateId } from '#domain/id.ts';
import { reviewersOf, rulesTogether } from '#domain/policy/effective-policy.ts';
import type { Policy } from '#domain/policy/policy.ts';
import { foldName, isIndependent, type Party, type ReviewerRule } from '#domain/review/party.ts';
import type { TrailerStyle } from './landing-message.ts';

/** What is landed, as rules look at it. */
export interface LandingSubject {
  readonly thread: string;
  /** It and every other one that its states were made in. */
  readonly threads: readonly string[];
  readonly branch: string;
  /** The thread's newest state. */
  readonly state: StateId;
  /** All that are landed, and those whose lines come with them. */
  readonly states: readonly StateId[];
  /** Who made any of them. */
  readonly authors: readonly Party[];
  /** Landed states of which no signature tells who made them. */
  readonly unproven: readonly StateId[];
  /** A Git commit that comes along, since the branch does not have it: nobody knows who made it. Null for none. */
  readonly foreign: string | null;
  /** The ways in which the commits name agents. */
  readonly trailers: readonly TrailerStyle[];
}

/**
 * What stands of a review: the newest by its reviewer, who might review the thread when they did and may now, of its
 * newest state where it approves, and of any of its states where it rejects.
 */
export interface StandingReview {
  readonly verdict: 'approve' | 'reject';
  readonly state: StateId;
  /** The one branch that it is about; null for any. */
  readonly branch: string | null;
  readonly reviewer: Party;
}

/** The codes of what keeps a thread from a branch, in the order in which they are told. */
export const LANDING_CODES = ['POLICY_TRAILERS', 'REVIEW_REJECTED', 'REVIEW_MISSING'] as const;

/** One landing rule that is not kept. */
export interface LandingBreach {
  readonly code: (typeof LANDING_CODES)[number];
  readonly policy: Policy;
  /** A clause. */
  readonly message: string;
  /** People who must still approve; 0 for anything else. */
  readonly missing: number;
}

/**
 * Which landing rules a landing does not keep. Where approvals are asked for, a rejection by anybody who may review
 * stands in the way, too. Of `landing` null, where nobody knows what would be landed, nothing is approved.
 *
 * @param policies all that the landing is under; together they ask for the strictest of each rule.
 */
export function landingRuleBreaches(
  policies: readonly Policy[],
  { landing, reviews }: LandingQuestion,
): readonly LandingBreach[] {
  return [
    ...policies.flatMap((policy) => trailerBreach(policy, landing) ?? []),
    ...reviewBreaches(policies, { landing, reviews }),
  ];
}

/** A landing, and what was said of it. */
export interface LandingQuestion {
  readonly landing: LandingSubject | null;
  readonly reviews: readonly StandingReview[];
}

function isAbout({ branch }: StandingReview, landing: LandingSubject | null): boolean {
  return branch === null || branch === landing?.branch;
}

function trailerBreach(policy: Policy, landing: LandingSubject | null): LandingBreach | undefined {
  const allowed = policy.rules.trailers;
  const other = landing?.trailers.find((style) => allowed?.includes(style) === false);
  if (allowed === null || other === undefined) return undefined;
  const message = `${policy.resource} wants agents named by ${allowed.join(' or ')}, and not by ${other}`;
  return { code: 'POLICY_TRAILERS', policy, message, missing: 0 };
}

/** What a rejection says, as a clause, for whom no policy keeps from landing; none where nobody rejected. */
export function toldRejections({ landing, reviews }: LandingQuestion): readonly string[] {
  return reviews
    .filter((review) => review.verdict === 'reject' && isAbout(review, landing))
    .map(({ reviewer, state }) => {
      const who = [reviewer.principal, ...reviewer.via].join(' via ');
      return `${who} rejected ${shortId(state)}, and did not take that back`;
    });
}

function reviewBreaches(
  policies: readonly Policy[],
  { landing, reviews }: LandingQuestion,
): readonly LandingBreach[] {
  const rules = rulesTogether(policies);
  const policy = policies.find((one) => one.rules.approvals === rules.approvals);
  if (rules.approvals === null || policy === undefined) return [];
  const wanted = rules.approvals;
  const [rejected] = toldRejections({ landing, reviews });
  if (rejected !== undefined) return [{ code: 'REVIEW_REJECTED', policy, message: rejected, missing: 0 }];
  const breach = (missing: number, why: string): LandingBreach => {
    const message = `${policy.resource} wants ${countPeople(wanted)} to approve what is landed: ${why}`;
    return { code: 'REVIEW_MISSING', policy, message, missing };
  };
  if (landing === null) return [breach(wanted, 'nobody did')];
  const [unproven] = landing.unproven;
  if (unproven !== undefined) return [breach(wanted, `${unproven} is not signed, and may be anybody's`)];
  if (landing.foreign !== null) {
    const commit = landing.foreign.slice(0, 12);
    return [
      breach(
        wanted,
        `it brings the commit ${commit}, which ${landing.branch} lacks and anybody may have made`,
      ),
    ];
  }
  const differ = reviewersOf(rules) ?? [];
  const { length } = approvers(differ, { landing, reviews });
  const others = `of another ${differ.join(', ')} than the authors`;
  return length >= wanted ? [] : [breach(wanted - length, `${length} ${others} did`)];
}

/** Principals whose approval counts, each once: of the newest state, and by others than its authors. */
export function approvers(
  differ: readonly ReviewerRule[],
  { landing, reviews }: LandingQuestion,
): readonly string[] {
  if (landing === null || landing.unproven.length > 0 || landing.foreign !== null) return [];
  const counting = reviews
    .filter((review) => review.verdict === 'approve' && isAbout(review, landing))
    .filter(({ state, reviewer }) => state === landing.state && isOther(reviewer, landing, differ));
  return [
    ...new Map(counting.map(({ reviewer }) => [foldName(reviewer.principal), reviewer.principal])).values(),
  ];
}

/** Without an author there is nobody to differ from, and nothing to be sure of. */
export function isOther(
  reviewer: Party,
  { authors }: Pick<LandingSubject, 'authors'>,
  differ: readonly ReviewerRule[],
): boolean {
  return authors.length > 0 && authors.every((author) => isIndependent(reviewer, author, differ));
}

function countPeople(count: number): string {
  return count === 1 ? '1 person' : `${count} people`;
}
