import { encodeCarrierCommit } from '#domain/state/carrier.ts';
import { rawBytes } from '#usecases/manifest/change-tree.ts';
import type { ObjectBatch, ObjectId, ObjectWriter, TreeEntry } from '#ports/objects.ts';
import { NOW } from '../decisions.ts';

/** A file of a work tree: its bytes, or the commit of a submodule. */
export interface MemoryFile {
  readonly mode: string;
  /** Text, one character a byte; of a submodule the commit's id. */
  readonly content: string;
}

/** Path (one character a byte) to file. */
export type FileTree = ReadonlyMap<string, MemoryFile>;

/** Plain files from paths and texts. */
export function plainFiles(contents: Readonly<Record<string, string>>): FileTree {
  return new Map(Object.entries(contents).map(([path, content]) => [path, { mode: '100644', content }]));
}

/** Writes blobs and trees of a work tree; returns the root's id. */
export async function writeFiles(writer: ObjectWriter, files: FileTree): Promise<ObjectId> {
  const batch = writer.batch();
  const id = addFiles(batch, files);
  await batch.write();
  return id;
}

/** Writes a commit of Git's own history. */
export async function writeCommit(
  writer: ObjectWriter,
  files: FileTree,
  parents: readonly ObjectId[] = [],
): Promise<ObjectId> {
  const batch = writer.batch();
  const commit = {
    tree: addFiles(batch, files),
    parents,
    principal: 'somebody',
    at: NOW,
    message: 'by hand',
  };
  const id = batch.add('commit', encodeCarrierCommit(commit));
  await batch.write();
  return id;
}

function addFiles(batch: ObjectBatch, files: FileTree): ObjectId {
  const entries: TreeEntry[] = [];
  const below = new Map<string, Map<string, MemoryFile>>();
  for (const [path, file] of files) {
    const slash = path.indexOf('/');
    if (slash < 0) {
      const id = file.mode === '160000' ? file.content : batch.add('blob', rawBytes(file.content));
      entries.push({ mode: file.mode, name: rawBytes(path), id });
      continue;
    }
    const directory = below.get(path.slice(0, slash)) ?? new Map<string, MemoryFile>();
    below.set(path.slice(0, slash), directory.set(path.slice(slash + 1), file));
  }
  for (const [name, held] of below) {
    entries.push({ mode: '40000', name: rawBytes(name), id: addFiles(batch, held) });
  }
  return batch.addTree(entries);
}
