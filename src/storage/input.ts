import { open } from 'node:fs/promises';
import { HeddleError } from '#domain/error.ts';
import { errnoCode } from './durable-file.ts';

/**
 * Reads a file that the caller named, or standard input for null. Throws `NOT_FOUND`, `IO_FAILED`, and
 * `FORMAT_INVALID` for more than `maxBytes`, which are never held in memory.
 */
export async function readInput(path: string | null, maxBytes: number): Promise<Uint8Array> {
  try {
    return path === null ? await readStream(process.stdin, maxBytes) : await readFile(path, maxBytes);
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    const missing = errnoCode(cause) === 'ENOENT';
    throw new HeddleError(missing ? 'NOT_FOUND' : 'IO_FAILED', `${path ?? 'standard input'} cannot be read`, {
      facts: { path: path ?? '-', errno: errnoCode(cause) ?? null },
      cause,
    });
  }
}

async function readFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    return await readStream(file.createReadStream({ autoClose: false }), maxBytes);
  } finally {
    await file.close();
  }
}

async function readStream(stream: AsyncIterable<unknown>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    if (!(piece instanceof Uint8Array)) throw new Error('invariant: the stream gives bytes');
    length += piece.length;
    if (length > maxBytes) {
      throw new HeddleError('FORMAT_INVALID', `the input is longer than ${maxBytes} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
