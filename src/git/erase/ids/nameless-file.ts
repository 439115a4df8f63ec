import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardFiles } from '#git/private-file.ts';
import { heldBytes, PagedFile, type ByteSource, type PageCache } from './paged-file.ts';

const MOST_HELD = 1024 * 1024;

/** Bytes that come in pieces: held if they are few. */
export function gather(pieces: Iterable<Buffer>, cache: PageCache): ByteSource {
  const held: Buffer[] = [];
  const rest = pieces[Symbol.iterator]();
  let length = 0;
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    held.push(next.value);
    length += next.value.length;
    if (length > MOST_HELD) return writeNameless(chained(held, rest), cache);
  }
  return heldBytes(Buffer.concat(held));
}

function* chained(first: readonly Buffer[], rest: Iterator<Buffer>): Generator<Buffer> {
  yield* first;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}

/**
 * Writes what is too much to be held into a file that nobody else can open: it has lost its name before anything is in
 * it, and is gone with the process, however that ends.
 */
export function writeNameless(pieces: Iterable<Uint8Array>, cache: PageCache): ByteSource {
  const parent = tmpdir();
  return guardFiles(parent, () => {
    const fd = openNameless(parent);
    try {
      let length = 0;
      for (const piece of pieces) {
        for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at);
        length += piece.length;
      }
      return new PagedFile(parent, fd, { length, cache });
    } catch (cause) {
      closeSync(fd);
      throw cause;
    }
  });
}

function openNameless(parent: string): number {
  const directory = mkdtempSync(join(parent, 'heddle-erase-'));
  try {
    return openSync(join(directory, 'ids'), 'wx+', 0o600);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
