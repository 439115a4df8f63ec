import type { TombstoneId } from '#domain/id.ts';
import { contentId } from '#domain/manifest/hashes.ts';
import { isThreadHead } from '#domain/refs.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { PathFinder } from '#usecases/content/path-finder.ts';
import { carriersFrom } from '#usecases/states/list-carriers.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { findCoveredIn, type CoveredPlace } from '#usecases/tombstones/decision/covered-places.ts';
import { LARGEST_CONTENT } from './target.ts';

/**
 * The blobs that a tombstone removed, as the carriers from before tell them: another home of this clone made it, and
 * keeps bytes and salts where this one cannot read them. Each is held against its manifest's id, so that nobody has a
 * content refused by a line that names other carriers. Empty once they were purged or collected.
 */
export async function findRemovedBlobs(
  workspace: Workspace,
  record: TombstoneRecord,
): Promise<readonly ObjectId[]> {
  const carriers = await carriersFrom(workspace, await oldHeads(workspace, record.id));
  const places = await findCoveredIn(workspace, carriers, new Set(record.declaration.covers.files));
  const blobs = new Set<ObjectId>();
  for (const place of places) {
    const blob = await blobOf(workspace, place);
    if (blob !== undefined) blobs.add(blob);
  }
  return [...blobs];
}

/** Where the threads stood before the redaction, as far as the objects are still there. */
async function oldHeads(workspace: Workspace, tombstone: TombstoneId): Promise<readonly ObjectId[]> {
  for await (const { line, texts } of workspace.log.newest()) {
    if (line.op !== 'redact' || line.verdict.verdict === 'deny' || texts === 'redacted') continue;
    if (!texts.effects.some((effect) => effect.kind === 'veil' && effect.tombstone === tombstone)) continue;
    const heads: ObjectId[] = [];
    for (const { name, old } of texts.refs) {
      if (old === null || !isThreadHead(name) || (await findCommit(workspace, old)) === undefined) continue;
      heads.push(old);
    }
    return heads;
  }
  return [];
}

async function blobOf(
  workspace: Workspace,
  { carrier, path, entry, file }: CoveredPlace,
): Promise<ObjectId | undefined> {
  if (entry.secret.kind !== 'salt') return undefined;
  const found = await new PathFinder(workspace, path).find(carrier.files);
  if (found === undefined) return undefined;
  const blob = await workspace.objects.read(found.id, LARGEST_CONTENT);
  if (blob?.kind !== 'blob') return undefined;
  return contentId(workspace.hasher, entry.secret.salt, blob.content) === file ? found.id : undefined;
}
