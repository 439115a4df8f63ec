import type { Variables } from '#platform/environment.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { GitLineTracers } from './blame/line-tracer.ts';
import { GitTreeComparer } from './compare.ts';
import { worktreeAt } from './contents/worktree-at.ts';
import { CatFile } from './objects/cat-file.ts';
import { GitObjectReader } from './objects/object-reader.ts';
import { GitObjectWriter } from './objects/object-writer.ts';
import { findPlaces } from './places.ts';
import { GitRefStore } from './refs/ref-store.ts';
import { openRemovalAdapters } from './removal-adapters.ts';
import { GitRevisions } from './revisions.ts';
import { GitRunner } from './run.ts';
import { examineSettings } from './settings.ts';
import { requireVersionOf } from './version/version.ts';
import { GitWorktree } from './worktree/worktree.ts';
import { OpenWorktrees } from './worktree/open-worktrees.ts';

/** A Git repository, by way of native git. */
export interface GitRepository extends Pick<
  Workspace,
  | 'places'
  | 'objects'
  | 'writer'
  | 'refs'
  | 'comparer'
  | 'lineTracers'
  | 'revisions'
  | 'remotes'
  | 'worktree'
  | 'worktrees'
  | 'worktreeAt'
  | 'landing'
  | 'contents'
  | 'eraser'
  | 'secrets'
  | 'rewriter'
> {
  /** There is no git: whatever writes throws `GIT_MISSING`. */
  readonly readOnly: boolean;
  /** Ends the children that answer questions; without it the process would wait for them. */
  close(): Promise<void>;
}

/**
 * Opens the repository around a directory. Throws `GIT_MISSING`, `GIT_TOO_OLD`, `GIT_UNSUPPORTED`,
 * `NOT_A_REPOSITORY`, `BARE_REPOSITORY`.
 *
 * @param inherited the caller's whole environment; what of it reaches git is decided here.
 */
export async function openGit(cwd: string, inherited: Variables): Promise<GitRepository> {
  const here = new GitRunner(cwd, inherited);
  // The version decides first: an old git answers the other questions with a usage message.
  const [found, settings] = await Promise.allSettled([findPlaces(here), examineSettings(here)]);
  await requireVersionOf(here, settings.status === 'fulfilled' ? settings.value.version : null);
  if (found.status === 'rejected') throw found.reason;
  if (settings.status === 'rejected') throw settings.reason;
  settings.value.requireSupported();
  const places = found.value;
  return assembleGit(here.at(places.worktree), places);
}

/** The adapters of a repository, by the one runner that leads to it. */
export function assembleGit(runner: GitRunner, places: RepositoryPlaces): GitRepository {
  const catFile = new CatFile(runner);
  const comparer = new GitTreeComparer(runner);
  return {
    readOnly: false,
    places,
    objects: new GitObjectReader(catFile),
    writer: new GitObjectWriter(runner),
    refs: new GitRefStore(runner, places.commonDir),
    comparer,
    lineTracers: new GitLineTracers(runner, places),
    revisions: new GitRevisions(catFile),
    remotes: async () => (await import('./remotes.ts')).listRemotes(runner),
    worktree: new GitWorktree(runner, places),
    worktrees: new OpenWorktrees(runner, places),
    worktreeAt: (gitDir) => worktreeAt(runner, places, gitDir),
    landing: async () => {
      const { GitLanding } = await import('./landing/git-landing.ts');
      return new GitLanding(runner, places);
    },
    ...openRemovalAdapters(runner, places),
    close: async () => {
      await Promise.all([catFile.close(), comparer.close()]);
    },
  };
}
