import { concatBytes, decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import { HeddleError } from '#domain/error.ts';
import { hashObject } from '#git/objects/hash.ts';
import { encodeTree, isDirectory, parseTree } from '#git/objects/tree-format.ts';
import type {
  FileEntry,
  GitObject,
  ObjectBatch,
  ObjectId,
  ObjectReader,
  ObjectWriter,
  TreeChange,
  TreeComparer,
  TreeEntry,
} from '#ports/objects.ts';

/** A Git object database without a disk. */
export interface MemoryObjects {
  readonly objects: ObjectReader;
  readonly writer: ObjectWriter;
  readonly comparer: TreeComparer;
  /** Damages or removes an object. */
  tamper(id: ObjectId, content: Uint8Array | null): void;
  /** Objects that are read with these, and are not among them. */
  beside(): ObjectsBeside;
}

/** What was written beside a store. */
export interface ObjectsBeside extends Pick<MemoryObjects, 'objects' | 'writer' | 'comparer'> {
  /** Stores what these reach of it; everything for null. */
  store(roots: readonly ObjectId[] | null): void;
}

const NAME = /^([0-9a-f]{40})(?:~([0-9]{1,7}))?(?::([^\0\n]*))?$/s;

export function createMemoryObjects(): MemoryObjects {
  const stored = new Map<ObjectId, GitObject>();
  return {
    ...portsOf(stored),
    tamper(id, content) {
      const object = stored.get(id);
      if (object === undefined || content === null) stored.delete(id);
      else stored.set(id, { ...object, content });
    },
    beside() {
      const fresh = new MapBeside(stored);
      const keep = (id: ObjectId): void => {
        const object = fresh.own(id);
        if (object === undefined) return;
        stored.set(id, object);
        if (object.kind === 'tree') for (const entry of parseTree(object.content, id)) keep(entry.id);
      };
      return { ...portsOf(fresh), store: (roots) => (roots ?? [...fresh.keys()]).forEach(keep) };
    },
  };
}

/** A map that is read with another one. */
class MapBeside extends Map<ObjectId, GitObject> {
  readonly #under: ReadonlyMap<ObjectId, GitObject>;

  constructor(under: ReadonlyMap<ObjectId, GitObject>) {
    super();
    this.#under = under;
  }

  own(id: ObjectId): GitObject | undefined {
    return super.get(id);
  }

  override get(id: ObjectId): GitObject | undefined {
    return super.get(id) ?? this.#under.get(id);
  }
}

function portsOf(stored: Map<ObjectId, GitObject>): Pick<MemoryObjects, 'objects' | 'writer' | 'comparer'> {
  const objects = new MemoryReader(stored);
  return {
    objects,
    writer: { batch: () => createBatch(stored) },
    comparer: {
      compare: (oldTree, newTree) => compare(objects, oldTree, newTree),
      countLines: async (oldTree, newTree) => {
        const changes = await compare(objects, oldTree, newTree);
        return changes.reduce((sum, change) => sum + changedLines(stored, change), 0);
      },
      patch: async (oldTree, newTree) => {
        const changes = await compare(objects, oldTree, newTree);
        return concatBytes(...changes.map(({ path }) => concatBytes(path, utf8('\n'))));
      },
    },
  };
}

/** Lines outside the longest common subsequence of lines, as any minimal diff has them. */
function changedLines(stored: ReadonlyMap<ObjectId, GitObject>, { oldId, newId }: TreeChange): number {
  const [before, after] = [oldId, newId].map((id) => linesOf(stored.get(id ?? '')));
  if (before === undefined || after === undefined) return 0;
  let row = [0, ...after.map(() => 0)];
  for (const line of before) {
    const next = [0];
    for (const [index, other] of after.entries()) {
      const best = Math.max(row[index + 1] ?? 0, next[index] ?? 0);
      next.push(line === other ? Math.max(best, (row[index] ?? 0) + 1) : best);
    }
    row = next;
  }
  return before.length + after.length - 2 * (row.at(-1) ?? 0);
}

function linesOf(object: GitObject | undefined): readonly string[] {
  if (object === undefined || object.content.length === 0) return [];
  return new TextDecoder('latin1').decode(object.content).match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

class MemoryReader implements ObjectReader {
  readonly #stored: ReadonlyMap<ObjectId, GitObject>;

  constructor(stored: ReadonlyMap<ObjectId, GitObject>) {
    this.#stored = stored;
  }

  async read(name: string, maxBytes: number): Promise<GitObject | undefined> {
    const match = NAME.exec(name);
    if (match?.[1] === undefined) throw new HeddleError('FORMAT_INVALID', 'not the name of a Git object');
    const id = this.#back(match[1], Number(match[2] ?? 0));
    if (id === undefined) return undefined;
    const object = match[3] === undefined ? this.#stored.get(id) : this.#resolve(id, match[3]);
    if (object === undefined) return undefined;
    if (object.content.length > maxBytes) throw new HeddleError('FORMAT_INVALID', 'too long');
    return verified(object);
  }

  /** So many first parents back. */
  #back(id: ObjectId, steps: number): ObjectId | undefined {
    let at: ObjectId | undefined = id;
    for (let left = steps; left > 0 && at !== undefined; left -= 1) {
      const commit = this.#stored.get(at);
      at = commit?.kind === 'commit' ? linksOf(commit)?.parents[0] : undefined;
    }
    return at;
  }

  readMany(names: readonly string[], maxBytes: number): Promise<readonly (GitObject | undefined)[]> {
    return Promise.all(names.map((name) => this.read(name, maxBytes)));
  }

  async streamBlobs(
    ids: readonly ObjectId[],
    sink: Parameters<ObjectReader['streamBlobs']>[1],
  ): Promise<void> {
    for (const [index, id] of ids.entries()) {
      const object = this.#stored.get(id);
      if (object?.kind !== 'blob') throw damaged(id);
      sink.start(index, object.content.length);
      // Two pieces, so that nobody takes one for the whole.
      const half = Math.ceil(object.content.length / 2);
      for (const piece of [object.content.subarray(0, half), object.content.subarray(half)]) {
        if (piece.length > 0) sink.data(index, piece);
      }
      verified(object);
      sink.end(index);
    }
  }

  async readTree(name: string): Promise<readonly TreeEntry[] | undefined> {
    const object = await this.read(name, Infinity);
    const tree = object?.kind === 'commit' ? this.#treeOf(object) : object;
    if (tree === undefined) return undefined;
    if (tree.kind !== 'tree') throw new HeddleError('FORMAT_INVALID', 'not a tree');
    return parseTree(tree.content, tree.id);
  }

  readTrees(trees: readonly ObjectId[]): Promise<readonly (readonly TreeEntry[] | undefined)[]> {
    return Promise.all(trees.map((tree) => this.readTree(tree)));
  }

  async listFiles(tree: ObjectId): Promise<readonly FileEntry[]> {
    const entries = await this.readTree(tree);
    if (entries === undefined) throw damaged(tree);
    const files: FileEntry[] = [];
    for (const entry of entries) {
      if (!isDirectory(entry)) files.push({ path: entry.name, mode: entry.mode, id: entry.id });
      else {
        for (const below of await this.listFiles(entry.id)) {
          files.push({ ...below, path: concatBytes(entry.name, utf8('/'), below.path) });
        }
      }
    }
    return files;
  }

  #treeOf(commit: GitObject): GitObject | undefined {
    return this.#stored.get(linksOf(commit)?.tree ?? '');
  }

  #resolve(root: ObjectId, path: string): GitObject | undefined {
    const start = this.#stored.get(root);
    let found = start?.kind === 'commit' ? this.#treeOf(start) : start;
    for (const segment of path.split('/')) {
      if (segment === '') continue;
      if (found?.kind !== 'tree') return undefined;
      const entry = parseTree(found.content, found.id).find(({ name }) => decodeUtf8(name) === segment);
      found = this.#stored.get(entry?.id ?? '');
    }
    return found;
  }
}

function createBatch(stored: Map<ObjectId, GitObject>): ObjectBatch {
  const added = new Map<ObjectId, GitObject>();
  const add: ObjectBatch['add'] = (kind, content) => {
    const id = hashObject(kind, content);
    added.set(id, { id, kind, content: content.slice() });
    return id;
  };
  return {
    add,
    addTree: (entries) => add('tree', encodeTree(entries)),
    async write() {
      for (const [id, object] of added) stored.set(id, object);
    },
  };
}

async function compare(
  objects: ObjectReader,
  oldTree: ObjectId | null,
  newTree: ObjectId | null,
): Promise<readonly TreeChange[]> {
  const list = async (tree: ObjectId | null): Promise<ReadonlyMap<string, FileEntry>> => {
    const files = tree === null ? [] : await objects.listFiles(tree);
    return new Map(files.map((file) => [Buffer.from(file.path).toString('latin1'), file]));
  };
  const [before, after] = await Promise.all([list(oldTree), list(newTree)]);
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted((a, b) => (a < b ? -1 : 1));
  return paths.flatMap((key) => {
    const [old, next] = [before.get(key), after.get(key)];
    if (old?.id === next?.id && old?.mode === next?.mode) return [];
    return [
      {
        path: new Uint8Array(Buffer.from(key, 'latin1')),
        oldMode: old?.mode ?? null,
        oldId: old?.id ?? null,
        newMode: next?.mode ?? null,
        newId: next?.id ?? null,
      },
    ];
  });
}

/** Parents and tree of a commit, once for each: a log is read back to its beginning again and again. */
function linksOf(commit: GitObject): ReturnType<typeof parseCommitLinks> {
  const links = known.get(commit) ?? parseCommitLinks(commit.content);
  if (links !== undefined) known.set(commit, links);
  return links;
}

const known = new WeakMap<GitObject, NonNullable<ReturnType<typeof parseCommitLinks>>>();

function verified(object: GitObject): GitObject {
  if (hashObject(object.kind, object.content) !== object.id) throw damaged(object.id);
  return object;
}

function damaged(id: ObjectId): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', 'the Git object is damaged', { facts: { object: id } });
}
