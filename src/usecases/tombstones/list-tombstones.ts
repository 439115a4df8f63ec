import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { TombstoneListResult } from '#domain/results/removal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { readTombstones } from './load-tombstones.ts';
import { summariseTombstone } from './tombstone-summary.ts';

/** Every tombstone of this repository that holds, newest first, and what is wrong with the others. */
export async function listTombstones(workspace: Workspace): Promise<TombstoneListResult> {
  const { view } = await loadAuthority(workspace);
  const { records, problems } = await readTombstones(workspace, view);
  return {
    tombstones: [...records.values()].toSorted(newestFirst).map(summariseTombstone),
    findings: problems.map(({ subject, why }) => ({ kind: 'tombstone', subject, message: why })),
  };
}

function newestFirst(a: TombstoneRecord, b: TombstoneRecord): number {
  const [x, y] = [`${a.declaration.at} ${a.id}`, `${b.declaration.at} ${b.id}`];
  return x < y ? 1 : Number(x > y) * -1;
}
