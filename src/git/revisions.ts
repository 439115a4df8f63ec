import { HeddleError } from '#domain/error.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Revisions } from '#ports/repository.ts';
import type { CatFile } from './objects/cat-file.ts';
import { isObjectId } from './objects/hash.ts';

const LONGEST = 1024;

/** Resolves Git's revision syntax. */
export class GitRevisions implements Revisions {
  readonly #git: CatFile;

  constructor(git: CatFile) {
    this.#git = git;
  }

  async resolveCommit(revision: string): Promise<ObjectId | undefined> {
    // eslint-disable-next-line no-control-regex
    if (revision === '' || revision.length > LONGEST || /^-|[\u0000-\u001f\u007f]/.test(revision)) {
      throw new HeddleError('USAGE', 'not a Git revision', { facts: { revision: revision.slice(0, 200) } });
    }
    const [header] = await this.#git.headers([`${revision}^{commit}`]);
    return header?.kind === 'commit' ? header.id : undefined;
  }

  async commitTree(commit: ObjectId): Promise<ObjectId> {
    const [header] = isObjectId(commit) ? await this.#git.headers([`${commit}^{tree}`]) : [];
    if (header !== undefined) return header.id;
    throw new HeddleError('NOT_FOUND', 'the repository does not have this Git commit', {
      facts: { commit: commit.slice(0, 200) },
    });
  }
}
