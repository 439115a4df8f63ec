import { utf8 } from '#domain/encoding/bytes.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import { EMPTY_TREE } from '#git/objects/hash.ts';
import { entriesOf, LARGEST_TREE, listFiles, readTree, readTrees } from '#git/objects/list-files.ts';
import { checkId, checkName, checkSize, corrupt, wrongKind } from '#git/objects/object-name.ts';
import { isDirectory } from '#git/objects/tree-format.ts';
import type {
  BlobSink,
  FileEntry,
  GitObject,
  ObjectId,
  ObjectKind,
  ObjectReader,
  TreeEntry,
} from '#ports/objects.ts';

const NAME = /^([0-9a-f]{40})(?:~([0-9]{1,7}))?(?:(\^\{tree\})|:([^\0\n]*))?$/s;
/** Largest commit or tag that is followed. */
const LARGEST_LINK = 1024 * 1024;
const PIECE_BYTES = 65_536;
/** Commits and trees whose links are remembered: history is walked from its head again and again. */
const MOST_REMEMBERED = 10_000;

/** A commit with its tree and its first parent, or anything else. */
type Linked =
  | { readonly kind: 'commit'; readonly tree: ObjectId; readonly parent: ObjectId | undefined }
  | { readonly kind: 'tree' | 'blob' };

interface Peeled {
  readonly id: ObjectId;
  readonly linked: Linked;
}

export interface StoredObject {
  /** `tag` too, which the ports do not have. */
  readonly kind: ObjectKind | 'tag';
  readonly content: Uint8Array;
}

/** Sees kind and size of an object, and throws for what its caller does not want. */
export type AcceptObject = (header: {
  readonly id: ObjectId;
  readonly kind: string;
  readonly size: number;
}) => void;

/** Where objects are, by their ids alone; undefined where there is none. */
export interface ObjectStore {
  read(id: ObjectId, accept: AcceptObject): Promise<StoredObject | undefined>;
}

/** Finds objects by names in a store that needs no git; answers as the reader by way of git does. */
export class NamedObjects implements ObjectReader {
  readonly #store: ObjectStore;
  readonly #shallow: ReadonlySet<ObjectId>;
  readonly #links = new Map<ObjectId, Linked>();
  readonly #trees = new Map<ObjectId, readonly TreeEntry[]>();

  /** @param shallow commits that count as without parents. */
  constructor(store: ObjectStore, shallow: ReadonlySet<ObjectId>) {
    this.#store = store;
    this.#shallow = shallow;
  }

  async read(name: string, maxBytes: number): Promise<GitObject | undefined> {
    const id = await this.#resolve(checkName(name));
    return id === undefined ? undefined : this.#object(id, maxBytes);
  }

  async readMany(names: readonly string[], maxBytes: number): Promise<readonly (GitObject | undefined)[]> {
    for (const name of names) checkName(name);
    const objects: (GitObject | undefined)[] = [];
    for (const name of names) objects.push(await this.read(name, maxBytes));
    return objects;
  }

  async streamBlobs(ids: readonly ObjectId[], sink: BlobSink): Promise<void> {
    for (const id of ids) checkId(id);
    for (const [index, id] of ids.entries()) {
      const blob = await this.#store.read(id, () => undefined);
      if (blob?.kind !== 'blob') throw corrupt(id);
      const { content } = blob;
      sink.start(index, content.length);
      for (let at = 0; at < content.length; at += PIECE_BYTES) {
        sink.data(index, content.subarray(at, at + PIECE_BYTES));
      }
      sink.end(index);
    }
  }

  async readTree(name: string): Promise<readonly TreeEntry[] | undefined> {
    return readTree(this, name);
  }

  async readTrees(trees: readonly ObjectId[]): Promise<readonly (readonly TreeEntry[] | undefined)[]> {
    return readTrees(this, trees);
  }

  async listFiles(tree: ObjectId): Promise<readonly FileEntry[]> {
    return listFiles(this, tree);
  }

  /** The commit that an id is, or that a tag of this id leads to. */
  async peelToCommit(id: ObjectId): Promise<ObjectId | undefined> {
    const peeled = await this.#peel(id);
    return peeled?.linked.kind === 'commit' ? peeled.id : undefined;
  }

  /** The tree of a commit, or of what a tag leads to. */
  async treeOf(id: ObjectId): Promise<ObjectId | undefined> {
    return this.#resolve(`${id}^{tree}`);
  }

  async #object(id: ObjectId, maxBytes: number): Promise<GitObject | undefined> {
    const stored = await this.#store.read(id, (header) => checkSize(header, maxBytes));
    // Every git knows this one without having it.
    if (stored === undefined && id === EMPTY_TREE) return { id, kind: 'tree', content: utf8('') };
    if (stored === undefined) return undefined;
    if (stored.kind === 'tag') throw wrongKind(id, stored.kind, 'blob, tree or commit');
    return { id, kind: stored.kind, content: stored.content };
  }

  /** The id that a name means; undefined where it means nothing. */
  async #resolve(name: string): Promise<ObjectId | undefined> {
    const [, id = '', steps, toTree, path] = NAME.exec(name) ?? [];
    if (steps === undefined && toTree === undefined && path === undefined) return id;
    const found = steps === undefined ? await this.#peel(id) : await this.#stepBack(id, Number(steps));
    if (found === undefined) return undefined;
    if (toTree === undefined && path === undefined) return found.id;
    const tree = treeOf(found);
    return tree === undefined || path === undefined ? tree : this.#find(tree, path);
  }

  /** A commit so many first parents back. */
  async #stepBack(id: ObjectId, steps: number): Promise<Peeled | undefined> {
    let at = await this.#peel(id);
    for (let left = steps; left > 0; left -= 1) {
      const parent = at?.linked.kind === 'commit' ? at.linked.parent : undefined;
      at = parent === undefined ? undefined : await this.#peel(parent);
    }
    return at?.linked.kind === 'commit' ? at : undefined;
  }

  async #find(root: ObjectId, path: string): Promise<ObjectId | undefined> {
    let at: ObjectId = root;
    const segments = path === '' ? [] : path.replace(/\/$/, '').split('/');
    for (const [index, segment] of segments.entries()) {
      const name = Buffer.from(segment);
      const entry = (await this.#entries(at))?.find((candidate) => name.equals(candidate.name));
      if (entry === undefined) return undefined;
      const last = index === segments.length - 1;
      if (!isDirectory(entry) && (!last || path.endsWith('/'))) return undefined;
      at = entry.id;
    }
    return at;
  }

  async #entries(id: ObjectId): Promise<readonly TreeEntry[] | undefined> {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    const tree = await this.#object(id, LARGEST_TREE);
    if (tree === undefined) return undefined;
    const entries = entriesOf(tree);
    // Small ones alone: the roots of carriers are asked for file by file.
    if (entries.length <= 16) remember(this.#trees, id, entries);
    return entries;
  }

  async #peel(start: ObjectId): Promise<Peeled | undefined> {
    let id = start;
    for (let tags = 0; tags < 16; tags += 1) {
      const known = this.#links.get(id);
      if (known !== undefined) return { id, linked: known };
      const stored = await this.#store.read(id, (header) => {
        if (header.kind === 'commit' || header.kind === 'tag') checkSize(header, LARGEST_LINK);
      });
      if (stored === undefined) return id === EMPTY_TREE ? { id, linked: { kind: 'tree' } } : undefined;
      if (stored.kind !== 'tag') {
        const linked = this.#linkOf(id, { ...stored, kind: stored.kind });
        remember(this.#links, id, linked);
        return { id, linked };
      }
      const target = /^object ([0-9a-f]{40})\n/.exec(
        Buffer.from(stored.content).toString('latin1', 0, 48),
      )?.[1];
      if (target === undefined) throw corrupt(id);
      id = target;
    }
    throw corrupt(start);
  }

  #linkOf(
    id: ObjectId,
    { kind, content }: StoredObject & { readonly kind: 'blob' | 'tree' | 'commit' },
  ): Linked {
    if (kind !== 'commit') return { kind };
    const links = parseCommitLinks(content);
    if (links === undefined) throw corrupt(id);
    return { kind, tree: links.tree, parent: this.#shallow.has(id) ? undefined : links.parents[0] };
  }
}

function treeOf({ id, linked }: Peeled): ObjectId | undefined {
  if (linked.kind === 'commit') return linked.tree;
  return linked.kind === 'tree' ? id : undefined;
}

function remember<T>(map: Map<ObjectId, T>, id: ObjectId, value: T): void {
  if (map.size >= MOST_REMEMBERED) map.clear();
  map.set(id, value);
}
