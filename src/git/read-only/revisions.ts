import { HeddleError } from '#domain/error.ts';
import { isObjectId } from '#git/objects/hash.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Revisions } from '#ports/repository.ts';
import { noGit } from './no-git.ts';
import type { NamedObjects } from '#git/plain/named-objects.ts';

/** Git revisions without git: full ids alone; what else a name could mean only git knows. */
export class PureRevisions implements Revisions {
  readonly #objects: NamedObjects;

  constructor(objects: NamedObjects) {
    this.#objects = objects;
  }

  async resolveCommit(revision: string): Promise<ObjectId | undefined> {
    if (!isObjectId(revision)) throw noGit();
    return this.#objects.peelToCommit(revision);
  }

  async commitTree(commit: ObjectId): Promise<ObjectId> {
    const tree = isObjectId(commit) ? await this.#objects.treeOf(commit) : undefined;
    if (tree !== undefined) return tree;
    throw new HeddleError('NOT_FOUND', 'the repository does not have this Git commit', {
      facts: { commit: commit.slice(0, 200) },
    });
  }
}
