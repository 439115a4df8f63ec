import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { rawName } from '#domain/manifest/hashes.ts';
import type { TombstoneRecord, TombstoneSet } from '#domain/removal/tombstone-set.ts';
import { splitPath } from '#domain/resource/repository-path.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { readDirectory, type ReadDirectory } from '#usecases/manifest/read-directory.ts';

/**
 * Tells what a state touched where Git cannot: two hidden contents of one tombstone have the same replacement, and a
 * replacement differs from the content that it stands for. Manifest ids are exact, because a salt is kept while its
 * content stays. Costs nothing where nothing is hidden.
 */
export class HiddenChanges {
  readonly #workspace: Workspace;
  /** By content id; no directory's id is one. */
  readonly #hidden: ReadonlyMap<string, TombstoneRecord>;

  constructor(workspace: Workspace, { hidden }: Pick<TombstoneSet, 'hidden'>) {
    this.#workspace = workspace;
    this.#hidden = hidden;
  }

  /** Raw paths of entries in two manifests whose contents differ, at least one of them hidden. */
  async between(before: ObjectId, after: ObjectId): Promise<readonly Uint8Array[]> {
    if (this.#hidden.size === 0 || before === after) return [];
    const [older, newer] = [
      await readDirectory(this.#workspace, before),
      await readDirectory(this.#workspace, after),
    ];
    const entries = named(older);
    const paths: Uint8Array[] = [];
    for (const [name, entry] of named(newer)) {
      const old = entries.get(name);
      // What stands on one side only Git tells.
      if (old === undefined) continue;
      const raw = rawName(name);
      if (this.#differs(old, entry)) paths.push(raw);
      const [from, to] = [older, newer].map(({ subtrees }) => subtrees.get(rawKey(raw)));
      if (from === undefined || to === undefined) continue;
      for (const below of await this.between(from, to)) paths.push(concatBytes(raw, SLASH, below));
    }
    return paths;
  }

  /**
   * Leaves out what stands hidden in a thread's first state: whether the Git commit that it began from held the
   * same content cannot be told any more.
   */
  async withoutHidden(changes: readonly TreeChange[], manifest: ObjectId): Promise<readonly TreeChange[]> {
    if (this.#hidden.size === 0) return changes;
    const directories = new Map<ObjectId, ReadDirectory>();
    const kept: TreeChange[] = [];
    for (const change of changes) {
      const entry = await this.#entryAt(change.path, manifest, directories);
      if (entry === undefined || !this.#isHidden(entry)) kept.push(change);
    }
    return kept;
  }

  #differs(before: ManifestEntry, after: ManifestEntry): boolean {
    return before.id !== after.id && (this.#isHidden(before) || this.#isHidden(after));
  }

  #isHidden({ id }: ManifestEntry): boolean {
    return this.#hidden.has(id);
  }

  async #entryAt(
    path: Uint8Array,
    manifest: ObjectId,
    directories: Map<ObjectId, ReadDirectory>,
  ): Promise<ManifestEntry | undefined> {
    const segments = splitPath(path);
    let tree: ObjectId | undefined = manifest;
    for (const [depth, segment] of segments.entries()) {
      if (tree === undefined) return undefined;
      const directory: ReadDirectory = directories.get(tree) ?? (await readDirectory(this.#workspace, tree));
      directories.set(tree, directory);
      if (depth === segments.length - 1) {
        return [...named(directory).values()].find(({ name }) => rawKey(rawName(name)) === rawKey(segment));
      }
      tree = directory.subtrees.get(rawKey(segment));
    }
    return undefined;
  }
}

const SLASH = utf8('/');

function named({ entries }: ReadDirectory): ReadonlyMap<string, ManifestEntry> {
  return new Map(entries.map((entry) => [entry.name, entry]));
}
