import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
} from 'node:fs';
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HeddleError, type ErrorCode } from '#domain/error.ts';
import { formatHex } from '#domain/encoding/bytes.ts';
import { randomBytes } from '#platform/random.ts';

/*
 * The only place where files with secrets are read and written. A file that others may read or write, that
 * belongs to somebody else or is a link is refused, as ssh does it, before a byte of it is read. Reads are synchronous,
 * since every start makes a few small ones: what waits for a thread takes longer.
 */

/** What is expected of a file, and how a breach is called. */
export interface PrivateFileRules {
  readonly mode: Extract<ErrorCode, 'KEY_FILE_MODE' | 'CREDENTIAL_FILE_MODE'>;
  readonly invalid: Extract<ErrorCode, 'KEY_FILE_INVALID' | 'CREDENTIAL_FILE_INVALID'>;
  readonly maxBytes: number;
  /** `private`: the directory holding it must be 0700 too. */
  readonly directory: 'private' | 'any';
}

/** Bytes of a file, whole or in pieces that are made as they are written. */
export type FileContent = Uint8Array | Iterable<Uint8Array>;

const OTHERS = 0o077;

/**
 * Reads a file whole after checking its owner, mode, kind and size on the open file. Undefined where there
 * is none. Throws the rules' codes, or `IO_FAILED`.
 */
function readPrivateFile(path: string, rules: PrivateFileRules): Uint8Array | undefined {
  if (rules.directory === 'private' && !checkDirectory(dirname(path), rules)) return undefined;
  const file = openToRead(path, rules);
  if (file === undefined) return undefined;
  try {
    return readWhole(file, path, checkFile(file, path, rules));
  } catch (cause) {
    throw privateFileError(cause, path);
  } finally {
    closeSync(file);
  }
}

/** Reads and decodes; what `decode` refuses is called by the rules' `invalid` code and names the path. */
export async function loadPrivateFile<T>(
  path: string,
  rules: PrivateFileRules,
  decode: (bytes: Uint8Array) => T,
): Promise<T | undefined> {
  const bytes = readPrivateFile(path, rules);
  if (bytes === undefined) return undefined;
  try {
    return decode(bytes);
  } catch (cause) {
    if (!(cause instanceof HeddleError)) throw cause;
    throw new HeddleError(rules.invalid, `${path}: ${cause.message}`, { facts: { path }, cause });
  }
}

/** Names of the files in a private directory that end so, sorted, temporary ones left out. */
export async function listPrivateFiles(
  directory: string,
  ending: string,
  rules: PrivateFileRules,
): Promise<readonly string[]> {
  if (!checkDirectory(directory, rules)) return [];
  try {
    const names = readdirSync(directory);
    return names.filter((name) => name.endsWith(ending) && !name.startsWith('.')).toSorted();
  } catch (cause) {
    throw privateFileError(cause, directory);
  }
}

/**
 * Writes a new file, 0600, complete or not at all; file and directory entry are durable on return.
 * Throws `OUTPUT_EXISTS` where anything has that name, and leaves it as it is.
 */
export async function writePrivateFile(path: string, bytes: Uint8Array): Promise<void> {
  await publish(path, bytes, async (temporary) => {
    await link(temporary, path);
    await unlink(temporary);
  });
}

/** Throws `OUTPUT_EXISTS` where anything has that name, a dangling link too. Promises nothing for later. */
export async function assertPathFree(path: string): Promise<void> {
  if (lstatOrNothing(path) !== undefined) throw taken(path);
}

/** Replaces a file, or makes it: readers see the old or the new one whole. Durable on return. */
export async function replacePrivateFile(path: string, bytes: FileContent): Promise<void> {
  await publish(path, bytes, (temporary) => rename(temporary, path));
}

/** Makes a directory with mode 0700, its ancestors alike, or checks the one that is there. Durable on return. */
export async function makePrivateDirectory(path: string, rules: PrivateFileRules): Promise<void> {
  try {
    for (const missing of missingDirectories(path)) {
      await makeDirectory(missing);
      await syncDirectory(dirname(missing));
    }
  } catch (cause) {
    throw privateFileError(cause, path);
  }
  checkDirectory(path, rules);
}

/**
 * The directories that are not there yet on the way to one, from the top on, to be made one by one: where Node makes
 * several at once, it calls a file system that is only read a missing directory.
 */
function missingDirectories(path: string): readonly string[] {
  if (lstatOrNothing(path) !== undefined) return [];
  return [...missingDirectories(dirname(path)), path];
}

/** Another heddle may have made it meanwhile. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    if (errnoOf(cause) !== 'EEXIST') throw cause;
  }
}

/** Checks a directory of private files; false where there is none. */
function checkDirectory(path: string, rules: PrivateFileRules): boolean {
  const found = lstatOrNothing(path);
  if (found === undefined) return false;
  if (!found.isDirectory()) throw refuse(rules.mode, path, 'is not a directory');
  checkAccess(found, path, { code: rules.mode, chmod: '700' });
  return true;
}

function lstatOrNothing(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw privateFileError(cause, path);
  }
}

function openToRead(path: string, rules: PrivateFileRules): number | undefined {
  try {
    // Without waiting: somebody may have put a pipe there that nobody writes to.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === 'ENOENT') return undefined;
    if (errno === 'ELOOP' || errno === 'EMLINK') throw refuse(rules.invalid, path, 'is a symbolic link');
    throw privateFileError(cause, path);
  }
}

function checkFile(file: number, path: string, rules: PrivateFileRules): number {
  const found = fstatSync(file);
  if (!found.isFile()) throw refuse(rules.invalid, path, 'is not a regular file');
  checkAccess(found, path, { code: rules.mode, chmod: '600' });
  if (found.size > rules.maxBytes)
    throw refuse(rules.invalid, path, `is longer than ${rules.maxBytes} bytes`);
  return found.size;
}

interface Access {
  readonly code: ErrorCode;
  readonly chmod: '600' | '700';
}

function checkAccess(
  found: { readonly uid: number | bigint; readonly mode: number | bigint },
  path: string,
  access: Access,
): void {
  const own = process.geteuid?.();
  if (own !== undefined && Number(found.uid) !== own)
    throw refuse(access.code, path, 'belongs to another user');
  if ((Number(found.mode) & OTHERS) === 0) return;
  const mode = (Number(found.mode) & 0o777).toString(8).padStart(4, '0');
  throw new HeddleError(access.code, `${path} is open to others: its mode is ${mode}`, {
    facts: { path, mode, fix: `chmod ${access.chmod} ${quote(path)}` },
  });
}

/** Reads no further than the size that was checked. */
function readWhole(file: number, path: string, size: number): Uint8Array {
  const buffer = Buffer.alloc(size + 1);
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(file, buffer, length, buffer.length - length, null);
    if (read === 0) break;
    length += read;
  }
  if (length > size)
    throw new HeddleError('IO_FAILED', `${path} grew while it was read`, { facts: { path } });
  return buffer.subarray(0, length);
}

async function publish(
  path: string,
  bytes: FileContent,
  appear: (temporary: string) => Promise<void>,
): Promise<void> {
  // The name keeps its ending, so that what ignores `*.hcred` ignores this too.
  const temporary = join(dirname(path), `.${formatHex(randomBytes(8))}-${basename(path)}`);
  try {
    await writeNew(temporary, bytes);
    await appear(temporary);
    await syncDirectory(dirname(path));
  } catch (cause) {
    await unlink(temporary).catch(() => undefined);
    throw privateFileError(cause, path);
  }
}

async function writeNew(path: string, bytes: FileContent): Promise<void> {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const file = await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    // A strange umask must not leave a file that its owner cannot read.
    await file.chmod(0o600);
    for (const piece of bytes instanceof Uint8Array ? [bytes] : bytes) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the entries of a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function refuse(code: ErrorCode, path: string, why: string): HeddleError {
  return new HeddleError(code, `${path} ${why}`, { facts: { path } });
}

function taken(path: string): HeddleError {
  return new HeddleError('OUTPUT_EXISTS', `${path} exists`, { facts: { path } });
}

/** The `HeddleError` for a failed call on a file. */
export function privateFileError(cause: unknown, path: string): HeddleError {
  if (cause instanceof HeddleError) return cause;
  const errno = errnoOf(cause);
  if (errno === 'EEXIST')
    return new HeddleError('OUTPUT_EXISTS', `${path} exists`, { facts: { path }, cause });
  const code = errno === 'ENOSPC' || errno === 'EDQUOT' ? 'DISK_FULL' : 'IO_FAILED';
  return new HeddleError(code, `${path} cannot be used: ${errno ?? 'unknown failure'}`, {
    facts: { path, reason: errno ?? null },
    cause,
  });
}

function errnoOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
