import { HeddleError } from '#domain/error.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * This home's key for the clone, for whatever is only remembered: undefined where there is none. One that is refused is
 * for the verbs that need it to complain of.
 */
export async function knownHome({
  knownReplica,
}: Pick<Workspace, 'knownReplica'>): Promise<ReplicaIdentity | undefined> {
  try {
    return await knownReplica();
  } catch (error: unknown) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}
