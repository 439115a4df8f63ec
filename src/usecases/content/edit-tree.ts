import type { ObjectBatch, ObjectId, TreeChange, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { buildChangeTree, rawBytes, rawKey, type ChangeNode } from '#usecases/manifest/change-tree.ts';

/** What stands at a path instead; a mode of null takes the entry out. */
export type TreeEdit = Pick<TreeChange, 'path' | 'newMode' | 'newId'>;

/**
 * Puts the tree that follows another by these edits into a batch; only trees on edited paths are read. Directories
 * that become empty go. Paths may be any bytes.
 */
export async function editTree(
  workspace: Pick<Workspace, 'objects'>,
  batch: ObjectBatch,
  { tree, edits }: { readonly tree: ObjectId; readonly edits: readonly TreeEdit[] },
): Promise<ObjectId> {
  const changes = edits.map((edit) => ({ ...edit, oldMode: null, oldId: null }));
  const edited = await editDirectory({ workspace, batch }, tree, buildChangeTree(changes));
  return batch.addTree(edited);
}

interface Editing {
  readonly workspace: Pick<Workspace, 'objects'>;
  readonly batch: ObjectBatch;
}

async function editDirectory(
  editing: Editing,
  tree: ObjectId | undefined,
  node: ChangeNode,
): Promise<readonly TreeEntry[]> {
  const found = tree === undefined ? [] : await editing.workspace.objects.readTree(tree);
  const rows = new Map((found ?? []).map((row) => [rawKey(row.name), row]));
  for (const [key, child] of node.children) {
    const below = await editBelow(editing, { key, row: rows.get(key), child });
    const edited = entryAfter({ key, row: below, child });
    if (edited === undefined) rows.delete(key);
    else rows.set(key, edited);
  }
  return [...rows.values()];
}

interface Edited {
  readonly key: string;
  readonly row: TreeEntry | undefined;
  readonly child: ChangeNode;
}

async function editBelow(editing: Editing, { key, row, child }: Edited): Promise<TreeEntry | undefined> {
  if (child.children.size === 0) return row;
  const directory = row?.mode === '40000' ? row : undefined;
  const below = await editDirectory(editing, directory?.id, child);
  if (below.length === 0) return row === directory ? undefined : row;
  return { mode: '40000', name: rawBytes(key), id: editing.batch.addTree(below) };
}

/** Only files are taken out: a directory of the same name, on the other side of a comparison, is something else. */
function entryAfter({ key, row, child: { change } }: Edited): TreeEntry | undefined {
  if (change === undefined) return row;
  if (change.newMode === null || change.newId === null) return row?.mode === '40000' ? row : undefined;
  return { mode: change.newMode, name: rawBytes(key), id: change.newId };
}
