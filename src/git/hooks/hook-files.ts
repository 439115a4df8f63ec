import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { failedWith, guardFiles, readSmallFile } from '#git/private-file.ts';
import { KEPT_ENDING, STUB_MARK } from './stub.ts';

/** Longer files are nobody's hook of heddle's. */
const LARGEST_HOOK = 1024 * 1024;

/** What stands in one hook's place. */
export interface FoundHook {
  /** `ours`: heddle wrote it, whatever became of it since. */
  readonly kind: 'ours' | 'foreign' | 'missing';
  readonly text: string | null;
  readonly digest: string | null;
  /** Something is kept beside it. */
  readonly kept: boolean;
}

/** Looks at one hook. What is no regular file counts as somebody else's. */
export function findHook(path: string): FoundHook {
  const kept = exists(path + KEPT_ENDING);
  if (!exists(path)) return { kind: 'missing', text: null, digest: null, kept };
  const bytes = readSmallFile(path, LARGEST_HOOK);
  if (bytes === undefined) return { kind: 'foreign', text: null, digest: null, kept };
  const text = decodeUtf8(bytes) ?? null;
  const kind = text?.split('\n', 2)[1]?.startsWith(STUB_MARK) === true ? 'ours' : 'foreign';
  return { kind, text, digest: createHash('sha256').update(bytes).digest('hex'), kept };
}

/**
 * Puts a hook there, executable and durable. What stands there is kept beside it first, under a second name: at no time
 * is there no hook. Killed between the two steps, both names mean what was there.
 */
export function putHook(path: string, text: string, found: FoundHook): void {
  guardFiles(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    if (found.kind === 'foreign') keepBeside(path);
    const temporary = `${path}.heddle-new`;
    rmSync(temporary, { force: true });
    const fd = openSync(temporary, 'wx', 0o755);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    // Whatever the caller's umask takes away: git passes over what is not executable.
    chmodSync(temporary, 0o755);
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  });
}

/** Takes a hook of heddle's away; what was kept beside it is there again, the same file under its old name. */
export function takeHook(path: string, { kept }: Pick<FoundHook, 'kept'>): void {
  guardFiles(path, () => {
    if (kept) renameSync(path + KEPT_ENDING, path);
    else rmSync(path, { force: true });
    syncDirectory(dirname(path));
  });
}

/**
 * Whether a foreign hook can be kept beside heddle's. Where another one is kept already, somebody put this one in the
 * place of heddle's: there is room for one alone.
 */
export function canKeep(path: string, found: FoundHook): boolean {
  if (!found.kept) return true;
  return found.digest !== null && findHook(path + KEPT_ENDING).digest === found.digest;
}

function keepBeside(path: string): void {
  const beside = path + KEPT_ENDING;
  rmSync(beside, { force: true });
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) {
    symlinkSync(readlinkSync(path), beside);
    return;
  }
  try {
    linkSync(path, beside);
  } catch {
    // A file system without second names.
    copyFileSync(path, beside);
    chmodSync(beside, stat.mode & 0o7777);
  }
}

/** A link that leads nowhere is there, too. */
function exists(path: string): boolean {
  return guardFiles(path, () => {
    try {
      return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    } catch (cause) {
      // A hooks path may name a file, such as /dev/null.
      if (failedWith(cause, 'ENOTDIR')) return false;
      throw cause;
    }
  });
}

function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
