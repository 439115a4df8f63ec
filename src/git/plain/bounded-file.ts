import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { HeddleError } from '#domain/error.ts';
import { failedWith, guardFiles } from '#git/private-file.ts';

/** Tells apart what is not there, what is no file or too long, and content. */
export type BoundedFile =
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'content'; readonly bytes: Buffer };

/** Reads a regular file of at most `maxBytes`, through symbolic links as git does. Throws `IO_FAILED`. */
export function readBoundedFile(path: string, maxBytes: number): BoundedFile {
  return guardFiles(path, () => {
    const fd = openUnlessMissing(path);
    if (fd === undefined) return { kind: 'missing' };
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) return { kind: 'refused', why: 'is no file' };
      if (stat.size > maxBytes) return { kind: 'refused', why: `is longer than ${maxBytes} bytes` };
      return { kind: 'content', bytes: readWhole(fd, stat.size) };
    } finally {
      closeSync(fd);
    }
  });
}

/** The same of a file that has to be as it should: undefined where there is none, else `FORMAT_INVALID`. */
export function readGitFile(path: string, maxBytes: number): Buffer | undefined {
  const file = readBoundedFile(path, maxBytes);
  if (file.kind === 'content') return file.bytes;
  if (file.kind === 'missing') return undefined;
  throw new HeddleError('FORMAT_INVALID', `a file of the repository ${file.why}`, { facts: { path } });
}

/** Names in a directory, in byte order; none where there is no directory. */
export function listDirectory(
  path: string,
): readonly { readonly name: string; readonly directory: boolean }[] {
  return guardFiles(path, () => {
    try {
      return readdirSync(path, { withFileTypes: true })
        .map((entry) => ({ name: entry.name, directory: entry.isDirectory() }))
        .toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
    } catch (cause) {
      if (failedWith(cause, 'ENOENT', 'ENOTDIR')) return [];
      throw cause;
    }
  });
}

function openUnlessMissing(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (failedWith(cause, 'ENOENT', 'ENOTDIR')) return undefined;
    throw cause;
  }
}

/** A file that grows meanwhile is read as long as it was; one that shrinks as far as it goes. */
function readWhole(fd: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let at = 0;
  for (let read = -1; at < size && read !== 0; at += read) read = readSync(fd, bytes, at, size - at, at);
  return bytes.subarray(0, at);
}
