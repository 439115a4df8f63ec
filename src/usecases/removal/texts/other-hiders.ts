import type { CoveredRecord } from '#domain/removal/covered-record.ts';
import { isUnbelieved, type TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { loadTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { isLifted, redactionProblem } from '#usecases/tombstones/removal-problem.ts';

/**
 * Which other tombstone hides a record's sidecar once this one no longer does, the smallest id first. One that nobody
 * signed who may does not.
 */
export async function otherHiders(
  workspace: Workspace,
  { id, declaration }: TombstoneRecord,
): Promise<(record: CoveredRecord) => TombstoneRecord | undefined> {
  const texts = new Set(declaration.covers.texts);
  if (texts.size === 0) return () => undefined;
  const { view } = await loadAuthority(workspace);
  const { records } = await loadTombstones(workspace, view);
  const others: TombstoneRecord[] = [];
  for (const other of [...records.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    if (
      other.id === id ||
      isUnbelieved(other) ||
      !other.declaration.covers.texts.some((record) => texts.has(record))
    )
      continue;
    if (await isLifted(workspace, other)) continue;
    if ((await redactionProblem(workspace, other)) === undefined) others.push(other);
  }
  return (record) => others.find((other) => other.declaration.covers.texts.includes(record));
}
