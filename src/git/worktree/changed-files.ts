import { closeSync, constants, lstatSync, openSync, type Stats } from 'node:fs';
import { isAbsolute } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { pathProblem } from '#domain/resource/repository-path.ts';
import { parseRawDiff } from '#git/diff/raw-diff.ts';
import { cleanForeignText } from '#git/foreign-text.ts';
import { failedWith, readSmallFile } from '#git/private-file.ts';
import { LARGE_OUTPUT_BYTES, LONG_DEADLINE_MS, type GitRunner } from '#git/run.ts';
import type { RepositoryPlaces } from '#ports/repository.ts';
import type { Setting } from '#git/environment.ts';
import { splitRecords } from './records.ts';

/** What has to be done to an index so that it holds the work tree. */
export interface IndexChanges {
  /** No longer there, or no longer of that kind. */
  readonly removed: readonly Uint8Array[];
  /** New or perhaps changed: files, links and submodules. */
  readonly written: readonly Uint8Array[];
}

export interface ChangeSearch {
  readonly runner: GitRunner;
  readonly places: RepositoryPlaces;
  readonly indexFile: string;
  readonly settings: readonly Setting[];
  readonly maxFileBytes: number;
}

/**
 * Asks git what differs between index and work tree, without reading a file more than git must, and looks at
 * each: throws `FILE_TOO_LARGE`, `FILE_UNREADABLE` and `FILE_NAME_REFUSED` before anything is hashed. Passed over
 * are sockets and pipes that nobody tracks, as git does, and untracked credential files, worktrees of this
 * repository and repositories without a commit.
 */
export async function findChanges(search: ChangeSearch): Promise<IndexChanges> {
  const [tracked, untracked] = await Promise.all([listTracked(search), listUntracked(search)]);
  const removed: Uint8Array[] = [];
  const written: Uint8Array[] = [];
  for (const { path, status, oldMode } of tracked) {
    if (status === 'D') {
      removed.push(path);
      continue;
    }
    const kind = inspect(search, path);
    // Git would take a directory in a file's place for the file's removal and stop there.
    const replaced = kind === 'directory' && oldMode !== SUBMODULE;
    if (kind === 'gone' || replaced) removed.push(path);
    if (kind !== 'gone') written.push(accepted(path));
  }
  for (const path of untracked) {
    if (inspect(search, path) !== 'gone') written.push(accepted(path));
  }
  return { removed, written };
}

/** Git itself says of a name that it does not take only that it ignores it. */
function accepted(path: Uint8Array): Uint8Array {
  const problem = pathProblem(path);
  if (problem === undefined) return path;
  throw new HeddleError('FILE_NAME_REFUSED', 'a file has a name that heddle does not keep', {
    facts: { path: escapePath(path), reason: `it ${problem}` },
    preserved: 'nothing was captured',
  });
}

const SUBMODULE = '160000';
const SLASH = 0x2f;

async function listTracked(search: ChangeSearch): Promise<ReturnType<typeof parseRawDiff>> {
  const answer = await ask(search, [
    'diff-files',
    '-z',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--ignore-submodules=dirty',
  ]);
  return parseRawDiff(splitRecords(answer), 'diff-files');
}

/** Private keys are nobody's work: a state that held one could not be taken back. */
const NO_CREDENTIALS = '--exclude=*.hcred';

async function listUntracked(search: ChangeSearch): Promise<readonly Uint8Array[]> {
  const answer = await ask(search, ['ls-files', '-z', '--others', '--exclude-standard', NO_CREDENTIALS]);
  const paths: Uint8Array[] = [];
  for (const record of splitRecords(answer)) {
    const repository = record.at(-1) === SLASH;
    const path = new Uint8Array(repository ? record.subarray(0, -1) : record);
    if (!repository || (await isForeignRepository(search, path))) paths.push(path);
  }
  return paths;
}

async function ask(search: ChangeSearch, args: readonly [string, ...string[]]): Promise<Buffer> {
  const { stdout, stderr } = await search.runner.run({
    args,
    indexFile: search.indexFile,
    settings: search.settings,
    maxOutputBytes: LARGE_OUTPUT_BYTES,
    deadlineMs: LONG_DEADLINE_MS,
  });
  refuseComplaints(stderr, search.places);
  return stdout;
}

/** How git says that it could not look at something, the path first. */
const COMPLAINTS: readonly RegExp[] = [
  // Git cuts what it says at 4096 bytes: the name of a path too long for the system has no end.
  /could not open directory '(.+?)(?:': |$)/m,
  /unable to access '(.+)'/,
  /could not open '(.+)' for reading/,
  /open\("(.+)"\): /,
  /^(?:error: )?(.+): Permission denied$/m,
];

/**
 * Git goes on without what it cannot look at; a capture without it would record that it is gone. What lies
 * outside the work tree (a home directory of somebody else) is not captured anyway.
 */
function refuseComplaints(stderr: Buffer, { worktree }: RepositoryPlaces): void {
  const text = stderr.toString('utf8');
  for (const complaint of COMPLAINTS) {
    const path = complaint.exec(text)?.[1]?.replace(/\/$/, '');
    if (path === undefined || (isAbsolute(path) && !path.startsWith(`${worktree}/`))) continue;
    throw unreadable(Buffer.from(path), cleanForeignText(stderr));
  }
}

type Kind = 'file' | 'directory' | 'gone';

function inspect(search: ChangeSearch, path: Uint8Array): Kind {
  const absolute = absolutePath(search.places, path);
  const stat = lookAt(absolute, path);
  if (stat === undefined) return 'gone';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'file';
  if (!stat.isFile()) throw unreadable(path, 'neither a file, a link nor a directory');
  if (stat.size > search.maxFileBytes) {
    throw new HeddleError('FILE_TOO_LARGE', 'a file is larger than heddle captures', {
      facts: { path: escapePath(path), size: stat.size, limit: search.maxFileBytes },
      preserved: 'nothing was captured',
    });
  }
  tryOpen(absolute, path);
  return 'file';
}

/** Absolute path of a raw path in a work tree. */
export function absolutePath({ worktree }: RepositoryPlaces, path: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${worktree}/`), path]);
}

function lookAt(absolute: Buffer, path: Uint8Array): Stats | undefined {
  try {
    return lstatSync(absolute, { throwIfNoEntry: false });
  } catch (cause) {
    if (failedWith(cause, 'ENOTDIR', 'ENOENT')) return undefined;
    throw unreadable(path, 'it cannot be looked at', cause);
  }
}

function tryOpen(absolute: Buffer, path: Uint8Array): void {
  try {
    closeSync(openSync(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  } catch (cause) {
    // Gone or replaced in this moment: git will see for itself.
    if (!failedWith(cause, 'ENOENT', 'ENOTDIR', 'ELOOP'))
      throw unreadable(path, 'it cannot be opened', cause);
  }
}

/** Linked worktrees of this repository are other threads' work, not this one's content. */
async function isForeignRepository(search: ChangeSearch, path: Uint8Array): Promise<boolean> {
  const link = readSmallFile(Buffer.concat([absolutePath(search.places, path), Buffer.from('/.git')]), 8192);
  if (link !== undefined) {
    const gitDir = /^gitdir: (.+?)\/?\n?$/s.exec(new TextDecoder().decode(link))?.[1] ?? '';
    if (gitDir.startsWith(`${search.places.commonDir}/worktrees/`)) return false;
  }
  return hasCommit(search, path);
}

async function hasCommit(search: ChangeSearch, path: Uint8Array): Promise<boolean> {
  const text = Buffer.from(path).toString('utf8');
  // A name that is not UTF-8 cannot be an argument; git says what it thinks of it when it is added.
  if (!Buffer.from(text).equals(path)) return true;
  const { code } = await search.runner
    .at(`${search.places.worktree}/${text}`)
    .run({ args: ['rev-parse', '--verify', '--quiet', 'HEAD'], accept: [1, 128] });
  return code === 0;
}

/** The error for a file that is there and cannot be read. */
export function unreadable(path: Uint8Array, why: string, cause?: unknown): HeddleError {
  return new HeddleError('FILE_UNREADABLE', 'a file of the work tree cannot be read', {
    facts: { path: escapePath(path), reason: why },
    preserved: 'nothing was captured',
    cause,
  });
}
