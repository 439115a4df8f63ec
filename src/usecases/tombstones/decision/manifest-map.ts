import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

const AT_ONCE = 512;

/** What distinct trees of manifests are made of, by ids alone. */
export class ManifestMap {
  readonly trees = new Set<ObjectId>();
  readonly lists = new Set<ObjectId>();
  /** Trees that could not be read. */
  readonly missed: ObjectId[] = [];
  readonly #above = new Map<ObjectId, ObjectId[]>();

  /** Reads the trees of some manifests and everything below them, each once and many at a time. */
  static async read(workspace: Workspace, manifests: Iterable<ObjectId>): Promise<ManifestMap> {
    const map = new ManifestMap();
    let level: readonly ObjectId[] = [...new Set(manifests)];
    for (const tree of level) map.trees.add(tree);
    while (level.length > 0) {
      const below: ObjectId[] = [];
      for (let from = 0; from < level.length; from += AT_ONCE) {
        const some = level.slice(from, from + AT_ONCE);
        const found = await workspace.objects.readTrees(some);
        for (const [index, tree] of some.entries()) below.push(...map.#take(tree, found[index]));
      }
      level = below;
    }
    return map;
  }

  /** These, and every tree above them. */
  above(ids: Iterable<ObjectId>): ReadonlySet<ObjectId> {
    const found = new Set(ids);
    // A set grows while it is walked.
    for (const id of found) for (const upper of this.#above.get(id) ?? []) found.add(upper);
    return found;
  }

  /** Subtrees that are new. */
  #take(tree: ObjectId, rows: readonly TreeEntry[] | undefined): readonly ObjectId[] {
    if (rows === undefined) this.missed.push(tree);
    const fresh: ObjectId[] = [];
    for (const { mode, id } of rows ?? []) {
      const upper = this.#above.get(id);
      if (upper === undefined) this.#above.set(id, [tree]);
      else upper.push(tree);
      if (mode !== '40000') this.lists.add(id);
      else if (!this.trees.has(id)) {
        this.trees.add(id);
        fresh.push(id);
      }
    }
    return fresh;
  }
}
