import { denialResult } from '#domain/decision/denial-result.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { REQUEST_OPERATIONS, type RequestOperation } from '#domain/authority/role.ts';
import { formatResource, parseResource, threadResource } from '#domain/resource/resource.ts';
import type { CanMatrixResult, CanResult, MatrixCell } from '#domain/results/decision-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import type { Ask } from '#usecases/transaction/plan.ts';
import { withFreeNames } from './free-names.ts';
import { findAsker, UNCHANGED, type Asker } from './asker.ts';

/**
 * Decides without doing: the same decision as a verb's, foretold without the engine, and no log line. With `as`, what
 * the principal may in person: throws `DeniedError` for a caller who may not read at the resource.
 */
export async function can(
  workspace: Workspace,
  options: { readonly operation: RequestOperation; readonly resource: string; readonly as?: string | null },
): Promise<CanResult> {
  const { operation, as = null } = options;
  const resource = formatResource(parseResource(options.resource));
  const { decide } = await findAsker(workspace, { as, resources: [resource], operations: [operation] });
  const decided = decide(askOf(operation, resource));
  if (decided.kind === 'allow') return { as, allowed: true, decision: decided.allowance, denial: null };
  const denial = await withFreeNames(workspace, decided.denial);
  const shown = denialResult({ denial, id: null, preserved: UNCHANGED });
  return { as, allowed: false, decision: null, denial: shown };
}

/**
 * The same for every operation at each resource; at the repository and this worktree's thread where none is
 * named. Throws like {@link can}.
 */
export async function canMatrix(
  workspace: Workspace,
  options: { readonly resources: readonly string[]; readonly as?: string | null },
): Promise<CanMatrixResult> {
  const { as = null } = options;
  const named = options.resources.map((resource) => formatResource(parseResource(resource)));
  const resources = [...new Set(named.length > 0 ? named : await placesHere(workspace))];
  const { decide, ...who } = await findAsker(workspace, { as, resources, operations: REQUEST_OPERATIONS });
  const rows = REQUEST_OPERATIONS.map((operation) => ({
    operation,
    role: operationRule(operation).role,
    cells: resources.map((resource) => cellOf(decide, operation, resource)),
  }));
  return { as, ...who, resources, rows };
}

async function placesHere(workspace: Workspace): Promise<readonly string[]> {
  const { view } = await knowAuthority(workspace);
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  const here = position === undefined ? [] : [threadResource(view.repository, position.thread)];
  return [view.repository, ...here];
}

/** As the verb would ask: whoever asks others asks for themselves. */
function askOf(operation: RequestOperation, resource: string): Ask {
  return { operation, resources: [resource], ...(operation === 'request' ? { own: true } : {}) };
}

/** Others' work is asked for first; where that is refused, one's own, which may need less. */
function cellOf(decide: Asker['decide'], operation: RequestOperation, resource: string): MatrixCell {
  const ask = askOf(operation, resource);
  const decided = decide(ask);
  if (decided.kind === 'allow') return { resource, answer: 'yes', stage: null, code: null };
  const { stage, code } = decided.denial;
  const { role, ownRole } = operationRule(operation);
  const own = ownRole !== role && decide({ ...ask, own: true }).kind === 'allow';
  return { resource, answer: own ? 'own' : 'no', stage, code };
}
