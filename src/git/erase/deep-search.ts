import type { Erasable } from '#ports/removal.ts';
import { searchRaw } from './file-search.ts';
import type { EraseGround } from './ground.ts';
import { InsideSearch } from './inside-search.ts';
import { blobIds, Needles } from './needles.ts';

/**
 * Searches files of Git's that git itself does not look at: as they are, inflated, and as packs. A search has its own
 * git for the bases of deltas; close it.
 */
export class DeepSearch {
  readonly #raw: Needles;
  readonly #binary: Needles;
  readonly #inside: InsideSearch;

  constructor(ground: EraseGround, target: Erasable) {
    this.#raw = Needles.inFiles(target);
    this.#binary = Needles.ofBinaryIds(blobIds(target));
    this.#inside = new InsideSearch(ground, Needles.inObjects(target));
  }

  /** Tells whether a file holds a removed content, a salt, or a removed blob's id in text or in binary. */
  async finds(path: string | Buffer): Promise<boolean> {
    const { content, trace } = searchRaw(path, this.#raw);
    if (content || trace || searchRaw(path, this.#binary).trace) return true;
    return this.findsInside(path);
  }

  /** Tells whether a file holds a removed content or a salt compressed: in a pack, a bundle, or by zlib or gzip. */
  findsInside(path: string | Buffer): Promise<boolean> {
    return this.#inside.finds(path);
  }

  async close(): Promise<void> {
    await this.#inside.close();
  }
}
