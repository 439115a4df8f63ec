import { parseDigest } from '#domain/id.ts';
import { replacementVariants } from '#domain/removal/replacement.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findContent, type ContentPlace } from '#usecases/content/find-content.ts';

/** The blobs of every replacement that a tombstone makes. Writes nothing. */
export function replacementBlobs(workspace: Workspace, record: TombstoneRecord): ReadonlySet<ObjectId> {
  const unwritten = workspace.writer.batch();
  return new Set(replacementVariants(record).map((bytes) => unwritten.add('blob', bytes)));
}

/** Where a tombstone's replacements stand: every covered entry over all threads. */
export async function findTombstonePlaces(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<readonly ContentPlace[]> {
  const covered = new Set<string>(record.declaration.covers.files);
  const places = await findContent(workspace, replacementBlobs(workspace, record));
  return places.filter(({ entry }) => entry.kind !== 'directory' && covered.has(parseDigest(entry.id)));
}
