import type { Variables } from '#platform/environment.ts';
import type { RepositoryPlaces, ScannedWorktree } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { GitLineTracers } from './blame/line-tracer.ts';
import { GitTreeComparer } from './diff/compare.ts';
import { findWorkTree } from './contents/worktree-at.ts';
import { CatFile } from './objects/cat-file.ts';
import { GitObjectReader } from './objects/object-reader.ts';
import { GitObjectWriter } from './objects/object-writer.ts';
import { findPlaces } from './places.ts';
import { findPlainRepository } from './plain/find-plain-repository.ts';
import { PlainFirstReader } from './plain/plain-reader.ts';
import { GitRefStore } from './refs/ref-store.ts';
import { RememberedAnswers } from './remembered-answers.ts';
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
  | 'transport'
  | 'aside'
  | 'worktrees'
  | 'worktreeAt'
  | 'landing'
  | 'hooks'
  | 'contents'
  | 'eraser'
  | 'secrets'
  | 'rewriter'
> {
  readonly worktree: ScannedWorktree;
  /** There is no git: whatever writes throws `GIT_MISSING`. */
  readonly readOnly: boolean;
  /** Ends the children that answer questions; without it the process would wait for them. */
  close(): Promise<void>;
}

/** When git is asked about itself and its settings: at the opening, or before it is first run for something else. */
export type AskingGit = 'first' | 'when-needed';

/**
 * Opens the repository around a directory. Throws `GIT_MISSING`, `GIT_TOO_OLD`, `GIT_UNSUPPORTED`,
 * `NOT_A_REPOSITORY`, `BARE_REPOSITORY`; where git is asked when it is needed, whatever needs it throws the first three.
 *
 * @param inherited the caller's whole environment; what of it reaches git is decided here.
 * @param asking `when-needed` for what only reads: a repository that keeps everything plainly needs no git for that.
 */
export async function openGit(
  cwd: string,
  inherited: Variables,
  asking: AskingGit = 'first',
): Promise<GitRepository> {
  const here = new GitRunner(cwd, inherited);
  const plain = findPlainRepository(cwd, inherited);
  if (plain === undefined) {
    const asked = await askForPlaces(here);
    return assembleGit(here.at(asked.worktree), asked);
  }
  const { places, configuration } = plain;
  const runner = here.remembering(places.worktree, new RememberedAnswers(configuration));
  if (asking === 'when-needed') {
    let asked: Promise<void> | undefined;
    const check = (): Promise<void> => (asked ??= requireUsable(runner));
    return assembleGit(runner.checked(check), places, 'plain-first');
  }
  await requireUsable(runner);
  return assembleGit(runner, places);
}

async function askForPlaces(here: GitRunner): Promise<RepositoryPlaces> {
  // The version decides first: an old git answers the other questions with a usage message.
  const [found, settings] = await Promise.allSettled([findPlaces(here), examineSettings(here)]);
  await requireVersionOf(here, settings.status === 'fulfilled' ? settings.value.version : null);
  if (found.status === 'rejected') throw found.reason;
  if (settings.status === 'rejected') throw settings.reason;
  settings.value.requireSupported();
  return found.value;
}

/** What opening by way of git would have refused. */
async function requireUsable(here: GitRunner): Promise<void> {
  const [settings] = await Promise.allSettled([examineSettings(here)]);
  await requireVersionOf(here, settings.status === 'fulfilled' ? settings.value.version : null);
  if (settings.status === 'rejected') throw settings.reason;
  settings.value.requireSupported();
}

/**
 * The adapters of a repository, by the one runner that leads to it.
 *
 * @param reading `plain-first` where the places were found without git, so that objects may be, too.
 */
export function assembleGit(
  runner: GitRunner,
  places: RepositoryPlaces,
  reading: 'by-git' | 'plain-first' = 'by-git',
): GitRepository {
  const catFile = new CatFile(runner);
  const comparer = new GitTreeComparer(runner);
  const objects = new GitObjectReader(catFile);
  const plain = reading === 'by-git' ? undefined : new PlainFirstReader(objects, places.commonDir);
  return {
    readOnly: false,
    places,
    objects: plain ?? objects,
    writer: new GitObjectWriter(runner),
    refs: new GitRefStore(runner, places.commonDir),
    comparer,
    lineTracers: new GitLineTracers(runner, places),
    revisions: new GitRevisions(catFile),
    remotes: async () => (await import('./remotes.ts')).listRemotes(runner),
    transport: async () => {
      const { GitTransport } = await import('./transport/git-transport.ts');
      return new GitTransport(runner, places);
    },
    worktree: new GitWorktree(runner, places),
    worktrees: new OpenWorktrees(runner, places),
    worktreeAt: async (gitDir) => {
      const found = await findWorkTree(runner, places, gitDir);
      return found === undefined ? undefined : new GitWorktree(found.runner, found.places);
    },
    aside: async () => {
      const { GitAside } = await import('./aside/git-aside.ts');
      return new GitAside(runner, places);
    },
    hooks: async () => {
      const { openHooks } = await import('./hooks/git-hooks.ts');
      return openHooks({ runner, places, objects: plain });
    },
    landing: async () => {
      const { GitLanding } = await import('./landing/git-landing.ts');
      return new GitLanding(runner, places);
    },
    ...openRemovalAdapters(runner, places),
    close: async () => {
      plain?.close();
      await Promise.all([catFile.close(), comparer.close()]);
    },
  };
}
