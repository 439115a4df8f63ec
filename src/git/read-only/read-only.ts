import type { GitRepository } from '#git/repository.ts';
import type { HomeCache } from '#ports/home-cache.ts';
import type { Workspace } from '#ports/workspace.ts';
import { noGit } from './no-git.ts';
import { UNWRITTEN_OBJECTS } from './unwritten-objects.ts';

const NOTHING_KEPT: HomeCache = {
  isEmpty: () => Promise.resolve(true),
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
};

/** Everything that writes, or looks at a work tree, where there is no git: it throws `GIT_MISSING`. */
export const READ_ONLY: Omit<
  GitRepository,
  'readOnly' | 'places' | 'objects' | 'refs' | 'comparer' | 'revisions' | 'close'
> &
  Pick<
    Workspace,
    'localIndex' | 'authorityCache' | 'signatureCache' | 'verdictCache' | 'lineCache' | 'stateCache'
  > = {
  remotes: refuse,
  transport: refuse,
  lineTracers: { open: refuse },
  writer: UNWRITTEN_OBJECTS,
  worktree: {
    scan: refuse,
    changes: refuse,
    unfaithful: refuse,
    headCommit: refuse,
    headBranch: refuse,
    commitsSince: refuse,
    advance: refuse,
    inTheWay: refuse,
  },
  worktreeAt: refuse,
  aside: refuse,
  worktrees: {
    requireFree: refuse,
    add: refuse,
    materialise: refuse,
    open: refuse,
    remove: refuse,
    find: refuse,
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
  lineCache: NOTHING_KEPT,
  stateCache: NOTHING_KEPT,
};

function refuse(): Promise<never> {
  return Promise.reject(noGit());
}
