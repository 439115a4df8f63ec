import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';

const SLASH = 0x2f;

/** The id of the file or link at a path of a commit or tree; undefined where there is none. No content is read. */
export async function blobAt(
  workspace: Pick<Workspace, 'objects'>,
  root: ObjectId,
  path: Uint8Array,
): Promise<ObjectId | undefined> {
  let entries: readonly TreeEntry[] | undefined = await workspace.objects.readTree(root);
  for (let start = 0; ;) {
    const slash = path.indexOf(SLASH, start);
    const name = rawKey(path.subarray(start, slash === -1 ? path.length : slash));
    const entry = entries?.find((candidate) => rawKey(candidate.name) === name);
    if (entry === undefined) return undefined;
    if (slash === -1) return BLOBS.test(entry.mode) ? entry.id : undefined;
    entries = entry.mode === '40000' ? await workspace.objects.readTree(entry.id) : undefined;
    start = slash + 1;
  }
}

const BLOBS = /^1[02]0/;
