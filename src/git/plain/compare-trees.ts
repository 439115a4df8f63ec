import { compareBytes, concatBytes } from '#domain/encoding/bytes.ts';
import { checkId, corrupt } from '#git/objects/object-name.ts';
import { DEEPEST, MOST_FILES, tooMuch } from '#git/objects/list-files.ts';
import { isDirectory } from '#git/objects/tree-format.ts';
import type { ObjectId, ObjectReader, TreeChange, TreeEntry } from '#ports/objects.ts';

const SLASH = Uint8Array.of(0x2f);
const NO_PATH = new Uint8Array(0);

const ABSENT = { mode: null, id: null };

interface Pair {
  readonly before: TreeEntry | undefined;
  readonly after: TreeEntry | undefined;
}

interface Step {
  readonly before: ObjectId | null;
  readonly after: ObjectId | null;
  readonly path: Uint8Array;
  readonly depth: number;
}

/** Every difference between two trees, null for the empty one: both at once, past everything that is the same. */
export async function compareTrees(
  objects: ObjectReader,
  before: ObjectId | null,
  after: ObjectId | null,
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = [];
  await walk(objects, { before, after, path: NO_PATH, depth: 0 }, changes);
  return changes;
}

async function walk(objects: ObjectReader, at: Step, changes: TreeChange[]): Promise<void> {
  const { before, after, depth } = at;
  if (before === after) return;
  if (depth > DEEPEST) throw tooMuch(treeOf(at), 'is nested too deeply');
  for (const pair of pairEntries(await entriesOf(objects, before), await entriesOf(objects, after))) {
    const below = stepBelow(at, pair);
    if (isDirectoryPair(pair)) await walk(objects, below, changes);
    else changes.push(...changeOf(below.path, pair));
    if (changes.length > MOST_FILES) throw tooMuch(treeOf(at), 'stands for too many files');
  }
}

async function entriesOf(objects: ObjectReader, tree: ObjectId | null): Promise<readonly TreeEntry[]> {
  if (tree === null) return [];
  const [entries] = await objects.readTrees([checkId(tree)]);
  if (entries === undefined) throw corrupt(tree);
  return entries;
}

function stepBelow({ path, depth }: Step, { before, after }: Pair): Step {
  const name = (before ?? after)?.name ?? NO_PATH;
  return {
    before: before?.id ?? null,
    after: after?.id ?? null,
    path: path.length === 0 ? name : concatBytes(path, SLASH, name),
    depth: depth + 1,
  };
}

function treeOf({ before, after }: Step): ObjectId {
  return after ?? before ?? '';
}

/** Never a file beside a directory: their names differ in Git's order. */
function isDirectoryPair({ before, after }: Pair): boolean {
  return [before, after].some((entry) => entry !== undefined && isDirectory(entry));
}

/** Entries of one name in pairs, in Git's order; a file and a directory of one name are two. */
function* pairEntries(before: readonly TreeEntry[], after: readonly TreeEntry[]): Generator<Pair> {
  for (let [left, right] = [0, 0]; left < before.length || right < after.length;) {
    const [a, b] = [before[left], after[right]];
    const order = a === undefined ? 1 : b === undefined ? -1 : compareBytes(sortName(a), sortName(b));
    if (order <= 0) left += 1;
    if (order >= 0) right += 1;
    yield { before: order <= 0 ? a : undefined, after: order >= 0 ? b : undefined };
  }
}

function sortName(entry: TreeEntry): Uint8Array {
  return isDirectory(entry) ? concatBytes(entry.name, SLASH) : entry.name;
}

function changeOf(path: Uint8Array, { before, after }: Pair): readonly TreeChange[] {
  if (before?.id === after?.id && before?.mode === after?.mode) return [];
  const [old, next] = [before ?? ABSENT, after ?? ABSENT];
  return [{ path, oldMode: old.mode, oldId: old.id, newMode: next.mode, newId: next.id }];
}
