import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { namedGitDirectory, settlePlaces } from '#git/places.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';
import type { Variables } from '#platform/environment.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { readGitFile } from './bounded-file.ts';
import {
  isFalse,
  lastValue,
  placeSettings,
  readConfig,
  readOwnConfig,
  type ConfigLine,
} from './config-file.ts';
import { refuseUnsupported } from './refuse-unsupported.ts';

const LONGEST_LINK = 8192;

/**
 * Finds the repository and the work tree around a directory as git does: upwards to the first `.git`, no further
 * than the file system and `GIT_CEILING_DIRECTORIES` reach. Throws `NOT_A_REPOSITORY`, `REPOSITORY_UNTRUSTED`
 * (another owner's; `safe.directory` is not asked), `NOT_A_WORK_TREE`, `BARE_REPOSITORY`, `GIT_UNSUPPORTED`.
 */
export function findPlacesWithoutGit(cwd: string, inherited: Variables): RepositoryPlaces {
  const worktree = findTop(realpathSync(cwd), ceilings(inherited));
  const gitDir = followGitFile(worktree);
  if (gitDir === undefined || !isGitDirectory(gitDir)) throw none('its `.git` leads to no repository');
  const commonDir = readCommonDir(gitDir);
  requireOwner([join(worktree, '.git'), worktree, gitDir, commonDir], inherited);
  const places = settlePlaces({ worktree, gitDir, commonDir, objectFormat: 'sha1' });
  const shared = readConfig(join(places.commonDir, 'config'));
  refuseBare(places, shared);
  refuseUnsupported(places, shared);
  return places;
}

function followGitFile(worktree: string): string | undefined {
  return guardFiles(worktree, () => {
    try {
      return namedGitDirectory(worktree);
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')) return undefined;
      throw cause;
    }
  });
}

/** The directory whose `.git` is the first on the way up. */
function findTop(start: string, stops: ReadonlySet<string>): string {
  const device = deviceOf(start);
  for (let at = start; ; at = dirname(at)) {
    const git = statOf(join(at, '.git'));
    if (git?.isFile() === true || (git !== undefined && isGitDirectory(join(at, '.git')))) return at;
    if (isGitDirectory(at)) throw insideGit(at);
    const above = dirname(at);
    if (above === at || stops.has(above) || deviceOf(above) !== device) throw none('no parent has a `.git`');
  }
}

function insideGit(directory: string): HeddleError {
  const shared = readConfig(join(directory, 'config'));
  const bare = lastValue([...shared, ...readOwnConfig(directory, shared)], 'core.bare');
  if (!isFalse(bare))
    return new HeddleError('BARE_REPOSITORY', 'the repository is bare: it has no work tree');
  return new HeddleError('NOT_A_WORK_TREE', 'this directory belongs to Git itself, not to a work tree');
}

function refuseBare(places: RepositoryPlaces, shared: readonly ConfigLine[]): void {
  if (!isFalse(lastValue(placeSettings(places, shared), 'core.bare'))) {
    throw new HeddleError('BARE_REPOSITORY', 'the repository is bare: it has no work tree');
  }
}

/** What makes a directory a Git directory to git: `HEAD`, and objects and refs of its own or shared ones. */
function isGitDirectory(path: string): boolean {
  if (lstatOf(join(path, 'HEAD')) === undefined) return false;
  const common = commonOf(path);
  return ['objects', 'refs'].every((name) => statOf(join(common, name))?.isDirectory() === true);
}

function readCommonDir(gitDir: string): string {
  return guardFiles(gitDir, () => realpathSync(commonOf(gitDir)));
}

function commonOf(gitDir: string): string {
  const link = readGitFile(join(gitDir, 'commondir'), LONGEST_LINK);
  if (link === undefined) return gitDir;
  const target = decodeUtf8(link)?.replace(/[\r\n]+$/, '');
  if (target === undefined || target === '') throw none('its `commondir` leads nowhere');
  return resolve(gitDir, target);
}

/** Git's own rule, and for the shared directory too: whoever owns a repository decides what is read there. */
function requireOwner(paths: readonly string[], inherited: Variables): void {
  const user = process.geteuid?.();
  if (user === undefined) return;
  const behind = user === 0 ? inherited['SUDO_UID'] : undefined;
  for (const path of paths) {
    const owner = lstatOf(path)?.uid;
    if (owner === user || (behind !== undefined && String(owner) === behind)) continue;
    throw new HeddleError('REPOSITORY_UNTRUSTED', 'the repository belongs to another user', {
      facts: { path },
    });
  }
}

function ceilings(inherited: Variables): ReadonlySet<string> {
  const named = (inherited['GIT_CEILING_DIRECTORIES'] ?? '')
    .split(':')
    .filter((path) => path.startsWith('/'));
  return new Set(
    named.flatMap((path) => [path, realPathOf(path)]).map((path) => path.replace(/(?<=.)\/+$/, '')),
  );
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function deviceOf(path: string): number | undefined {
  return statOf(path)?.dev;
}

function statOf(path: string): Stats | undefined {
  return unlessUnreachable(path, () => statSync(path, { throwIfNoEntry: false }));
}

function lstatOf(path: string): Stats | undefined {
  return unlessUnreachable(path, () => lstatSync(path, { throwIfNoEntry: false }));
}

function unlessUnreachable(path: string, look: () => Stats | undefined): Stats | undefined {
  return guardFiles(path, () => {
    try {
      return look();
    } catch (cause) {
      if (failedWith(cause, 'ENOTDIR', 'ELOOP', 'EACCES')) return undefined;
      throw cause;
    }
  });
}

function none(why: string): HeddleError {
  return new HeddleError('NOT_A_REPOSITORY', 'no Git repository is here', { facts: { why } });
}
