import { authorise } from '#domain/decision/authorise.ts';
import type { AuthorisationRequest, Decision } from '#domain/decision/decision.ts';
import { guardOf } from '#domain/decision/gates/quorum-gate.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * The one decision, with what people agreed to by the request's time where a policy guards its operation. For verbs,
 * and for whoever asks again what was asked then.
 */
export async function authoriseGuarded(
  workspace: Workspace,
  request: AuthorisationRequest,
): Promise<Decision> {
  const engine = await workspace.tokens.loadEngine();
  if (guardOf(request) === null) return authorise(request, engine);
  // Loaded late: few operations are guarded.
  const { agreementsFor } = await import('./agreements.ts');
  return authorise({ ...request, agreements: await agreementsFor(workspace, request) }, engine);
}
