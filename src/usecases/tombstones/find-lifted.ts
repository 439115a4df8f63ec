import type { TombstoneId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { readTombstones } from './load-tombstones.ts';
import { isLifted } from './removal-problem.ts';

/** Which of some tombstones somebody lifted who may; one that is not in the set was not. */
export async function findLifted(
  workspace: Workspace,
  tombstones: Iterable<TombstoneId>,
): Promise<ReadonlySet<TombstoneId>> {
  const authority = await tryLoadAuthority(workspace);
  if (authority === undefined) return new Set();
  const { records } = await readTombstones(workspace, authority.view);
  const lifted = new Set<TombstoneId>();
  for (const tombstone of tombstones) {
    const record = records.get(tombstone);
    if (record !== undefined && (await isLifted(workspace, record))) lifted.add(tombstone);
  }
  return lifted;
}
