import { realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { gitFailure, unexpectedAnswer } from './failure.ts';
import { readSmallFile } from './private-file.ts';
import type { GitRunner } from './run.ts';

const QUESTIONS = [
  '--is-bare-repository',
  '--is-inside-work-tree',
  '--show-object-format',
  '--path-format=absolute',
  '--git-dir',
  '--git-common-dir',
  '--show-toplevel',
] as const;

/**
 * Finds the repository and the work tree around a directory, symbolic links resolved. Throws
 * `NOT_A_REPOSITORY`, `REPOSITORY_UNTRUSTED` (another owner's), `NOT_A_WORK_TREE` (inside a Git directory),
 * `BARE_REPOSITORY`, `GIT_UNSUPPORTED`.
 */
export async function findPlaces(runner: GitRunner): Promise<RepositoryPlaces> {
  const answer = await runner.run({ args: ['rev-parse', ...QUESTIONS], accept: [128] });
  const text = decodeUtf8(answer.stdout);
  if (text === undefined) throw unsupported('repository paths that are not UTF-8');
  const [bare, inside, objectFormat, gitDir, commonDir, worktree, ...rest] = text.split('\n');
  if (bare === 'true')
    throw new HeddleError('BARE_REPOSITORY', 'the repository is bare: it has no work tree');
  if (inside === 'false') {
    throw new HeddleError('NOT_A_WORK_TREE', 'this directory belongs to Git itself, not to a work tree');
  }
  if (answer.code !== 0) {
    throw gitFailure('rev-parse', { kind: 'exited', code: answer.code, reason: null, stderr: answer.stderr });
  }
  if (!gitDir || !commonDir || !worktree || !objectFormat) throw unexpectedAnswer('rev-parse');
  if (rest.length !== 1 || rest[0] !== '') throw unsupported('repository paths with a line break');
  if (objectFormat !== 'sha1') throw unsupported(`the object format ${objectFormat}`);
  return settlePlaces({ worktree, gitDir, commonDir, objectFormat });
}

/**
 * Resolves symbolic links, and refuses a work tree and Git directories that do not know one another. Throws
 * `GIT_UNSUPPORTED`, `NOT_A_REPOSITORY`.
 */
export function settlePlaces(places: RepositoryPlaces): RepositoryPlaces {
  try {
    const worktree = realpathSync(places.worktree);
    // Every later git starts in the root and must find the same repository from there.
    const gitDir = realpathSync(places.gitDir);
    // A directory among the files can look like a repository and claim the work tree around it.
    if (namedGitDirectory(worktree) !== gitDir)
      throw unsupported('a work tree away from its repository (core.worktree)');
    const commonDir = realpathSync(places.commonDir);
    // A file in a Git directory can name any other repository's as the one it shares.
    if (gitDir !== commonDir && dirname(gitDir) !== join(commonDir, 'worktrees'))
      throw unsupported('a Git directory that shares one that does not know it (commondir)');
    return {
      worktree,
      gitDir,
      commonDir,
      objectFormat: places.objectFormat,
    };
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    throw new HeddleError('NOT_A_REPOSITORY', 'the repository went away while it was looked at', { cause });
  }
}

/** The Git directory that a work tree's own `.git` is or names; undefined where there is none. */
export function namedGitDirectory(worktree: string): string | undefined {
  const own = join(worktree, '.git');
  const found = statSync(own, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return realpathSync(own);
  const link = readSmallFile(own, LONGEST_LINK);
  const target = link === undefined ? undefined : /^gitdir: (.+?)[\r\n]*$/s.exec(decodeUtf8(link) ?? '')?.[1];
  return target === undefined ? undefined : realpathSync(resolve(worktree, target));
}

const LONGEST_LINK = 8192;

function unsupported(what: string): HeddleError {
  return new HeddleError('GIT_UNSUPPORTED', `heddle does not support ${what}`, {
    facts: { feature: what },
    preserved: 'nothing was changed',
  });
}
