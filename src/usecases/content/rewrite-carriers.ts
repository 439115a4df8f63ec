import type { EntrySecret, ManifestEntry } from '#domain/manifest/entry.ts';
import { rawName } from '#domain/manifest/hashes.ts';
import { replaceListEntries, type PlacedEntry } from '#domain/manifest/list-text.ts';
import type { StateId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { encodeStateCarrier } from '#domain/state/carrier.ts';
import type { ObjectBatch, ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { subdirectoryName } from '#usecases/manifest/read-directory.ts';
import { listCarriers, STATE_TEXTS, type Carrier } from '#usecases/states/list-carriers.ts';
import { RowNames } from './names/row-names.ts';
import { HeldDirectories, type DirectoryPair, type HeldDirectory } from './held-directories.ts';
import { findHoldingTrees } from './held-trees.ts';

/** What stands at an entry from now on: its secret in the manifest, and its blob among the files. */
export interface EntryReplacement {
  readonly secret: EntrySecret;
  readonly blob: ObjectId;
  /**
   * What it is called from now on: what this makes of the names that its directory has already, percent-escaped. Where
   * that is not in order among them the entry stays as it is.
   */
  readonly rename?: (isTaken: (name: string) => boolean) => string;
}

export interface Rewriting {
  /** Only trees that hold one of these are looked at. */
  readonly blobs: ReadonlySet<ObjectId>;
  /** Undefined leaves an entry as it is. */
  readonly replace: (entry: ManifestEntry, blob: ObjectId) => EntryReplacement | undefined;
  /** The sidecars of some states from now on; the others keep theirs. */
  readonly texts?: ReadonlyMap<StateId, ObjectId>;
}

/** What a rewriting makes. */
export interface Rewritten {
  /** Thread refs that move. */
  readonly refs: readonly RefChange[];
  /** Old carrier to the one in its place, for each that changes. */
  readonly carriers: ReadonlyMap<ObjectId, ObjectId>;
}

/**
 * Rebuilds the carriers that heddle's thread refs reach, into a batch: other blobs and other secrets at some entries,
 * and whatever follows from that in Git. States, attestations and chains stay byte for byte, sidecars too but for those
 * that are replaced, and so does every id of the manifest: a name's key is all that the id of a directory needs of a secret. The Git commits that threads
 * began from are never rewritten.
 */
export async function rewriteCarriers(
  workspace: Workspace,
  batch: ObjectBatch,
  { blobs, replace, texts }: Rewriting,
): Promise<Rewritten> {
  const { refs, carriers } = await listCarriers(workspace);
  const roots = blobs.size === 0 ? [] : carriers.map(({ files }) => files);
  const holding = await findHoldingTrees(workspace, roots, blobs);
  const rewriter = new DirectoryRewriter(batch, replace);
  const directories = new HeldDirectories<DirectoryPair>(workspace, { blobs, holding }, (directory, below) =>
    rewriter.rewrite(directory, below),
  );
  if (blobs.size > 0) await directories.visit(carriers);
  const moved = new Map<ObjectId, ObjectId>();
  for (const carrier of carriers) {
    const pair = directories.made(carrier) ?? carrier;
    const next = rebuild(batch, { carrier, pair, moved, texts: texts?.get(carrier.id) });
    if (next !== carrier.commit) moved.set(carrier.commit, next);
  }
  return { refs: movedRefs(refs, moved), carriers: moved };
}

class DirectoryRewriter {
  readonly #batch: ObjectBatch;
  readonly #replace: Rewriting['replace'];

  constructor(batch: ObjectBatch, replace: Rewriting['replace']) {
    this.#batch = batch;
    this.#replace = replace;
  }

  /** The same pair where nothing is replaced in it. */
  rewrite(directory: HeldDirectory, below: (pair: DirectoryPair) => DirectoryPair): DirectoryPair {
    const files = new Map<string, Pick<TreeEntry, 'id'> & Partial<TreeEntry>>();
    const renaming = new RowNames(directory);
    const manifest = new Map<string, ObjectId>();
    const lists = new Map<string, { readonly placed: PlacedEntry; readonly entry: ManifestEntry }[]>();
    for (const { name, blob, list, placed } of directory.entries) {
      const replacement = this.#replace(placed.entry, blob);
      if (replacement === undefined) continue;
      const shown = renaming.choose({ list, entry: placed.entry }, replacement.rename);
      if (shown === undefined) continue;
      files.set(rawKey(name), { id: replacement.blob, name: rawName(shown) });
      const changed = { placed, entry: { ...placed.entry, name: shown, secret: replacement.secret } };
      lists.set(list, [...(lists.get(list) ?? []), changed]);
    }
    for (const [list, changes] of lists) {
      const bytes = replaceListEntries(directory.lists.get(list) ?? '', changes);
      manifest.set(list, this.#batch.add('blob', bytes));
    }
    for (const { name, pair } of directory.below) {
      const rewritten = below(pair);
      if (samePair(rewritten, pair)) continue;
      files.set(rawKey(name), { id: rewritten.files });
      manifest.set(rawKey(subdirectoryName(name)), rewritten.manifest);
    }
    if (files.size === 0) return directory.pair;
    return {
      files: this.#batch.addTree(
        directory.fileRows.map((row) => ({ ...row, ...files.get(rawKey(row.name)) })),
      ),
      manifest: this.#batch.addTree(replaceIds(directory.manifestRows, manifest)),
    };
  }
}

function samePair(a: DirectoryPair, b: DirectoryPair): boolean {
  return a.files === b.files && a.manifest === b.manifest;
}

/** Rows with other ids at some names. */
function replaceIds(rows: readonly TreeEntry[], ids: ReadonlyMap<string, ObjectId>): readonly TreeEntry[] {
  return rows.map((row) => ({ ...row, id: ids.get(rawKey(row.name)) ?? row.id }));
}

/** The carrier of the same state over what its files and its parents are now. */
function rebuild(
  batch: ObjectBatch,
  {
    carrier,
    pair,
    moved,
    texts,
  }: {
    readonly carrier: Carrier;
    readonly pair: DirectoryPair;
    readonly moved: ReadonlyMap<ObjectId, ObjectId>;
    readonly texts: ObjectId | undefined;
  },
): ObjectId {
  // The commit that a thread began from may be a carrier too, and stays what its texts say.
  const parents = carrier.parents.map((parent) => moved.get(parent) ?? parent);
  const sameParents = parents.every((parent, index) => parent === carrier.parents[index]);
  if (sameParents && samePair(pair, carrier) && texts === undefined) return carrier.commit;
  const ids = new Map([
    ['files', pair.files],
    ['manifest', pair.manifest],
    ...(texts === undefined ? [] : [[STATE_TEXTS, texts] as const]),
  ]);
  const content = encodeStateCarrier({
    id: carrier.id,
    state: carrier.state,
    tree: batch.addTree(replaceIds(carrier.rows, ids)),
    parents: [...parents, ...carrier.gitParents.slice(parents.length)],
  });
  return batch.add('commit', content);
}

function movedRefs(
  refs: ReadonlyMap<string, ObjectId>,
  moved: ReadonlyMap<ObjectId, ObjectId>,
): readonly RefChange[] {
  return [...refs].flatMap(([name, old]) => {
    const next = moved.get(old);
    return next === undefined ? [] : [{ name, old, new: next }];
  });
}
