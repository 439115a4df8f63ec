import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { guardFiles } from '#git/private-file.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import { listDirectory, readBoundedFile, readGitFile } from './bounded-file.ts';
import { isFalse, lastValue, placeSettings, readOwnConfig, type ConfigLine } from './config-file.ts';
import { notRead } from './unsupported.ts';

const LARGEST = 1024 * 1024;
/** Extensions that change nothing about how objects and refs are read. */
const HARMLESS = new Set(['noop', 'noop-v1', 'preciousobjects', 'worktreeconfig', 'relativeworktrees']);

const USUAL = new Set(['objectformat=sha1', 'refstorage=files']);
const REFUSED: ReadonlyMap<string, 'objectFormat' | 'refStorage'> = new Map([
  ['objectformat=sha256', 'objectFormat'],
  ['refstorage=reftable', 'refStorage'],
] as const);

/** Refuses by name what this reader would read wrongly or not at all. Throws `GIT_UNSUPPORTED`. */
export function refuseUnsupported(places: RepositoryPlaces, shared: readonly ConfigLine[]): void {
  refuseFormats(shared);
  const lines = [...shared, ...readOwnConfig(places.gitDir, shared)];
  const sparse = lastValue(lines, 'core.sparsecheckout');
  if (!isFalse(sparse)) throw notRead('sparse', 'core.sparseCheckout');
  const promisor = lines.find(({ key, value }) => /^remote\..*\.promisor$/s.test(key) && !isFalse(value));
  if (promisor !== undefined) throw notRead('partialClone', promisor.key);
  refuseWorktree(places, placeSettings(places, shared));
  refuseFiles(places.commonDir);
}

function refuseFormats(lines: readonly ConfigLine[]): void {
  const version = lastValue(lines, 'core.repositoryformatversion') ?? '0';
  if (!/^[01]$/.test(version)) throw notRead('format', version);
  for (const { key, value } of lines) {
    const extension = /^extensions\.([^.]+)$/.exec(key)?.[1];
    if (extension === undefined || HARMLESS.has(extension) || USUAL.has(`${extension}=${value}`)) continue;
    const known = extension === 'partialclone' ? 'partialClone' : REFUSED.get(`${extension}=${value}`);
    throw notRead(known ?? 'extension', `${key}=${value}`);
  }
}

function refuseWorktree({ gitDir, worktree }: RepositoryPlaces, lines: readonly ConfigLine[]): void {
  const set = lastValue(lines, 'core.worktree');
  if (set !== undefined && realPathOf(resolve(gitDir, set)) !== worktree) throw notRead('worktree', set);
}

function refuseFiles(commonDir: string): void {
  if (listDirectory(join(commonDir, 'reftable')).length > 0) throw notRead('refStorage', 'reftable/');
  for (const name of ['alternates', 'http-alternates']) {
    if (saysSomething(join(commonDir, 'objects', 'info', name)))
      throw notRead('alternates', `objects/info/${name}`);
  }
  if (saysSomething(join(commonDir, 'info', 'grafts'))) throw notRead('grafts', 'info/grafts');
  const names = listDirectory(join(commonDir, 'objects', 'pack')).map(({ name }) => name);
  const promised = names.find((name) => name.endsWith('.promisor'));
  if (promised !== undefined) throw notRead('partialClone', promised);
}

function saysSomething(path: string): boolean {
  const file = readBoundedFile(path, LARGEST);
  return file.kind === 'refused' || (file.kind === 'content' && /[^\s]/.test(file.bytes.toString('latin1')));
}

/** Commits that a shallow clone has without their parents. */
export function readShallow(commonDir: string): ReadonlySet<string> {
  const bytes = readGitFile(join(commonDir, 'shallow'), LARGEST);
  return new Set(
    bytes
      ?.toString('latin1')
      .split('\n')
      .filter((line) => line !== ''),
  );
}

function realPathOf(path: string): string | undefined {
  return guardFiles(path, () => {
    try {
      return realpathSync(path);
    } catch {
      return undefined;
    }
  });
}
