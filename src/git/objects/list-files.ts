import { concatBytes } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { FileEntry, GitObject, ObjectId, ObjectReader, TreeEntry } from '#ports/objects.ts';
import { isObjectId } from './hash.ts';
import { checkId, corrupt, wrongKind } from './object-name.ts';
import { isDirectory, parseTree } from './tree-format.ts';

/** Largest tree object that is read: about a million entries. */
export const LARGEST_TREE = 64 * 1024 * 1024;
/** Against trees that name one another until they stand for more files than any disk holds. */
export const MOST_FILES = 5_000_000;
/** Directories inside one another. */
export const DEEPEST = 1000;
const SLASH = Uint8Array.of(0x2f);

/** Entries of a tree by the name of it, or of a commit that has it; undefined where there is none. */
export async function readTree(
  reader: Pick<ObjectReader, 'read'>,
  name: string,
): Promise<readonly TreeEntry[] | undefined> {
  const tree = await reader.read(isObjectId(name) ? `${name}^{tree}` : name, LARGEST_TREE);
  return tree === undefined ? undefined : entriesOf(tree);
}

/** The same of many trees by their ids, in order. */
export async function readTrees(
  reader: Pick<ObjectReader, 'readMany'>,
  trees: readonly ObjectId[],
): Promise<readonly (readonly TreeEntry[] | undefined)[]> {
  const objects = await reader.readMany(trees.map(checkId), LARGEST_TREE);
  return objects.map((object) => (object === undefined ? undefined : entriesOf(object)));
}

/** The entries that a tree object holds; throws `OBJECT_CORRUPT` for another kind. */
export function entriesOf({ id, kind, content }: GitObject): readonly TreeEntry[] {
  if (kind !== 'tree') throw wrongKind(id, kind, 'tree');
  return parseTree(content, id);
}

/** Every blob, link and submodule below a tree, in Git's order. Throws `OBJECT_CORRUPT`, `FORMAT_INVALID`. */
export async function listFiles(
  reader: Pick<ObjectReader, 'readMany'>,
  tree: ObjectId,
): Promise<readonly FileEntry[]> {
  const trees = await readTreesBelow(reader, tree);
  const counts = countFiles(trees, tree);
  if ((counts.get(tree) ?? 0) > MOST_FILES) throw tooMuch(tree, 'stands for too many files');
  const files: FileEntry[] = [];
  const walk = (id: ObjectId, path: Uint8Array, depth: number): void => {
    if (depth > DEEPEST) throw tooMuch(tree, 'is nested too deeply');
    for (const entry of trees.get(id) ?? []) {
      const below = path.length === 0 ? entry.name : concatBytes(path, SLASH, entry.name);
      if (isDirectory(entry)) {
        // Empty ones that name one another may be as many as files.
        if (counts.get(entry.id) !== 0) walk(entry.id, below, depth + 1);
      } else files.push({ path: below, mode: entry.mode, id: entry.id });
    }
  };
  walk(tree, new Uint8Array(0), 0);
  return files;
}

/** How many files each tree stands for; it is counted once, however often it is named. */
function countFiles(
  trees: ReadonlyMap<ObjectId, readonly TreeEntry[]>,
  root: ObjectId,
): ReadonlyMap<ObjectId, number> {
  const counts = new Map<ObjectId, number>();
  const count = (id: ObjectId, depth: number): number => {
    const known = counts.get(id);
    if (known !== undefined) return known;
    if (depth > DEEPEST) throw tooMuch(root, 'is nested too deeply');
    let files = 0;
    for (const entry of trees.get(id) ?? []) files += isDirectory(entry) ? count(entry.id, depth + 1) : 1;
    counts.set(id, files);
    return files;
  };
  count(root, 0);
  return counts;
}

/** Reads level by level, so that a whole level is one pipelined exchange; each tree once. */
async function readTreesBelow(
  reader: Pick<ObjectReader, 'readMany'>,
  root: ObjectId,
): Promise<ReadonlyMap<ObjectId, readonly TreeEntry[]>> {
  const trees = new Map<ObjectId, readonly TreeEntry[]>();
  for (let level: readonly ObjectId[] = [root]; level.length > 0;) {
    const next = new Set<ObjectId>();
    const objects = await reader.readMany(level, LARGEST_TREE);
    for (const [index, object] of objects.entries()) {
      const id = level[index] ?? '';
      if (object === undefined) throw corrupt(id);
      if (object.kind !== 'tree') throw wrongKind(id, object.kind, 'tree');
      const entries = parseTree(object.content, id);
      trees.set(id, entries);
      for (const entry of entries) if (isDirectory(entry)) next.add(entry.id);
    }
    level = [...next].filter((id) => !trees.has(id));
  }
  return trees;
}

/** The error for a tree that stands for more than is read. */
export function tooMuch(tree: string, problem: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the Git tree ${problem}`, { facts: { object: tree, problem } });
}
