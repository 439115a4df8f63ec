import { compareBytes, concatBytes } from '#domain/encoding/bytes.ts';
import { checkId, corrupt } from '#git/objects/object-name.ts';
import { DEEPEST, MOST_FILES, tooMuch } from '#git/objects/list-files.ts';
import { isDirectory } from '#git/objects/tree-format.ts';
import type {
  ObjectId,
  ObjectReader,
  PatchOptions,
  TreeChange,
  TreeComparer,
  TreeEntry,
} from '#ports/objects.ts';
import { noGit } from './no-git.ts';
import { formatPatch, type PatchSource } from './patch/format-patch.ts';
import { LARGEST_OBJECT } from '#git/plain/unsupported.ts';

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

/** Compares trees without git: both at once, past everything that is the same. */
export class PureTreeComparer implements TreeComparer {
  readonly #objects: ObjectReader;
  readonly #abbreviate: PatchSource['abbreviate'];

  constructor(objects: ObjectReader, abbreviate: PatchSource['abbreviate']) {
    this.#objects = objects;
    this.#abbreviate = abbreviate;
  }

  async compare(oldTree: ObjectId | null, newTree: ObjectId | null): Promise<readonly TreeChange[]> {
    const changes: TreeChange[] = [];
    await this.#walk({ before: oldTree, after: newTree, path: NO_PATH, depth: 0 }, changes);
    return changes;
  }

  /** Not guessed by another algorithm: what git counted, git has to count again. */
  countLines(): Promise<number> {
    return Promise.reject(noGit());
  }

  async patch(
    oldTree: ObjectId | null,
    newTree: ObjectId | null,
    { stat, color, paths }: PatchOptions,
  ): Promise<Uint8Array> {
    if (stat || color) throw noGit();
    const source = { objects: this.#objects, largestObject: LARGEST_OBJECT, abbreviate: this.#abbreviate };
    const changes = await this.compare(oldTree, newTree);
    return formatPatch(
      source,
      paths.length === 0 ? changes : changes.filter(({ path }) => isWithin(path, paths)),
    );
  }

  async #walk(at: Step, changes: TreeChange[]): Promise<void> {
    const { before, after, depth } = at;
    if (before === after) return;
    if (depth > DEEPEST) throw tooMuch(treeOf(at), 'is nested too deeply');
    for (const pair of pairEntries(await this.#entries(before), await this.#entries(after))) {
      const below = stepBelow(at, pair);
      if (isDirectoryPair(pair)) await this.#walk(below, changes);
      else changes.push(...changeOf(below.path, pair));
      if (changes.length > MOST_FILES) throw tooMuch(treeOf(at), 'stands for too many files');
    }
  }

  async #entries(tree: ObjectId | null): Promise<readonly TreeEntry[]> {
    if (tree === null) return [];
    const [entries] = await this.#objects.readTrees([checkId(tree)]);
    if (entries === undefined) throw corrupt(tree);
    return entries;
  }
}

/** Paths mean themselves, and what is below them. */
function isWithin(path: Uint8Array, paths: readonly string[]): boolean {
  return paths.some((wanted) => {
    const [limit, found] = [Buffer.from(wanted.replace(/\/$/, '')), Buffer.from(path)];
    const begins = found.subarray(0, limit.length).equals(limit);
    return (
      begins && (limit.length === 0 || found.length === limit.length || found[limit.length] === SLASH[0])
    );
  });
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
