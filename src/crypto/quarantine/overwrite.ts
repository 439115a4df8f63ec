import { constants } from 'node:fs';
import { open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { privateFileError, syncDirectory } from '#crypto/private-file.ts';

const PIECE = Buffer.alloc(1024 * 1024);

/**
 * Does what makes a file's name lead elsewhere or nowhere, then writes zeros over the bytes that it led to. That
 * is best effort: a file system may keep copies, and one that another name leads to is left alone.
 */
export async function overwritingOld(path: string, act: () => Promise<void>): Promise<void> {
  const old = await openOld(path, constants.O_WRONLY);
  try {
    await act();
    if (old !== undefined) await overwrite(old).catch(() => undefined);
  } finally {
    await old?.close();
  }
}

/** Removes a file and overwrites its bytes; the removal is durable on return. Nothing happens where there is none. */
export async function destroyFile(path: string): Promise<void> {
  await overwritingOld(path, () => removeFile(path));
}

/** Removes the temporary files that a killed process left of a file. */
export async function destroyTemporary(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => []);
  const name = path.slice(dirname(path).length + 1);
  for (const left of names) {
    if (left.startsWith('.') && left.endsWith(`-${name}`)) await destroyFile(join(dirname(path), left));
  }
}

/** The first bytes of a regular file; none where it cannot be read. */
export async function readBeginning(path: string, length: number): Promise<Uint8Array> {
  const file = await openOld(path, constants.O_RDONLY);
  if (file === undefined) return new Uint8Array();
  try {
    if (!(await file.stat()).isFile()) return new Uint8Array();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw privateFileError(cause, path);
  } finally {
    await file.close();
  }
}

async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
    await syncDirectory(dirname(path));
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) {
      throw privateFileError(cause, path);
    }
  }
}

async function openOld(path: string, flag: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flag | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

async function overwrite(file: FileHandle): Promise<void> {
  const found = await file.stat();
  if (!found.isFile() || found.nlink > 0) return;
  for (let at = 0; at < found.size; at += PIECE.length) {
    await file.write(PIECE, 0, Math.min(PIECE.length, found.size - at), at);
  }
  await file.sync();
}
