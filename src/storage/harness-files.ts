import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { HarnessFiles } from '#ports/boundary/harness-ports.ts';
import { errnoCode, syncDirectory } from './durable-file.ts';

/** Made by whoever runs the harness, and for nobody else: it names programs that are run. */
const MODE = 0o600;

/** Files of a harness on disk. */
export const HARNESS_FILES: HarnessFiles = {
  read,
  isDirectory,
  write,
  removeLeft,
  removeEmpty,
  append,
  reach,
};

async function read(path: string, maxBytes: number): Promise<string | null> {
  return guarded(path, async () => {
    const found = await lstat(path).catch(orNothing);
    if (found === undefined) return null;
    if (!found.isFile()) throw refused(path, 'is a link, or no file');
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const bytes = Buffer.alloc(Math.min(found.size, maxBytes) + 1);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      const text = bytesRead > maxBytes ? undefined : decodeUtf8(bytes.subarray(0, bytesRead));
      if (text === undefined) throw unreadable(path);
      return text;
    } finally {
      await file.close();
    }
  });
}

async function isDirectory(path: string): Promise<boolean> {
  return guarded(path, async () => (await lstat(path).catch(orNothing))?.isDirectory() === true);
}

async function write(path: string, text: string | null): Promise<void> {
  return guarded(path, async () => {
    const directory = dirname(path);
    const found = await lstat(path).catch(orNothing);
    if (found !== undefined && !found.isFile()) throw refused(path, 'is a link, or no file');
    if (text === null) {
      if (found !== undefined) await unlink(path);
      if (found !== undefined) syncDirectory(directory);
      return;
    }
    await mkdir(directory, { recursive: true });
    if (!(await lstat(directory)).isDirectory()) throw refused(directory, 'is a link');
    const temporary = besideOf(path);
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', found === undefined ? MODE : found.mode & 0o777);
    try {
      await file.writeFile(utf8(text));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    syncDirectory(directory);
  });
}

async function removeLeft(path: string): Promise<void> {
  await guarded(path, () => rm(besideOf(path), { force: true }));
}

/** Where a file is written before it gets its name. */
function besideOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.heddle`);
}

async function removeEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch(() => undefined);
}

async function append(path: string, text: string): Promise<void> {
  await guarded(path, async () => {
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
    const file = await open(path, flags | constants.O_NONBLOCK, MODE);
    try {
      if (!(await file.stat()).isFile()) throw refused(path, 'is no file');
      await file.appendFile(text);
    } finally {
      await file.close();
    }
  });
}

async function reach(path: string): Promise<string> {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const found = await realpath(at).catch(() => undefined);
    if (found !== undefined) return join(found, ...missing);
    if (at === dirname(at)) return path;
    missing.unshift(basename(at));
  }
}

function orNothing(cause: unknown): undefined {
  if (['ENOENT', 'ENOTDIR'].includes(errnoCode(cause) ?? '')) return undefined;
  throw cause;
}

async function guarded<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    if (errnoCode(cause) === 'ELOOP') throw refused(path, 'is a link');
    throw new HeddleError('IO_FAILED', `${path} cannot be read or written`, {
      facts: { path, errno: errnoCode(cause) ?? null },
      cause,
    });
  }
}

function refused(path: string, why: string): HeddleError {
  return new HeddleError('INTEGRATE_REFUSED', `${path} ${why}`, {
    facts: { path, advice: 'put a file in its place, or write the hooks by hand' },
    preserved: 'nothing was changed',
  });
}

function unreadable(path: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `${path} is too long, or no UTF-8`, { facts: { path } });
}
