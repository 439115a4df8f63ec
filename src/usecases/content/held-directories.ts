import { escapeSegment } from '#domain/encoding/percent-escape.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import { kindOfMode } from '#domain/manifest/entry.ts';
import { LARGEST_LIST_BYTES } from '#domain/manifest/list-codec.ts';
import { decodeListText, findListEntry, type PlacedEntry } from '#domain/manifest/list-text.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { subdirectoryName } from '#usecases/manifest/read-directory.ts';
import { isContent, isTree } from './held-trees.ts';

/** A directory of a state: its tree of files, and the tree of the manifest that describes it. */
export interface DirectoryPair {
  readonly manifest: ObjectId;
  readonly files: ObjectId;
}

/** A wanted content in a directory, with its entry in one of the manifest's lists. */
export interface HeldEntry {
  /** Raw bytes. */
  readonly name: Uint8Array;
  readonly blob: ObjectId;
  /** File name of the list that has the entry. */
  readonly list: string;
  readonly placed: PlacedEntry;
}

/** A directory that holds wanted content, itself or somewhere below. */
export interface HeldDirectory {
  readonly pair: DirectoryPair;
  readonly manifestRows: readonly TreeEntry[];
  readonly fileRows: readonly TreeEntry[];
  /** Text of the manifest's lists, by file name. */
  readonly lists: ReadonlyMap<string, string>;
  readonly entries: readonly HeldEntry[];
  /** Directories in it that hold some, by raw name. */
  readonly below: readonly { readonly name: Uint8Array; readonly pair: DirectoryPair }[];
}

export interface Wanted {
  readonly blobs: ReadonlySet<ObjectId>;
  /** Trees of files that hold one of them at any depth. */
  readonly holding: ReadonlySet<ObjectId>;
}

const AT_ONCE = 64;

/**
 * Makes something of every directory that holds wanted content, from the deepest up; each pair of trees once, and
 * nothing else is read. Throws `OBJECT_CORRUPT` where files and manifest do not describe the same tree: what cannot
 * be found for certain must not pass for removed.
 */
export class HeldDirectories<T extends object> {
  readonly #workspace: Workspace;
  readonly #wanted: Wanted;
  readonly #assemble: (directory: HeldDirectory, below: (pair: DirectoryPair) => T) => T;
  readonly #made = new Map<string, T>();

  constructor(
    workspace: Workspace,
    wanted: Wanted,
    assemble: (directory: HeldDirectory, below: (pair: DirectoryPair) => T) => T,
  ) {
    this.#workspace = workspace;
    this.#wanted = wanted;
    this.#assemble = assemble;
  }

  /** Visits the pairs that hold something and everything below them, so many at a time. */
  async visit(pairs: readonly DirectoryPair[]): Promise<void> {
    const fresh = new Map<string, DirectoryPair>();
    for (const pair of pairs) {
      if (this.#wanted.holding.has(pair.files) && !this.#made.has(keyOf(pair))) fresh.set(keyOf(pair), pair);
    }
    const all = [...fresh];
    for (let from = 0; from < all.length; from += AT_ONCE) {
      await this.#visitSome(all.slice(from, from + AT_ONCE));
    }
  }

  /** What was made of a pair; undefined for one that holds nothing that is wanted, or was not visited. */
  made(pair: DirectoryPair): T | undefined {
    return this.#made.get(keyOf(pair));
  }

  async #visitSome(some: readonly (readonly [string, DirectoryPair])[]): Promise<void> {
    const directories = await this.#read(some.map(([, pair]) => pair));
    await this.visit(directories.flatMap(({ below }) => below.map(({ pair }) => pair)));
    for (const [index, [key]] of some.entries()) {
      const directory = directories[index];
      if (directory !== undefined)
        this.#made.set(
          key,
          this.#assemble(directory, (pair) => this.#need(pair)),
        );
    }
  }

  #need(pair: DirectoryPair): T {
    const made = this.#made.get(keyOf(pair));
    invariant(made !== undefined, 'what is below was visited before');
    return made;
  }

  async #read(pairs: readonly DirectoryPair[]): Promise<readonly HeldDirectory[]> {
    const { objects } = this.#workspace;
    const manifests = await objects.readTrees(pairs.map(({ manifest }) => manifest));
    const files = await objects.readTrees(pairs.map((pair) => pair.files));
    const listRows = manifests.map((rows) => (rows ?? []).filter(isList));
    const ids = [...new Set(listRows.flat().map(({ id }) => id))];
    const contents = await objects.readMany(ids, LARGEST_LIST_BYTES);
    const texts = new Map<ObjectId, string>();
    for (const content of contents) {
      if (content?.kind === 'blob') texts.set(content.id, decodeListText(content.content));
    }
    return pairs.map((pair, index) => {
      const [manifestRows, fileRows] = [manifests[index], files[index]];
      if (manifestRows === undefined || fileRows === undefined) throw disagreement(pair, '');
      const lists = new Map<string, string>();
      for (const { name, id } of listRows[index] ?? []) {
        const text = texts.get(id);
        if (text === undefined) throw disagreement(pair, '');
        lists.set(rawKey(name), text);
      }
      return this.#match(pair, { manifestRows, fileRows, lists });
    });
  }

  #match(
    pair: DirectoryPair,
    read: Pick<HeldDirectory, 'manifestRows' | 'fileRows' | 'lists'>,
  ): HeldDirectory {
    const { blobs, holding } = this.#wanted;
    const entries: HeldEntry[] = [];
    const below: { readonly name: Uint8Array; readonly pair: DirectoryPair }[] = [];
    const subtrees = new Map(read.manifestRows.filter(isTree).map(({ name, id }) => [rawKey(name), id]));
    for (const row of read.fileRows) {
      const { name, id } = row;
      if (isTree(row) && holding.has(id)) {
        const manifest = subtrees.get(rawKey(subdirectoryName(name)));
        if (manifest === undefined) throw disagreement(pair, escapeSegment(name));
        below.push({ name, pair: { manifest, files: id } });
      } else if (isContent(row) && blobs.has(id)) {
        entries.push({ name, blob: id, ...findEntry(pair, row, read.lists) });
      }
    }
    return { pair, ...read, entries, below };
  }
}

function findEntry(
  pair: DirectoryPair,
  row: TreeEntry,
  lists: ReadonlyMap<string, string>,
): Pick<HeldEntry, 'list' | 'placed'> {
  const name = escapeSegment(row.name);
  const found: Pick<HeldEntry, 'list' | 'placed'>[] = [];
  for (const [list, text] of lists) {
    const placed = findListEntry(text, name);
    if (placed !== undefined) found.push({ list, placed });
  }
  const [only] = found;
  const agrees = only?.placed.entry.mode === row.mode && only.placed.entry.kind === kindOfMode(row.mode);
  if (only === undefined || found.length > 1 || !agrees) throw disagreement(pair, name);
  return only;
}

function keyOf({ manifest, files }: DirectoryPair): string {
  return `${manifest} ${files}`;
}

/** `_`, and `_00` to `_ff` where the list is split. */
function isList(row: TreeEntry): boolean {
  return !isTree(row) && rawKey(row.name).startsWith('_');
}

function disagreement({ manifest, files }: DirectoryPair, name: string): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', 'the files of a state and its manifest do not agree', {
    facts: { manifest, files, name },
    preserved: 'nothing was changed',
  });
}
