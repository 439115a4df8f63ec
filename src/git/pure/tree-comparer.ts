import type { ObjectId, ObjectReader, PatchOptions, TreeChange, TreeComparer } from '#ports/objects.ts';
import { noGit } from '#git/read-only/no-git.ts';
import { formatPatch, type PatchSource } from './patch/format-patch.ts';
import { compareTrees } from '#git/plain/compare-trees.ts';
import { LARGEST_OBJECT } from '#git/plain/unsupported.ts';

const SLASH = 0x2f;

/** Compares trees without git: both at once, past everything that is the same. */
export class PureTreeComparer implements TreeComparer {
  readonly #objects: ObjectReader;
  readonly #abbreviate: PatchSource['abbreviate'];

  constructor(objects: ObjectReader, abbreviate: PatchSource['abbreviate']) {
    this.#objects = objects;
    this.#abbreviate = abbreviate;
  }

  compare(oldTree: ObjectId | null, newTree: ObjectId | null): Promise<readonly TreeChange[]> {
    return compareTrees(this.#objects, oldTree, newTree);
  }

  /** Not guessed by another algorithm: what git counted, git has to count again. */
  countLines(): Promise<number> {
    return Promise.reject(noGit());
  }

  async patch(
    oldTree: ObjectId | null,
    newTree: ObjectId | null,
    { stat, color, paths }: PatchOptions,
  ): Promise<Uint8Array> {
    if (stat || color) throw noGit();
    const source = { objects: this.#objects, largestObject: LARGEST_OBJECT, abbreviate: this.#abbreviate };
    const changes = await this.compare(oldTree, newTree);
    return formatPatch(
      source,
      paths.length === 0 ? changes : changes.filter(({ path }) => isWithin(path, paths)),
    );
  }
}

/** Paths mean themselves, and what is below them. */
function isWithin(path: Uint8Array, paths: readonly string[]): boolean {
  return paths.some((wanted) => {
    const [limit, found] = [Buffer.from(wanted.replace(/\/$/, '')), Buffer.from(path)];
    const begins = found.subarray(0, limit.length).equals(limit);
    return begins && (limit.length === 0 || found.length === limit.length || found[limit.length] === SLASH);
  });
}
