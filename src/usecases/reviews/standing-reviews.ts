import type { AuthorisationRequest } from '#domain/decision/decision.ts';
import { HeddleError } from '#domain/error.ts';
import type { StateId } from '#domain/id.ts';
import type { LandingSubject, StandingReview } from '#domain/landing/landing-rules.ts';
import { partyOf } from '#domain/review/party.ts';
import { standingVerdicts } from '#domain/review/review-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findState } from '#usecases/states/find-states.ts';
import { reviewProblem } from './review-right.ts';
import { examineReviews } from './set/examine-reviews.ts';

/**
 * What people said of a landing by its time: the newest of each reviewer, by those who might review the thread then and
 * may now. Throws `FORMAT_INVALID` where the set cannot be read: nobody knows then who rejected.
 */
export async function reviewsFor(
  workspace: Workspace,
  {
    landing,
    authority: view,
    now,
  }: Pick<AuthorisationRequest, 'authority' | 'now'> & { readonly landing: LandingSubject },
): Promise<readonly StandingReview[]> {
  const { thread, branch, state: head, states } = landing;
  // What was said of a state goes with it, whatever the thread is called now; of another branch it replaces nothing.
  const examined = await examineReviews(
    workspace,
    view,
    (review) =>
      (review.thread === thread || states.includes(review.state)) &&
      (review.branch === null || review.branch === branch),
  );
  if (examined.unreadable) throw unreadable(examined.problems[0]?.why ?? '');
  if (examined.records.size === 0) return [];
  const engine = await workspace.tokens.loadEngine();
  const rightful = [...examined.records.values()].filter(
    (record) => reviewProblem(engine, { view, now, thread }, record) === undefined,
  );
  const made = await capturedAt(workspace, head);
  return standingVerdicts(rightful, now).flatMap(({ review, credential }): readonly StandingReview[] => {
    const { verdict, state, branch, at, actor } = review;
    if (verdict !== 'approve' && verdict !== 'reject') return [];
    // Who dates back approves what was not there yet.
    if (verdict === 'approve' && (state !== head || made === undefined || at < made)) return [];
    return [{ verdict, state, branch, reviewer: partyOf(actor, credential.chain) }];
  });
}

async function capturedAt(workspace: Workspace, state: StateId): Promise<string | undefined> {
  return (await findState(workspace, state))?.state.capturedAt;
}

function unreadable(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `what was said in reviews cannot be read: ${why}`, {
    preserved: 'nothing was changed',
  });
}
