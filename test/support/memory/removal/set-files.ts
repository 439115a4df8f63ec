import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { TOMBSTONES_REF } from '#domain/refs.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectBatch, ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { encodeSetCommit } from '#usecases/signed-sets/set-commit.ts';

/** Every file of a tombstone set, by its path. */
export type SetFiles = Map<string, Uint8Array>;

/** Reads every file of the tombstone set as it stands. */
export async function readSetFiles(workspace: Workspace): Promise<SetFiles> {
  const files: SetFiles = new Map();
  const head = await workspace.refs.read(TOMBSTONES_REF);
  if (head !== undefined) await collect(workspace, { tree: head, above: '' }, files);
  return files;
}

async function collect(
  workspace: Workspace,
  { tree, above }: { readonly tree: ObjectId; readonly above: string },
  files: SetFiles,
): Promise<void> {
  for (const entry of (await workspace.objects.readTree(tree)) ?? []) {
    const path = `${above}${decodeUtf8(entry.name) ?? ''}`;
    if (entry.mode === '40000') await collect(workspace, { tree: entry.id, above: `${path}/` }, files);
    else files.set(path, (await workspace.objects.read(entry.id, Infinity))?.content ?? new Uint8Array());
  }
}

/** Puts other files in the place of the set, with the commit that they would have; logs nothing. */
export async function plantSet(workspace: Workspace, files: SetFiles, newest: Instant): Promise<void> {
  const batch = workspace.writer.batch();
  const tree = treeOf(batch, files);
  const commit = batch.add('commit', encodeSetCommit('tombstones', tree, newest));
  await batch.write();
  await moveRef(workspace, TOMBSTONES_REF, commit);
}

function treeOf(batch: ObjectBatch, files: SetFiles): ObjectId {
  const entries: TreeEntry[] = [];
  const below = new Map<string, SetFiles>();
  for (const [path, content] of files) {
    const slash = path.indexOf('/');
    if (slash < 0) entries.push({ mode: '100644', name: utf8(path), id: batch.add('blob', content) });
    else {
      const held = below.get(path.slice(0, slash)) ?? new Map<string, Uint8Array>();
      below.set(path.slice(0, slash), held.set(path.slice(slash + 1), content));
    }
  }
  for (const [name, held] of below) {
    entries.push({ mode: '40000', name: utf8(name), id: treeOf(batch, held) });
  }
  return batch.addTree(entries);
}

/** Moves a ref without a word in the log. */
export async function moveRef(workspace: Workspace, name: string, next: ObjectId | null): Promise<void> {
  const old = (await workspace.refs.read(name)) ?? null;
  await (await workspace.refs.prepare([{ name, old, new: next }], [])).commit();
}
