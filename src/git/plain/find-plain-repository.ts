import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { findPlacesWithoutGit } from './find-places.ts';
import { readGitFile } from './bounded-file.ts';
import {
  configLines,
  lastValue,
  ownConfigPath,
  readConfigBytes,
  type ConfigFile,
  type ConfigLine,
} from './config-file.ts';
import type { Variables } from '#platform/environment.ts';
import { absoluteEntries } from '#platform/search-path.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';

const LONGEST_HEAD = 4096;
const HEAD = /^(?:ref: refs\/[^\0-\x20\x7f]+|[0-9a-f]{40})\n$/;

/** A plain repository's places, and its configuration as it was when it was found plain. */
export interface PlainRepository {
  readonly places: RepositoryPlaces;
  readonly configuration: readonly ConfigFile[];
}

/**
 * The repository and the work tree around a directory where they are so plain that git cannot answer otherwise: this
 * user's own all through, no format but the usual, nothing included; and where there is
 * a git to be asked later. Undefined for anything else, which is git's to tell, errors included.
 */
export function findPlainRepository(cwd: string, inherited: Variables): PlainRepository | undefined {
  // Whose a repository is cannot be told there.
  if (process.geteuid === undefined || !hasGit(inherited['PATH'])) return undefined;
  try {
    const places = findPlacesWithoutGit(cwd, inherited);
    const path = join(places.commonDir, 'config');
    const shared = readConfigFile(path);
    const ownPath = ownConfigPath(places.gitDir, shared.lines);
    const files = [shared, ...(ownPath === undefined ? [] : [readConfigFile(ownPath)])];
    const settings = files.flatMap(({ lines }) => lines);
    const includes = settings.some(({ key }) => /^include(?:if)?\./.test(key));
    const elsewhere = lastValue(settings, 'core.worktree') !== undefined;
    if (includes || elsewhere || !isSound(places)) return undefined;
    return { places, configuration: files };
  } catch {
    return undefined;
  }
}

function readConfigFile(path: string): ConfigFile & { readonly lines: readonly ConfigLine[] } {
  const bytes = readConfigBytes(path);
  return { path, bytes, lines: configLines(path, bytes) };
}

/** What makes git take a directory for a repository, and look for one above it where it is not so. */
function isSound({ gitDir, commonDir }: RepositoryPlaces): boolean {
  for (const name of ['objects', 'refs']) accessSync(join(commonDir, name), constants.X_OK);
  const head = readGitFile(join(gitDir, 'HEAD'), LONGEST_HEAD)?.toString('latin1') ?? '';
  return HEAD.test(head);
}

function hasGit(path: string | undefined): boolean {
  return absoluteEntries(path ?? '').some((directory) => {
    const program = join(directory, 'git');
    try {
      accessSync(program, constants.X_OK);
      return statSync(program).isFile();
    } catch {
      return false;
    }
  });
}
