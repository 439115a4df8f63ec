import { join } from 'node:path';
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

  streamBlobs(ids: readonly ObjectId[], sink: BlobSink): Promise<void> {
    return this.#git.streamBlobs(ids, sink);
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
