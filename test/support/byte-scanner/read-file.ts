import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

const CHUNK = 32 * 1024 * 1024;
const LARGEST_WHOLE = 2 ** 30;

export interface StreamOptions {
  /** How much of a chunk comes again at the beginning of the next one. */
  readonly overlap: number;
  readonly chunkBytes: number | undefined;
}

/** Gives a file of any size in chunks that overlap. */
export function streamFile(
  path: Buffer,
  { overlap, chunkBytes = CHUNK }: StreamOptions,
  onChunk: (chunk: Buffer) => void,
): void {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, chunkBytes + overlap));
    let kept = 0;
    for (let at = 0; ;) {
      const read = readSync(descriptor, buffer, kept, buffer.length - kept, at);
      if (read === 0) break;
      at += read;
      onChunk(buffer.subarray(0, kept + read));
      const end = kept + read;
      kept = Math.min(overlap, end);
      // A buffer that is full to its end can take no more: then the file was one chunk.
      if (end === buffer.length && at >= size) break;
      buffer.copyWithin(0, end - kept, end);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The whole file; undefined where it is too large for that. */
export function readWhole(path: Buffer): Buffer | undefined {
  const bytes = fstatPath(path);
  return bytes > LARGEST_WHOLE ? undefined : readFileSync(path);
}

function fstatPath(path: Buffer): number {
  const descriptor = openSync(path, 'r');
  try {
    return fstatSync(descriptor).size;
  } finally {
    closeSync(descriptor);
  }
}
