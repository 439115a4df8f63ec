import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import type { ObjectId } from '#ports/objects.ts';
import { startObjectHash } from '#git/objects/hash.ts';
import { failedWith } from '#git/private-file.ts';

const PIECE_BYTES = 256 * 1024;

/** Tells whether a file or link holds just these bytes; false too for one that vanishes or cannot be read. */
export function holds(path: Buffer, kind: 'file' | 'symlink', bytes: Uint8Array): boolean {
  try {
    if (kind === 'symlink') return readlinkSync(path, { encoding: 'buffer' }).equals(bytes);
    return readPieces(path, (read, { size }) => {
      if (size !== bytes.length) return false;
      let at = 0;
      for (let piece = read(); piece.length > 0; at += piece.length, piece = read()) {
        if (!piece.equals(bytes.subarray(at, at + piece.length))) return false;
      }
      return at === bytes.length;
    });
  } catch (cause) {
    if (failedWith(cause, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'EINVAL', 'ESTALE')) return false;
    throw cause;
  }
}

/** The id of a blob that holds what stands at a path, no filter applied; undefined where it changes meanwhile. */
export function rawBlobId(path: Buffer, stat: Stats): ObjectId | undefined {
  try {
    return stat.isSymbolicLink() ? linkId(path) : fileId(path);
  } catch (cause) {
    if (failedWith(cause, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL', 'ESTALE')) return undefined;
    throw cause;
  }
}

function linkId(path: Buffer): ObjectId {
  const target = readlinkSync(path, { encoding: 'buffer' });
  return startObjectHash('blob', target.length).update(target).digest('hex');
}

function fileId(path: Buffer): ObjectId | undefined {
  return readPieces(path, (read, { size }) => {
    const hash = startObjectHash('blob', size);
    let length = 0;
    for (let piece = read(); piece.length > 0; piece = read()) {
      hash.update(piece);
      length += piece.length;
    }
    return length === size ? hash.digest('hex') : undefined;
  });
}

/** Reads a regular file in pieces, each valid until the next. Follows no link at the path's end. */
function readPieces<T>(path: Buffer, use: (read: () => Buffer, stat: Stats) => T): T {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    return use(() => buffer.subarray(0, readSync(fd, buffer)), fstatSync(fd));
  } finally {
    closeSync(fd);
  }
}
