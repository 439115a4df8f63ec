import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest, Decision } from '#domain/decision/decision.ts';
import { guardOf } from '#domain/decision/gates/guard.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * The one decision, with what people agreed to by the request's time where a policy guards its operation, and what they
 * said in reviews of what is landed. For verbs, and for whoever asks again what was asked then.
 */
export async function authoriseGuarded(
  workspace: Workspace,
  request: AuthorisationRequest,
): Promise<Decision> {
  const engine = await workspace.tokens.loadEngine();
  const reviewed = await withReviews(workspace, request);
  if (guardOf(request) === null) return authorise(reviewed, engine);
  // Loaded late: few operations are guarded.
  const { agreementsFor, authorsFor } = await import('./agreements.ts');
  const agreements = await agreementsFor(workspace, request);
  return authorise({ ...reviewed, agreements, authors: await authorsFor(workspace, request) }, engine);
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
