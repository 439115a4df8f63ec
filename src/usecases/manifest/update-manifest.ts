import { invariant } from '#domain/error.ts';
import type { DirectoryId } from '#domain/id.ts';
import { sortEntries, storeDirectory } from '#domain/manifest/directory.ts';
import { kindOfMode, type EntrySecret, type ManifestEntry } from '#domain/manifest/entry.ts';
import { escapeSegment } from '#domain/encoding/percent-escape.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { newSalt } from '#domain/state/texts.ts';
import type { ObjectBatch, ObjectId, TreeChange, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { buildChangeTree, rawBytes, type ChangeNode } from './change-tree.ts';
import { hashContents, type SaltedContent } from './hash-contents.ts';
import { readDirectory, subdirectoryName, type ReadDirectory } from './read-directory.ts';

/** A directory of the new manifest: its id, and the Git tree that stores it. */
export interface WrittenDirectory {
  readonly id: DirectoryId;
  readonly tree: ObjectId;
}

/**
 * Writes the manifest that follows `parent` by the given changes into a batch. Only the lists on changed paths
 * are read and written; whatever stays keeps its salt.
 *
 * @param parent Git tree of the manifest to start from; null for an empty one.
 */
export async function updateManifest(
  workspace: Workspace,
  batch: ObjectBatch,
  options: { readonly parent: ObjectId | null; readonly changes: readonly TreeChange[] },
): Promise<WrittenDirectory> {
  const contents = await hashContents(workspace, options.changes);
  const update = new ManifestUpdate(workspace, batch, contents);
  const root = await update.directory(options.parent, buildChangeTree(options.changes));
  return root ?? update.write([], new Map());
}

const EMPTY: ReadDirectory = { entries: [], subtrees: new Map(), lists: [] };

class ManifestUpdate {
  readonly #workspace: Workspace;
  readonly #batch: ObjectBatch;
  readonly #contents: ReadonlyMap<TreeChange, SaltedContent>;

  constructor(workspace: Workspace, batch: ObjectBatch, contents: ReadonlyMap<TreeChange, SaltedContent>) {
    this.#workspace = workspace;
    this.#batch = batch;
    this.#contents = contents;
  }

  /** Returns undefined where nothing is left in the directory. */
  async directory(parent: ObjectId | null, node: ChangeNode): Promise<WrittenDirectory | undefined> {
    const before = parent === null ? EMPTY : await readDirectory(this.#workspace, parent);
    const named = new Map(before.entries.map((entry) => [entry.name, entry]));
    const subtrees = new Map(before.subtrees);
    for (const [key, child] of node.children) await this.#apply(key, child, { named, subtrees });
    if (named.size === 0) return undefined;
    return this.write([...named.values()], subtrees);
  }

  write(entries: readonly ManifestEntry[], subtrees: ReadonlyMap<string, ObjectId>): WrittenDirectory {
    const stored = storeDirectory(this.#workspace.hasher, sortEntries(entries));
    const rows: TreeEntry[] = [];
    for (const [name, content] of stored.files) {
      rows.push({ mode: '100644', name: utf8(name), id: this.#batch.add('blob', content) });
    }
    for (const [key, id] of subtrees) {
      rows.push({ mode: '40000', name: subdirectoryName(rawBytes(key)), id });
    }
    return { id: stored.id, tree: this.#batch.addTree(rows) };
  }

  async #apply(
    key: string,
    child: ChangeNode,
    directory: {
      readonly named: Map<string, ManifestEntry>;
      readonly subtrees: Map<string, ObjectId>;
    },
  ): Promise<void> {
    const { named, subtrees } = directory;
    const name = escapeSegment(rawBytes(key));
    const old = named.get(name);
    named.delete(name);
    if (child.children.size > 0) {
      const below = await this.directory(subtrees.get(key) ?? null, child);
      subtrees.delete(key);
      if (below !== undefined) {
        subtrees.set(key, below.tree);
        named.set(name, this.#directoryEntry(name, below.id, old));
      }
    }
    const { change } = child;
    if (change !== undefined && change.newMode !== null) {
      named.set(name, this.#fileEntry(name, change, old));
    }
  }

  /** A directory's salt serves its name alone, so it stays as long as the name does. */
  #directoryEntry(name: string, id: DirectoryId, old: ManifestEntry | undefined): ManifestEntry {
    const secret = old?.kind === 'directory' ? old.secret : this.#newSecret();
    return { name, mode: '40000', kind: 'directory', id, secret };
  }

  #fileEntry(name: string, change: TreeChange, old: ManifestEntry | undefined): ManifestEntry {
    const mode = change.newMode ?? '';
    const kind = kindOfMode(mode);
    invariant(kind !== undefined && kind !== 'directory', 'git lists files, links and submodules');
    const content = this.#contents.get(change);
    if (content !== undefined) {
      return { name, mode, kind, id: content.id, secret: { kind: 'salt', salt: content.salt } };
    }
    invariant(old !== undefined && old.kind === kind, 'a change of mode alone changes an entry');
    return { ...old, mode };
  }

  #newSecret(): EntrySecret {
    return { kind: 'salt', salt: newSalt(this.#workspace.random) };
  }
}
