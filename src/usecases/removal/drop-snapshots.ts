import { SNAPSHOT_REFS } from '#domain/refs.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * Takes away the snapshots that hold one of these blobs: what is destroyed cannot be brought back by an undo either.
 * Returns one clause for each. Can be repeated.
 */
export async function dropSnapshots(
  workspace: Workspace,
  blobs: ReadonlySet<ObjectId>,
): Promise<readonly string[]> {
  const gone: RefChange[] = [];
  for (const [name, commit] of await workspace.refs.list(SNAPSHOT_REFS)) {
    if (await holdsAny(workspace, commit, blobs)) gone.push({ name, old: commit, new: null });
  }
  if (gone.length === 0) return [];
  const prepared = await workspace.refs.prepare(gone, []);
  await prepared.commit();
  return gone.map(({ name }) => `the snapshot ${name}`);
}

async function holdsAny(
  workspace: Workspace,
  commit: ObjectId,
  blobs: ReadonlySet<ObjectId>,
): Promise<boolean> {
  // Whatever it keeps: those of landings keep more than two sides.
  for (const { mode, id } of (await workspace.objects.readTree(commit)) ?? []) {
    if (mode !== '40000') continue;
    if ((await workspace.objects.listFiles(id)).some((file) => blobs.has(file.id))) return true;
  }
  return false;
}
