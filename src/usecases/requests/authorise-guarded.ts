import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest, Decision } from '#domain/decision/decision.ts';
import { guardOf } from '#domain/decision/gates/guard.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * The one decision, with what people agreed to by the request's time where a policy guards its operation, and what they
 * said in reviews of what is landed. For whoever asks again what was asked then.
 */
export async function authoriseGuarded(
  workspace: Workspace,
  request: AuthorisationRequest,
): Promise<Decision> {
  return authorise(await withOthersSay(workspace, request), await workspace.tokens.loadEngine());
}

/** What others have a say in, with what they said. */
export async function withOthersSay(
  workspace: Workspace,
  request: AuthorisationRequest,
): Promise<AuthorisationRequest> {
  const reviewed = await withReviews(workspace, request);
  if (guardOf(request) === null) return reviewed;
  // Loaded late: few operations are guarded.
  const { agreementsFor, authorsFor } = await import('./agreements.ts');
  const agreements = await agreementsFor(workspace, request);
  return { ...reviewed, agreements, authors: await authorsFor(workspace, request) };
}

/** Loaded late: of all operations only a landing is reviewed. */
async function withReviews(
  workspace: Workspace,
  request: AuthorisationRequest,
): Promise<AuthorisationRequest> {
  const { landing } = request;
  if (request.operation !== 'thread:land' || landing === undefined) return request;
  const { reviewsFor } = await import('#usecases/reviews/standing-reviews.ts');
  return { ...request, reviews: await reviewsFor(workspace, { ...request, landing }) };
}
