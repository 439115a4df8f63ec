import { HeddleError } from '#domain/error.ts';
import type { Setting } from './environment.ts';
import { unexpectedAnswer } from './failure.ts';
import type { GitAnswer, GitRunner } from './run.ts';

/** What of a repository's configuration matters here. */
export interface RepositorySettings {
  /** Filter drivers of which any command comes from the repository's own configuration: never run. */
  readonly localFilters: ReadonlySet<string>;
  /** Settings that take the commands of those drivers away. */
  readonly overrides: readonly Setting[];
  /** SettingLine endings may be converted to CRLF at checkout where no attribute says otherwise. */
  readonly convertsLineEndings: boolean;
}

const WANTED =
  '^(filter\\..*|hook\\..*\\.event|extensions\\..*|remote\\..*\\.promisor|core\\.(sparsecheckout|repositoryformatversion|autocrlf|eol))$';

/** One setting, with where it was set. */
export interface SettingLine {
  readonly scope: string;
  readonly key: string;
  readonly value: string;
}

/**
 * Reads the settings with the place that each comes from. Throws `GIT_UNSUPPORTED`, naming the feature, for
 * partial clones, sparse checkouts and other ref storages.
 */
export async function readSettings(runner: GitRunner): Promise<RepositorySettings> {
  const lines = await readLines(runner);
  requireSupported(lines);
  return settingsOf(lines);
}

/**
 * Looks at the settings when a repository is opened; `requireSupported` throws what {@link readSettings} throws. With it
 * comes the version that git told, null where it told none: an old one is to be refused first.
 */
export async function examineSettings(runner: GitRunner): Promise<ExaminedSettings> {
  const { stdout, version } = await askSettings(runner, { tellsVersion: true });
  return { version, requireSupported: () => requireSupported(parseLines(stdout.toString('utf8'))) };
}

interface ExaminedSettings {
  readonly version: string | null;
  readonly requireSupported: () => void;
}

/** The same for looking at files alone: nothing is refused, since another worktree of the clone may be sparse. */
export async function readConversionSettings(runner: GitRunner): Promise<RepositorySettings> {
  return settingsOf(await readLines(runner));
}

const MERGING =
  '^(filter\\..*|merge\\..*|diff\\.(renames|renamelimit)|core\\.(autocrlf|eol|ignorecase|symlinks|attributesfile))$';

/**
 * What has to be set before git may merge: how the repository merges, and that neither filters nor merge programs of
 * the repository itself run.
 */
export async function readMergeSettings(runner: GitRunner): Promise<{
  readonly settings: readonly Setting[];
  readonly overrides: readonly Setting[];
}> {
  const lines = await readLines(runner, MERGING);
  const { overrides } = settingsOf(lines);
  const drivers = lines
    .filter((line) => isLocal(line) && /^merge\.(?:.*\.driver|default)$/s.test(line.key))
    .map(({ key }): Setting => [key, key === 'merge.default' ? 'text' : NO_DRIVER]);
  // Git reads the user's own files by itself.
  const settings = lines
    .filter((line) => isLocal(line) && !line.key.startsWith('filter.'))
    .map(({ key, value }): Setting => [key, value]);
  return { settings, overrides: [...overrides, ...drivers] };
}

/** A program that merges nothing: the file is a conflict. */
const NO_DRIVER = 'false';

/** Settings whose names match, in their order, with where each was set. */
export async function readLines(runner: GitRunner, wanted = WANTED): Promise<readonly SettingLine[]> {
  const answer = await askSettings(runner, { wanted });
  return parseLines(answer.stdout.toString('utf8'));
}

/** The same of one file alone, and of nothing that it includes. */
export async function readFileLines(
  runner: GitRunner,
  path: string,
  wanted: string,
): Promise<readonly SettingLine[]> {
  const args = ['config', '--file', path, '--show-scope', '-z', '--get-regexp', wanted] as const;
  const { stdout } = await runner.run({ args: [...args], accept: [1] });
  return parseLines(stdout.toString('utf8'));
}

function askSettings(
  runner: GitRunner,
  { wanted = WANTED, tellsVersion = false }: { readonly wanted?: string; readonly tellsVersion?: boolean },
): Promise<GitAnswer> {
  const args = ['config', '--show-scope', '-z', '--get-regexp', wanted] as const;
  return runner.ask({ args: [...args], accept: [1], tellsVersion });
}

function settingsOf(lines: readonly SettingLine[]): RepositorySettings {
  const localFilters = new Set(
    lines.filter((line) => isLocal(line)).flatMap((line) => filterName(line.key) ?? []),
  );
  return {
    localFilters,
    overrides: [...localFilters].flatMap((name) => disarm(name)),
    convertsLineEndings: lines.some(
      ({ key, value }) =>
        (key === 'core.autocrlf' && !isFalse(value)) ||
        (key === 'core.eol' && value.toLowerCase() === 'crlf'),
    ),
  };
}

/** Anything but the machine's and the user's own files counts as the repository's. */
export function isLocal({ scope }: SettingLine): boolean {
  return scope !== 'system' && scope !== 'global' && scope !== 'command';
}

function filterName(key: string): string | undefined {
  return /^filter\.(.*)\.[^.]*$/s.exec(key)?.[1];
}

function disarm(name: string): readonly Setting[] {
  return [
    [`filter.${name}.clean`, ''],
    [`filter.${name}.smudge`, ''],
    [`filter.${name}.process`, ''],
    [`filter.${name}.required`, 'false'],
  ];
}

function parseLines(text: string): readonly SettingLine[] {
  const fields = text.split('\0');
  if (fields.pop() !== '' || fields.length % 2 !== 0) throw unexpectedAnswer('config');
  const lines: SettingLine[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    const entry = fields[index + 1] ?? '';
    const end = entry.indexOf('\n');
    // A key without a value means true.
    const [key, value] = end === -1 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    lines.push({ scope: fields[index] ?? '', key, value });
  }
  return lines;
}

function isFalse(value: string): boolean {
  return ['', 'false', 'no', 'off', '0'].includes(value.toLowerCase());
}

/** Extensions that change nothing which heddle does not leave to git. */
const KNOWN_EXTENSIONS = new Set([
  'extensions.noop',
  'extensions.noop-v1',
  'extensions.objectformat',
  'extensions.partialclone',
  'extensions.preciousobjects',
  'extensions.refstorage',
  'extensions.relativeworktrees',
  'extensions.worktreeconfig',
]);

/** Refuses by name what git knows and heddle does not support. Throws `GIT_UNSUPPORTED`. */
export function requireSupported(lines: readonly SettingLine[]): void {
  const version = lines.findLast(({ key }) => key === 'core.repositoryformatversion')?.value ?? '0';
  for (const line of lines) {
    const { key, value } = line;
    const feature = unsupportedFeature(key, value) ?? namedHook(line) ?? unknownExtension(line, version);
    if (feature === undefined) continue;
    throw new HeddleError('GIT_UNSUPPORTED', `heddle does not support ${feature}`, {
      facts: { feature, setting: key },
      preserved: 'nothing was changed',
    });
  }
}

/** What a newer git knows and this heddle does not. In formats of version 0 extensions mean nothing, to git neither. */
function unknownExtension(line: SettingLine, version: string): string | undefined {
  const { key } = line;
  const unknown =
    version !== '0' && isLocal(line) && key.startsWith('extensions.') && !KNOWN_EXTENSIONS.has(key);
  return unknown
    ? `the extension ${key.slice('extensions.'.length, 60)} of the repository format`
    : undefined;
}

/**
 * What heddle's own gits would run, from 2.54 on, wherever `core.hooksPath` leads. By events they cannot be switched off
 * for certain: git forgets that where a hook is called like its event.
 */
const OWN_EVENTS: ReadonlySet<string> = new Set([
  'fsmonitor-watchman',
  'post-checkout',
  'post-index-change',
  'post-merge',
  'pre-auto-gc',
  'pre-push',
  'reference-transaction',
]);

/** Commands of the user's own files are theirs, as elsewhere. */
function namedHook(line: SettingLine): string | undefined {
  const named = isLocal(line) && /^hook\..*\.event$/s.test(line.key) && OWN_EVENTS.has(line.value);
  return named ? `hooks that the repository's configuration names for ${line.value}` : undefined;
}

function unsupportedFeature(key: string, value: string): string | undefined {
  if (key === 'extensions.partialclone') return 'partial clones';
  if (key.startsWith('remote.') && !isFalse(value)) return 'partial clones';
  if (key === 'extensions.refstorage' && value !== 'files') return `the ref storage ${value.slice(0, 40)}`;
  if (key === 'core.sparsecheckout' && !isFalse(value)) return 'sparse checkouts';
  return undefined;
}
