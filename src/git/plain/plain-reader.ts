import { join } from 'node:path';
import { checkId } from '#git/objects/object-name.ts';
import { listFiles, readTree, readTrees } from '#git/objects/list-files.ts';
import type { GitObjectReader } from '#git/objects/object-reader.ts';
import { readShallow } from './refuse-unsupported.ts';
import { NamedObjects } from './named-objects.ts';
import type { BlobSink, FileEntry, GitObject, ObjectId, ObjectReader, TreeEntry } from '#ports/objects.ts';
import { PlainObjects } from './plain-objects.ts';

/** Names after which a git has answered sooner than it takes to go on alone. */
const MOST_NAMES = 512;

/**
 * Reads a few objects without a child, and leaves to git whatever is not plain, all errors included: what git says of a
 * name holds, here as everywhere.
 */
export class PlainFirstReader implements ObjectReader {
  readonly #git: GitObjectReader;
  readonly #store: PlainObjects;
  readonly #plain: NamedObjects;
  #left = MOST_NAMES;

  constructor(git: GitObjectReader, commonDir: string) {
    this.#git = git;
    this.#store = new PlainObjects(join(commonDir, 'objects'));
    this.#plain = new NamedObjects(this.#store, readShallow(commonDir));
  }

  async read(name: string, maxBytes: number): Promise<GitObject | undefined> {
    return (await this.readMany([name], maxBytes))[0];
  }

  async readMany(names: readonly string[], maxBytes: number): Promise<readonly (GitObject | undefined)[]> {
    if (names.length <= this.#left) {
      this.#left -= names.length;
      try {
        return await this.#plain.readMany(names, maxBytes);
      } catch {
        // Git tells it, or what is wrong with it.
      }
    }
    return this.#git.readMany(names, maxBytes);
  }

  /** From the first on that is not plain, git streams the rest. */
  async streamBlobs(ids: readonly ObjectId[], sink: BlobSink): Promise<void> {
    let done = 0;
    if (ids.length <= this.#left) {
      for (const id of ids) {
        const content = await this.#plainBlob(id);
        if (content === undefined) break;
        sink.start(done, content.length);
        if (content.length > 0) sink.data(done, content);
        sink.end(done);
        done += 1;
      }
    }
    if (done < ids.length) await this.#git.streamBlobs(ids.slice(done), sinkFrom(sink, done));
  }

  async #plainBlob(id: ObjectId): Promise<Uint8Array | undefined> {
    this.#left -= 1;
    try {
      const { kind, content } = await this.#store.read(checkId(id), () => undefined);
      return kind === 'blob' ? content : undefined;
    } catch {
      return undefined;
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

  /** Lets go of files. */
  close(): void {
    this.#store.close();
  }
}

/** For the blobs after so many others. */
function sinkFrom(sink: BlobSink, first: number): BlobSink {
  return {
    start: (index, size) => sink.start(first + index, size),
    data: (index, piece) => sink.data(first + index, piece),
    end: (index) => sink.end(first + index),
  };
}
