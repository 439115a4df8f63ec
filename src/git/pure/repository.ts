import type { GitRepository } from '#git/repository.ts';
import type { Variables } from '#platform/environment.ts';
import { findPlacesWithoutGit } from './find-places.ts';
import { noGit } from './no-git.ts';
import { PureObjectReader } from './objects/object-reader.ts';
import { PureObjectStore } from './objects/object-store.ts';
import { PureRefStore } from './ref-store.ts';
import { readShallow } from './refuse-unsupported.ts';
import { PureRevisions } from './revisions.ts';
import { PureTreeComparer } from './tree-comparer.ts';

/**
 * Opens the repository around a directory for reading, where there is no git. Whatever writes, or looks at the work
 * tree, throws `GIT_MISSING`. Throws `NOT_A_REPOSITORY`, `REPOSITORY_UNTRUSTED`, `NOT_A_WORK_TREE`,
 * `BARE_REPOSITORY`, `GIT_UNSUPPORTED`.
 *
 * @param inherited the caller's environment; only `GIT_CEILING_DIRECTORIES` and `SUDO_UID` are looked at.
 */
export function openWithoutGit(cwd: string, inherited: Variables): GitRepository {
  const places = findPlacesWithoutGit(cwd, inherited);
  const store = new PureObjectStore(places.commonDir);
  const objects = new PureObjectReader(store, readShallow(places.commonDir));
  return {
    places,
    objects,
    refs: new PureRefStore(places.commonDir),
    comparer: new PureTreeComparer(objects, (id) => store.abbreviate(id)),
    revisions: new PureRevisions(objects),
    writer: {
      batch: () => {
        throw noGit();
      },
    },
    worktree: { scan: refuse, unfaithful: refuse, headCommit: refuse, headBranch: refuse },
    worktrees: { requireFree: refuse, add: refuse, materialise: refuse, remove: refuse, list: refuse },
    contents: { find: refuse, blobAt: refuse, replace: refuse },
    eraser: { steps: [], survey: refuse },
    close: () => Promise.resolve(),
  };
}

function refuse(): Promise<never> {
  return Promise.reject(noGit());
}
