import { openContent } from '#domain/manifest/entry.ts';
import type { Digest } from '#domain/id.ts';
import { replacementVariants } from '#domain/removal/replacement.ts';
import { unmask } from '#domain/removal/spans/mask.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { ContentPlace } from '#usecases/content/find-content.ts';
import { PathFinder } from '#usecases/content/path-finder.ts';
import { findCoveredPlaces } from '#usecases/tombstones/decision/covered-places.ts';
import { ReplacementBlobs, LARGEST_MASKED } from '#usecases/tombstones/replacement-blobs.ts';

/** The blobs of every notice that a tombstone puts in the place of all of a content. Writes nothing. */
export function noticeBlobs(workspace: Workspace, record: TombstoneRecord): ReadonlySet<ObjectId> {
  const unwritten = workspace.writer.batch();
  return new Set(replacementVariants(record).map((bytes) => unwritten.add('blob', bytes)));
}

/**
 * The same, and what stands where the rest of a content stays: that is read from the carriers, since only they and the
 * quarantine know the rest.
 */
export async function replacementBlobs(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<ReadonlySet<ObjectId>> {
  const masked = await findMasked(workspace, record);
  return new Set([...noticeBlobs(workspace, record), ...masked.values()]);
}

/** What is kept of each content of which the rest stays, as the carriers tell it; held against the declaration. */
export async function readKept(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<ReadonlyMap<Digest, Uint8Array>> {
  const kept = new Map<Digest, Uint8Array>();
  const masked = await findMasked(workspace, record);
  for (const { file, marks, by } of record.declaration.spans) {
    const blob = masked.get(file);
    const object = blob === undefined ? undefined : await workspace.objects.read(blob, LARGEST_MASKED);
    const rest = object === undefined ? undefined : unmask(object.content, { id: by ?? record.id, marks });
    if (rest !== undefined) kept.set(file, rest);
  }
  return kept;
}

async function findMasked(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<ReadonlyMap<Digest, ObjectId>> {
  const spans = new Map(record.declaration.spans.map((one) => [one.file, one]));
  const blobs = new ReplacementBlobs(workspace, { partly: spans });
  const masked = new Map<Digest, ObjectId>();
  for (const { carrier, path, entry, file } of (await findCoveredPlaces(workspace, new Set(spans.keys())))
    .places) {
    if (masked.has(file) || openContent(entry) !== undefined) continue;
    const found = await new PathFinder(workspace, path).find(carrier.files);
    if (found !== undefined && (await blobs.fit(record, entry, found.id))) masked.set(file, found.id);
  }
  return masked;
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
