import { concatBytes } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type {
  BlobSink,
  FileEntry,
  GitObject,
  ObjectId,
  ObjectKind,
  ObjectReader,
  TreeEntry,
} from '#ports/objects.ts';
import { corrupt, type CatFile, type ObjectHeader } from './cat-file.ts';
import { hashObject, isObjectId, startObjectHash } from './hash.ts';
import { isDirectory, parseTree } from './tree-format.ts';

/** Largest tree object that is read: about a million entries. */
const LARGEST_TREE = 64 * 1024 * 1024;
/** Against trees that name one another until they stand for more files than any disk holds. */
const MOST_FILES = 5_000_000;
const DEEPEST = 1000;
const LONGEST_NAME = 8192;
// eslint-disable-next-line no-control-regex
const OBJECT_NAME = /^[0-9a-f]{40}(?:(?:~[0-9]{1,5})?(?::[^\u0000\n]*)?|\^\{tree\})$/;

/** Reads objects by way of one long-lived git; every content is hashed again and compared with its id. */
export class GitObjectReader implements ObjectReader {
  readonly #git: CatFile;

  constructor(git: CatFile) {
    this.#git = git;
  }

  async read(name: string, maxBytes: number): Promise<GitObject | undefined> {
    return (await this.readMany([name], maxBytes))[0];
  }

  async readMany(names: readonly string[], maxBytes: number): Promise<readonly (GitObject | undefined)[]> {
    const objects: (GitObject | undefined)[] = names.map(() => undefined);
    let header: ObjectHeader | undefined;
    let pieces: Uint8Array[] = [];
    await this.#git.contents(names.map(checkName), {
      header: (_index, found) => {
        header = found === 'missing' ? undefined : found;
        if (header !== undefined) checkSize(header, maxBytes);
        pieces = [];
      },
      piece: (_index, piece) => {
        pieces.push(piece);
      },
      end: (index) => {
        if (header !== undefined) objects[index] = verified(header, concatBytes(...pieces));
      },
    });
    return objects;
  }

  async streamBlobs(ids: readonly ObjectId[], sink: BlobSink): Promise<void> {
    let hash = startObjectHash('blob', 0);
    await this.#git.contents(ids.map(checkId), {
      header: (index, header) => {
        if (header === 'missing' || header.kind !== 'blob') throw corrupt(ids[index] ?? '');
        hash = startObjectHash('blob', header.size);
        sink.start(index, header.size);
      },
      piece: (index, piece) => {
        hash.update(piece);
        sink.data(index, piece);
      },
      end: (index) => {
        if (hash.digest('hex') !== ids[index]) throw corrupt(ids[index] ?? '');
        sink.end(index);
      },
    });
  }

  async readTree(name: string): Promise<readonly TreeEntry[] | undefined> {
    const tree = await this.read(isObjectId(name) ? `${name}^{tree}` : name, LARGEST_TREE);
    if (tree === undefined) return undefined;
    if (tree.kind !== 'tree') throw wrongKind(tree.id, tree.kind, 'tree');
    return parseTree(tree.content, tree.id);
  }

  async listFiles(tree: ObjectId): Promise<readonly FileEntry[]> {
    const trees = await this.#readTreesBelow(tree);
    const files: FileEntry[] = [];
    const walk = (id: ObjectId, path: Uint8Array, depth: number): void => {
      if (depth > DEEPEST) throw tooMuch(tree, 'is nested too deeply');
      for (const entry of trees.get(id) ?? []) {
        const below = path.length === 0 ? entry.name : concatBytes(path, SLASH, entry.name);
        if (isDirectory(entry)) walk(entry.id, below, depth + 1);
        else files.push({ path: below, mode: entry.mode, id: entry.id });
        if (files.length > MOST_FILES) throw tooMuch(tree, 'stands for too many files');
      }
    };
    walk(tree, new Uint8Array(0), 0);
    return files;
  }

  /** Reads level by level, so that a whole level is one pipelined exchange; each tree once. */
  async #readTreesBelow(root: ObjectId): Promise<ReadonlyMap<ObjectId, readonly TreeEntry[]>> {
    const trees = new Map<ObjectId, readonly TreeEntry[]>();
    for (let level: readonly ObjectId[] = [root]; level.length > 0;) {
      const next = new Set<ObjectId>();
      const objects = await this.readMany(level, LARGEST_TREE);
      for (const [index, object] of objects.entries()) {
        const id = level[index] ?? '';
        if (object === undefined) throw corrupt(id);
        if (object.kind !== 'tree') throw wrongKind(id, object.kind, 'tree');
        const entries = parseTree(object.content, id);
        trees.set(id, entries);
        for (const entry of entries) if (isDirectory(entry)) next.add(entry.id);
      }
      level = [...next].filter((id) => !trees.has(id));
    }
    return trees;
  }
}

const SLASH = Uint8Array.of(0x2f);

function verified(header: ObjectHeader, content: Uint8Array): GitObject {
  const kind = objectKind(header);
  if (hashObject(kind, content) !== header.id) throw corrupt(header.id);
  return { id: header.id, kind, content };
}

function objectKind({ id, kind }: ObjectHeader): ObjectKind {
  if (kind === 'blob' || kind === 'tree' || kind === 'commit') return kind;
  throw wrongKind(id, kind, 'blob, tree or commit');
}

function checkSize({ id, size }: ObjectHeader, maxBytes: number): void {
  if (size <= maxBytes) return;
  throw new HeddleError('FORMAT_INVALID', `a Git object is longer than ${maxBytes} bytes`, {
    facts: { object: id, size, limit: maxBytes },
  });
}

/** Full ids alone, with steps to first parents, a path or `^{tree}` behind: other revision syntax would let a name mean something else. */
function checkName(name: string): string {
  if (name.length <= LONGEST_NAME && OBJECT_NAME.test(name)) return name;
  throw new HeddleError('FORMAT_INVALID', 'not the name of a Git object', {
    facts: { name: name.slice(0, 200) },
  });
}

function checkId(id: ObjectId): ObjectId {
  if (isObjectId(id)) return id;
  throw new HeddleError('FORMAT_INVALID', 'not a Git object id', { facts: { name: id.slice(0, 200) } });
}

function wrongKind(object: string, kind: string, wanted: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `a Git object is a ${kind}, not a ${wanted}`, {
    facts: { object, kind },
  });
}

function tooMuch(tree: string, problem: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the Git tree ${problem}`, { facts: { object: tree, problem } });
}
