import { denialResult } from '#domain/decision/denial-result.ts';
import { formatResource, parseResource } from '#domain/resource/resource.ts';
import type { CanResult } from '#domain/results.ts';
import type { RequestOperation } from '#domain/authority/role.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { decide } from '#usecases/transaction/mutate.ts';

/** Decides without doing: the same decision as a verb's, and no log line. */
export async function can(
  workspace: Workspace,
  options: { readonly operation: RequestOperation; readonly resource: string },
): Promise<CanResult> {
  const authority = await loadAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  const resource = formatResource(parseResource(options.resource));
  const decision = await decide(
    workspace,
    { authority, caller, now: workspace.clock.now() },
    { operation: options.operation, resources: [resource] },
  );
  if (decision.kind === 'allow') return { allowed: true, decision: decision.allowance, denial: null };
  const { denial } = decision;
  const shown = denialResult({ denial, id: null, preserved: 'nothing was asked to change' });
  return { allowed: false, decision: null, denial: shown };
}
