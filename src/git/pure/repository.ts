import type { GitRepository } from '#git/repository.ts';
import type { Variables } from '#platform/environment.ts';
import type { HomeCache } from '#ports/home-cache.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findPlacesWithoutGit } from '#git/plain/find-places.ts';
import { noGit } from './no-git.ts';
import { NamedObjects } from '#git/plain/named-objects.ts';
import { PureObjectStore } from './objects/object-store.ts';
import { PureRefStore } from './ref-store.ts';
import { readShallow } from '#git/plain/refuse-unsupported.ts';
import { PureRevisions } from './revisions.ts';
import { UNWRITTEN_OBJECTS } from './unwritten-objects.ts';
import { PureTreeComparer } from './tree-comparer.ts';

/** A repository that can only be read. */
export type PureRepository = GitRepository &
  Pick<Workspace, 'localIndex' | 'authorityCache' | 'signatureCache' | 'verdictCache'>;

/**
 * Opens the repository around a directory for reading, where there is no git. Whatever writes, or looks at the work
 * tree, throws `GIT_MISSING`. Throws `NOT_A_REPOSITORY`, `REPOSITORY_UNTRUSTED`, `NOT_A_WORK_TREE`,
 * `BARE_REPOSITORY`, `GIT_UNSUPPORTED`.
 *
 * @param inherited the caller's environment; only `GIT_CEILING_DIRECTORIES` and `SUDO_UID` are looked at.
 */
export function openWithoutGit(cwd: string, inherited: Variables): PureRepository {
  const places = findPlacesWithoutGit(cwd, inherited);
  const store = new PureObjectStore(places.commonDir);
  const objects = new NamedObjects(store, readShallow(places.commonDir));
  return {
    readOnly: true,
    places,
    objects,
    refs: new PureRefStore(places.commonDir),
    comparer: new PureTreeComparer(objects, (id) => store.abbreviate(id)),
    revisions: new PureRevisions(objects),
    remotes: refuse,
    transport: refuse,
    lineTracers: { open: refuse },
    writer: UNWRITTEN_OBJECTS,
    worktree: {
      scan: refuse,
      unfaithful: refuse,
      headCommit: refuse,
      headBranch: refuse,
      advance: refuse,
      inTheWay: refuse,
    },
    worktreeAt: refuse,
    worktrees: {
      requireFree: refuse,
      add: refuse,
      materialise: refuse,
      open: refuse,
      remove: refuse,
      list: refuse,
    },
    hooks: refuse,
    landing: refuse,
    contents: { find: refuse, blobAt: refuse, replace: refuse },
    eraser: { steps: [], survey: refuse, eachBlob: refuse },
    secrets: { look: refuse },
    rewriter: { obstacles: refuse, preview: refuse, rewrite: refuse },
    // An index is written as it is read; without one, refs and logs are.
    localIndex: {
      use: () => Promise.resolve(undefined),
      inspect: () => Promise.resolve({ kind: 'missing' }),
      destroy: refuse,
    },
    authorityCache: NOTHING_KEPT,
    signatureCache: NOTHING_KEPT,
    verdictCache: NOTHING_KEPT,
    close: () => Promise.resolve(),
  };
}

const NOTHING_KEPT: HomeCache = {
  isEmpty: () => Promise.resolve(true),
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
};

function refuse(): Promise<never> {
  return Promise.reject(noGit());
}
