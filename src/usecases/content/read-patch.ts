import { compareBytes } from '#domain/encoding/bytes.ts';
import type { ChangedPath } from '#domain/result-parts.ts';
import type { RedactionNotice } from '#domain/results/work-results.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { describeChanges } from '#usecases/states/describe-changes.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { editTree } from './edit-tree.ts';
import { HiddenEntries, type HiddenEntry } from './hidden-entries.ts';
import { noticesOf, type RedactedPath } from './redaction-notices.ts';
import { loadRefusalCheck } from './refused-content.ts';

/** One side of a comparison. */
export interface PatchSide {
  /** Git tree of the files; null for no files at all. */
  readonly files: ObjectId | null;
  /** Git tree of the manifest, where a state stands behind the files. */
  readonly manifest: ObjectId | null;
}

/** What may be shown of a difference. */
export interface BoundedPatch {
  readonly changed: readonly ChangedPath[];
  /** Bytes that are not UTF-8 are replaced: patches are for people. */
  readonly patch: string;
  /** Contents that were left out of the patch, or stand as replacements in it. */
  readonly redacted: readonly RedactionNotice[];
}

/**
 * The one way in which the content of files is printed. What this clone refuses is taken out of both trees before git
 * sees them, whatever they are trees of; what stands as a replacement is told. A file that is hidden on both
 * sides and differs by its manifest counts as changed, though Git has the same replacement twice.
 */
export async function readPatch(
  workspace: Workspace,
  tombstones: LoadedTombstones,
  options: { readonly from: PatchSide; readonly to: PatchSide; readonly stat: boolean },
): Promise<BoundedPatch> {
  const { from, to, stat } = options;
  const changes = await workspace.comparer.compare(from.files, to.files);
  const refused = await refusedAmong(workspace, tombstones, changes);
  const hidden = await hiddenOf(workspace, tombstones, { from, to });
  const [before, after] = await withoutPaths(workspace, { from, to, refused });
  const patch = await workspace.comparer.patch(before, after, { stat, color: false, paths: [] });
  const touched = new Set(changes.map(({ path }) => rawKey(path)));
  const replaced = hidden.changed.filter(({ path }) => !touched.has(rawKey(path)));
  for (const { path } of replaced) touched.add(rawKey(path));
  return {
    changed: describeAll(changes, replaced),
    patch: new TextDecoder().decode(patch),
    redacted: noticesOf([...refused, ...hidden.all.filter(({ path }) => touched.has(rawKey(path)))]),
  };
}

async function refusedAmong(
  workspace: Workspace,
  tombstones: LoadedTombstones,
  changes: readonly TreeChange[],
): Promise<readonly RedactedPath[]> {
  const refusedBy = await loadRefusalCheck(workspace, tombstones);
  const refused: RedactedPath[] = [];
  for (const { path, oldId, newId } of changes) {
    for (const tombstone of [await refusedBy(oldId), await refusedBy(newId)])
      if (tombstone !== undefined) refused.push({ path, tombstone });
  }
  return refused;
}

async function hiddenOf(
  workspace: Workspace,
  tombstones: LoadedTombstones,
  { from, to }: { readonly from: PatchSide; readonly to: PatchSide },
): Promise<{ readonly all: readonly HiddenEntry[]; readonly changed: readonly HiddenEntry[] }> {
  const manifests = [from.manifest, to.manifest].filter((manifest) => manifest !== null);
  const found = await new HiddenEntries(workspace, tombstones).find(manifests);
  if (from.manifest === null || to.manifest === null) return { all: found.flat(), changed: [] };
  const [before = [], after = []] = found;
  const files = new Map(before.map(({ path, file }) => [rawKey(path), file]));
  const changed = after.filter(({ path, file }) => {
    const old = files.get(rawKey(path));
    return old !== undefined && old !== file;
  });
  return { all: found.flat(), changed };
}

/** Both trees without what is refused: git is not even asked about it. */
async function withoutPaths(
  workspace: Workspace,
  sides: { readonly from: PatchSide; readonly to: PatchSide; readonly refused: readonly RedactedPath[] },
): Promise<readonly [ObjectId | null, ObjectId | null]> {
  const { from, to, refused } = sides;
  if (refused.length === 0) return [from.files, to.files];
  const batch = workspace.writer.batch();
  const edits = refused.map(({ path }) => ({ path, newMode: null, newId: null }));
  const edited = async (tree: ObjectId | null): Promise<ObjectId | null> =>
    tree === null ? null : editTree(workspace, batch, { tree, edits });
  const trees = [await edited(from.files), await edited(to.files)] as const;
  await batch.write();
  return trees;
}

function describeAll(
  changes: readonly TreeChange[],
  replaced: readonly HiddenEntry[],
): readonly ChangedPath[] {
  if (replaced.length === 0) return describeChanges(changes);
  const hidden = replaced.map(({ path }) => ({ ...REPLACED, path }));
  return describeChanges([...changes, ...hidden].toSorted((a, b) => compareBytes(a.path, b.path)));
}

/** One content became another, and neither is there to be named. */
const REPLACED = { oldMode: '100644', oldId: null, newMode: '100644', newId: null } as const;
