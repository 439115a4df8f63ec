import { splitPath } from '#domain/resource/repository-path.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';

const AT_ONCE = 512;

/** Finds what stands at one path of many trees. A tree that several states share is read once. */
export class PathFinder {
  readonly #workspace: Workspace;
  readonly #segments: readonly string[];
  readonly #known = new Map<string, TreeEntry | undefined>();

  constructor(workspace: Workspace, path: Uint8Array) {
    this.#workspace = workspace;
    this.#segments = splitPath(path).map(rawKey);
  }

  /** Reads what many questions will need, many trees at a time. */
  async prepare(trees: Iterable<ObjectId>): Promise<void> {
    let level = [...new Set(trees)];
    const read: { readonly depth: number; readonly tree: ObjectId; readonly entry: TreeEntry | undefined }[] =
      [];
    for (let depth = 0; depth < this.#segments.length && level.length > 0; depth += 1) {
      const below = new Set<ObjectId>();
      for (let from = 0; from < level.length; from += AT_ONCE) {
        const some = level.slice(from, from + AT_ONCE);
        const found = await this.#workspace.objects.readTrees(some);
        for (const [index, tree] of some.entries()) {
          const entry = this.#entryIn(found[index] ?? [], depth);
          read.push({ depth, tree, entry });
          if (entry?.mode === '40000') below.add(entry.id);
        }
      }
      level = [...below];
    }
    // From the deepest up: what stands below a tree is known before the tree.
    for (const { depth, tree, entry } of read.toReversed()) {
      const last = depth === this.#segments.length - 1;
      const below = entry?.mode === '40000' ? this.#known.get(`${depth + 1} ${entry.id}`) : undefined;
      this.#known.set(`${depth} ${tree}`, last ? entry : below);
    }
  }

  /** The entry at the path below a tree; undefined where there is none. */
  async find(tree: ObjectId, depth = 0): Promise<TreeEntry | undefined> {
    const key = `${depth} ${tree}`;
    if (this.#known.has(key)) return this.#known.get(key);
    const entries = (await this.#workspace.objects.readTree(tree)) ?? [];
    const entry = this.#entryIn(entries, depth);
    const last = depth === this.#segments.length - 1;
    const below = entry?.mode === '40000' && !last ? await this.find(entry.id, depth + 1) : undefined;
    const found = last ? entry : below;
    this.#known.set(key, found);
    return found;
  }

  #entryIn(entries: readonly TreeEntry[], depth: number): TreeEntry | undefined {
    return entries.find(({ name }) => rawKey(name) === this.#segments[depth]);
  }
}
