import { splitPath } from '#domain/resource/repository-path.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';

/** Finds what stands at one path of many trees. A tree that several states share is read once. */
export class PathFinder {
  readonly #workspace: Workspace;
  readonly #segments: readonly string[];
  readonly #known = new Map<string, TreeEntry | undefined>();

  constructor(workspace: Workspace, path: Uint8Array) {
    this.#workspace = workspace;
    this.#segments = splitPath(path).map(rawKey);
  }

  /** The entry at the path below a tree; undefined where there is none. */
  async find(tree: ObjectId, depth = 0): Promise<TreeEntry | undefined> {
    const key = `${depth} ${tree}`;
    if (this.#known.has(key)) return this.#known.get(key);
    const entries = (await this.#workspace.objects.readTree(tree)) ?? [];
    const entry = entries.find(({ name }) => rawKey(name) === this.#segments[depth]);
    const last = depth === this.#segments.length - 1;
    const below = entry?.mode === '40000' && !last ? await this.find(entry.id, depth + 1) : undefined;
    const found = last ? entry : below;
    this.#known.set(key, found);
    return found;
  }
}
