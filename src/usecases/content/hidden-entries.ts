import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { escapeSegment, unescapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import { parseDigest } from '#domain/id.ts';
import { LARGEST_LIST_BYTES } from '#domain/manifest/list-codec.ts';
import { decodeListText, findListEntry } from '#domain/manifest/list-text.ts';
import type { TombstoneRecord, TombstoneSet } from '#domain/removal/tombstone-set.ts';
import { splitPath } from '#domain/resource/repository-path.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawBytes, rawKey } from '#usecases/manifest/change-tree.ts';
import { subdirectoryName } from '#usecases/manifest/read-directory.ts';

/** An entry of a manifest whose content a tombstone hides. */
export interface HiddenEntry {
  /** Raw bytes. */
  readonly path: Uint8Array;
  readonly file: Digest;
  readonly tombstone: TombstoneRecord;
}

/** What is asked of a directory: names in it, and names below it. */
interface PathNode {
  asked: boolean;
  /** By raw name as text. */
  readonly children: Map<string, PathNode>;
}

interface Place {
  readonly node: PathNode;
  /** Git tree of a manifest's directory. */
  readonly tree: ObjectId;
}

interface Found {
  readonly entries: readonly HiddenEntry[];
  readonly below: readonly { readonly name: Uint8Array; readonly place: Place }[];
}

const AT_ONCE = 64;

/**
 * Finds what is hidden of any number of manifests, at the paths that the tombstones name. Only the lists on those paths
 * are read, each once; nothing at all where nothing is hidden.
 */
export class HiddenEntries {
  readonly #workspace: Pick<Workspace, 'objects'>;
  readonly #hidden: TombstoneSet['hidden'];
  readonly #root: PathNode;
  readonly #found = new Map<PathNode, Map<ObjectId, Found>>();

  constructor(workspace: Pick<Workspace, 'objects'>, { hidden }: Pick<TombstoneSet, 'hidden'>) {
    this.#workspace = workspace;
    this.#hidden = hidden;
    this.#root = namedPaths(new Set(hidden.values()));
  }

  /** The hidden entries of each manifest, in order of their paths. Throws `OBJECT_CORRUPT`, `FORMAT_INVALID`. */
  async find(manifests: readonly ObjectId[]): Promise<readonly (readonly HiddenEntry[])[]> {
    if (this.#root.children.size === 0) return manifests.map(() => []);
    const places = manifests.map((tree) => ({ node: this.#root, tree }));
    await this.#visit(places);
    return places.map((place) => this.#gather(place));
  }

  async #visit(places: readonly Place[]): Promise<void> {
    const fresh = places.filter((place) => this.#claim(place));
    for (let from = 0; from < fresh.length; from += AT_ONCE) {
      const below: Place[] = [];
      for (const [place, found] of await this.#read(fresh.slice(from, from + AT_ONCE))) {
        this.#found.get(place.node)?.set(place.tree, found);
        below.push(...found.below.map((next) => next.place));
      }
      await this.#visit(below);
    }
  }

  /** True the first time. */
  #claim({ node, tree }: Place): boolean {
    const known = this.#found.get(node) ?? new Map<ObjectId, Found>();
    this.#found.set(node, known);
    if (known.has(tree)) return false;
    known.set(tree, NOTHING);
    return true;
  }

  async #read(places: readonly Place[]): Promise<readonly (readonly [Place, Found])[]> {
    const { objects } = this.#workspace;
    const trees = await objects.readTrees(places.map(({ tree }) => tree));
    const lists = await this.#readLists(
      trees.flatMap((rows) => rows ?? []).flatMap(({ mode, id }) => (mode === '40000' ? [] : [id])),
    );
    return places.map((place, index) => {
      const rows = trees[index];
      if (rows === undefined) throw missing(place.tree);
      const texts: string[] = [];
      const subtrees = new Map<string, ObjectId>();
      for (const { mode, name, id } of rows) {
        const text = lists.get(id);
        if (mode === '40000') subtrees.set(rawKey(name), id);
        else if (text === undefined) throw missing(id);
        else texts.push(text);
      }
      return [place, this.#match(place.node, texts, subtrees)] as const;
    });
  }

  async #readLists(ids: readonly ObjectId[]): Promise<ReadonlyMap<ObjectId, string>> {
    const contents = await this.#workspace.objects.readMany([...new Set(ids)], LARGEST_LIST_BYTES);
    return new Map(
      contents.flatMap((blob) => (blob === undefined ? [] : [[blob.id, decodeListText(blob.content)]])),
    );
  }

  #match(node: PathNode, lists: readonly string[], subtrees: ReadonlyMap<string, ObjectId>): Found {
    const entries: HiddenEntry[] = [];
    const below: { readonly name: Uint8Array; readonly place: Place }[] = [];
    for (const [key, child] of node.children) {
      const name = rawBytes(key);
      if (child.asked) entries.push(...this.#entriesOf(name, lists));
      const tree = subtrees.get(rawKey(subdirectoryName(name)));
      if (tree !== undefined && child.children.size > 0) below.push({ name, place: { node: child, tree } });
    }
    return { entries, below };
  }

  #entriesOf(path: Uint8Array, lists: readonly string[]): readonly HiddenEntry[] {
    const name = escapeSegment(path);
    return lists.flatMap((list) => {
      const entry = findListEntry(list, name)?.entry;
      if (entry === undefined || entry.kind === 'directory') return [];
      const file = parseDigest(entry.id);
      const tombstone = this.#hidden.get(file);
      return tombstone === undefined ? [] : [{ path, file, tombstone }];
    });
  }

  #gather({ node, tree }: Place): readonly HiddenEntry[] {
    const { entries, below } = this.#found.get(node)?.get(tree) ?? NOTHING;
    return [
      ...entries,
      ...below.flatMap(({ name, place }) =>
        this.#gather(place).map((entry) => ({ ...entry, path: concatBytes(name, SLASH, entry.path) })),
      ),
    ];
  }
}

const NOTHING: Found = { entries: [], below: [] };
const SLASH = utf8('/');

function namedPaths(tombstones: ReadonlySet<TombstoneRecord>): PathNode {
  const root: PathNode = { asked: false, children: new Map() };
  for (const { texts } of tombstones) {
    for (const path of texts === 'redacted' ? [] : texts.paths) {
      const raw = unescapePath(path);
      if (raw !== undefined) nodeAt(root, raw).asked = true;
    }
  }
  return root;
}

function nodeAt(root: PathNode, path: Uint8Array): PathNode {
  let node = root;
  for (const segment of splitPath(path)) {
    const key = rawKey(segment);
    const child = node.children.get(key) ?? { asked: false, children: new Map() };
    node.children.set(key, child);
    node = child;
  }
  return node;
}

function missing(object: ObjectId): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', 'a manifest lacks one of its lists', {
    facts: { object },
    preserved: 'nothing was changed',
  });
}
