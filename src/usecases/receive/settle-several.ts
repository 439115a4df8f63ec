import { parseDigest, type Digest } from '#domain/id.ts';
import { openContent, type ManifestEntry } from '#domain/manifest/entry.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { sidecarHiders, type TombstoneRecord, type TombstoneSet } from '#domain/removal/tombstone-set.ts';
import { isReplaceable, replacementBytes } from '#domain/removal/replacement.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { EntryReplacement } from '#usecases/content/rewrite-carriers.ts';
import { replacementBlobs } from '#usecases/removal/places/tombstone-places.ts';
import type { ReplacedTexts } from '#usecases/segments/replace-published-texts.ts';
import { redactionProblem } from '#usecases/tombstones/removal-problem.ts';

/** What stands for sidecars that several tombstones hide: clones that hid the same apart come to the same. */
export async function settledSidecars(
  workspace: Workspace,
  batch: ObjectBatch,
  { records }: TombstoneSet,
): Promise<ReplacedTexts> {
  const sound: TombstoneRecord[] = [];
  const several = [...sidecarHiders(records.values())].flatMap(([of, hider]) => (hider.several ? [of] : []));
  if (several.length === 0) return new Map();
  for (const record of records.values())
    if ((await redactionProblem(workspace, record)) === undefined) sound.push(record);
  const hiders = sidecarHiders(sound);
  return new Map(
    several.flatMap((of) => {
      const id = hiders.get(of)?.id;
      return id === undefined ? [] : [[of, batch.add('blob', encodeRedactedTexts(id))] as const];
    }),
  );
}

/** The same for contents: what stands there now, and what has to. */
export interface SettledFiles {
  readonly blobs: ReadonlySet<ObjectId>;
  /** Undefined for an entry that nobody hid, or one tombstone alone. */
  readonly replace: (entry: ManifestEntry) => EntryReplacement | undefined;
}

/** Of several tombstones over one content one counts; another may have been here first, or is lifted by now. */
export async function settledFiles(
  workspace: Workspace,
  batch: ObjectBatch,
  { records, hidden, partly }: TombstoneSet,
): Promise<SettledFiles> {
  const covered = new Map<Digest, readonly TombstoneRecord[]>();
  for (const record of records.values())
    for (const file of record.declaration.covers.files)
      covered.set(file, [...(covered.get(file) ?? []), record]);
  const several = new Map([...covered].filter(([, over]) => over.length > 1));
  const blobs = new Set<ObjectId>();
  for (const record of new Set([...several.values()].flat()))
    for (const blob of await replacementBlobs(workspace, record)) blobs.add(blob);
  const replace = (entry: ManifestEntry): EntryReplacement | undefined => {
    if (!isReplaceable(entry.kind) || openContent(entry) !== undefined) return undefined;
    const file = parseDigest(entry.id);
    const hider = several.has(file) && !partly.has(file) ? hidden.get(file) : undefined;
    if (hider === undefined) return undefined;
    return { secret: entry.secret, blob: batch.add('blob', replacementBytes(hider, entry)) };
  };
  return { blobs, replace };
}
