import { replacementVariants } from '#domain/removal/replacement.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { ContentPlace } from '#usecases/content/find-content.ts';
import { findCoveredPlaces } from '#usecases/tombstones/decision/covered-places.ts';

/** The blobs of every replacement that a tombstone makes. Writes nothing. */
export function replacementBlobs(workspace: Workspace, record: TombstoneRecord): ReadonlySet<ObjectId> {
  const unwritten = workspace.writer.batch();
  return new Set(replacementVariants(record).map((bytes) => unwritten.add('blob', bytes)));
}

/** Where what a tombstone covers stands, hidden or not: every covered entry over all threads. */
export async function findTombstonePlaces(
  workspace: Workspace,
  { declaration }: TombstoneRecord,
): Promise<readonly Pick<ContentPlace, 'thread' | 'state' | 'carrier' | 'path'>[]> {
  const { places } = await findCoveredPlaces(workspace, new Set(declaration.covers.files));
  return places
    .filter(({ entry }) => entry.kind !== 'directory')
    .map(({ carrier: { commit, id, state }, path }) => ({
      thread: state.thread,
      state: id,
      carrier: commit,
      path,
    }));
}
