import { concatBytes } from '#domain/encoding/bytes.ts';
import type {
  BlobSink,
  FileEntry,
  GitObject,
  ObjectId,
  ObjectKind,
  ObjectReader,
  TreeEntry,
} from '#ports/objects.ts';
import type { CatFile, ObjectHeader } from './cat-file.ts';
import { hashObject, startObjectHash } from './hash.ts';
import { listFiles, readTree, readTrees } from './list-files.ts';
import { checkId, checkName, checkSize, corrupt, wrongKind } from './object-name.ts';

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
    return readTree(this, name);
  }

  async readTrees(trees: readonly ObjectId[]): Promise<readonly (readonly TreeEntry[] | undefined)[]> {
    return readTrees(this, trees);
  }

  async listFiles(tree: ObjectId): Promise<readonly FileEntry[]> {
    return listFiles(this, tree);
  }
}

function verified(header: ObjectHeader, content: Uint8Array): GitObject {
  const kind = objectKind(header);
  if (hashObject(kind, content) !== header.id) throw corrupt(header.id);
  return { id: header.id, kind, content };
}

function objectKind({ id, kind }: ObjectHeader): ObjectKind {
  if (kind === 'blob' || kind === 'tree' || kind === 'commit') return kind;
  throw wrongKind(id, kind, 'blob, tree or commit');
}
