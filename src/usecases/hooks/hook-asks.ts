import type { RequestOperation } from '#domain/authority/role.ts';
import { HeddleError } from '#domain/error.ts';
import { BRANCH_REFS } from '#domain/refs.ts';
import { pathResource, threadResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Ask, Ground } from '#usecases/transaction/plan.ts';

/** More paths at once are asked for as the branch itself. */
const MOST_PATHS = 10_000;

/** An agent acts: by its credential, or by how it was started. */
export function isAgents(workspace: Workspace, { caller }: Pick<Ground, 'caller'>): boolean {
  const { chain } = caller;
  if (chain !== null) return chain.blocks.some((block) => block.kind === 'delegation');
  return workspace.said.agentDetected !== null || caller.actor.agent !== null;
}

/**
 * What somebody needs who puts work onto a branch with git alone: a person what capturing there needs, an agent what
 * landing there does.
 */
export function gitOperation(agents: boolean): RequestOperation {
  return agents ? 'thread:land' : 'state:capture';
}

/** Where a branch is asked about, path by path; a branch that no resource can name is the repository's. */
export function branchResources(
  repository: string,
  ref: string | null,
  paths: readonly Uint8Array[],
): readonly string[] {
  const branch = ref?.startsWith(BRANCH_REFS) === true ? `heads/${ref.slice(BRANCH_REFS.length)}` : null;
  try {
    if (paths.length > 0 && paths.length <= MOST_PATHS)
      return paths.map((path) => pathResource(repository, branch, path));
    return [branch === null ? repository : threadResource(repository, branch)];
  } catch (error) {
    if (error instanceof HeddleError && NOT_NAMED.includes(error.code)) return [repository];
    throw error;
  }
}

const NOT_NAMED: readonly string[] = ['RESOURCE_INVALID', 'PATH_INVALID', 'THREAD_NAME_INVALID'];

/** An ask for places that git would change. */
export function gitAsk(agents: boolean, resources: readonly string[]): Ask {
  return { operation: gitOperation(agents), resources: [...new Set(resources)] };
}
