import { closeSync, openSync, readSync } from 'node:fs';
import { failedWith, guardFiles } from '#git/private-file.ts';
import { NO_HITS, type Hits, type Needles, type Probe } from './needles.ts';

const PIECE_BYTES = 1024 * 1024;

/** Used again and again: nothing here waits between filling it and looking at it. */
const PIECE = Buffer.alloc(PIECE_BYTES);

/** Searches a file as it is, in pieces. Nothing for one that went away. */
export function searchRaw(path: string | Buffer, needles: Needles): Hits {
  return searchFile(path, needles) ?? NO_HITS;
}

/** The same for any probe; undefined for a file that went away. */
export function searchFile<H>(path: string | Buffer, probe: Probe<H>): H | undefined {
  return guardFiles(path, () => {
    const fd = openUnlessGone(path);
    if (fd === undefined) return undefined;
    try {
      let length = readSync(fd, PIECE);
      if (length < PIECE_BYTES) return probe.search(PIECE.subarray(0, length));
      const stream = probe.stream();
      for (; length > 0; length = readSync(fd, PIECE)) stream.push(PIECE.subarray(0, length));
      return stream.end();
    } finally {
      closeSync(fd);
    }
  });
}

/** First bytes of a file; fewer where it is shorter or gone. */
export function readBeginning(path: string | Buffer, length: number): Buffer {
  return guardFiles(path, () => {
    const fd = openUnlessGone(path);
    if (fd === undefined) return Buffer.alloc(0);
    try {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, 0));
    } finally {
      closeSync(fd);
    }
  });
}

function openUnlessGone(path: string | Buffer): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    if (failedWith(cause, 'ENOENT')) return undefined;
    throw cause;
  }
}
