import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createUnzip, unzipSync } from 'node:zlib';
import { failedWith, guardFiles } from '#git/private-file.ts';

/** Larger files are inflated piece by piece. */
const SMALL = 64 * 1024;
const LARGEST_AT_ONCE = 16 * 1024 * 1024;

/** Takes an object's inflated bytes, its header (`<kind> <size>` NUL) first. */
export type PieceReceiver = (piece: Buffer) => void;

/**
 * Inflates a loose object or a file of gzip's, or what there is of one: a file that is cut off or damaged gives what
 * comes out of it until there. Nothing for a file that went away.
 */
export async function inflateFile(path: string | Buffer, receive: PieceReceiver): Promise<void> {
  const size = guardFiles(path, () => statSync(path, { throwIfNoEntry: false })?.size);
  if (size === undefined) return;
  if (size <= SMALL) {
    const whole = inflateSmall(path);
    if (whole === undefined) return inflateLarge(path, receive);
    receive(whole);
    return;
  }
  await inflateLarge(path, receive);
}

function inflateSmall(path: string | Buffer): Buffer | undefined {
  try {
    return unzipSync(readFileSync(path), { maxOutputLength: LARGEST_AT_ONCE });
  } catch {
    return undefined;
  }
}

async function inflateLarge(path: string | Buffer, receive: PieceReceiver): Promise<void> {
  const inflate = createUnzip();
  const file = createReadStream(path);
  let failure: unknown;
  file.on('error', (error) => {
    failure = error;
    inflate.destroy();
  });
  file.pipe(inflate);
  try {
    for await (const piece of inflate) if (Buffer.isBuffer(piece)) receive(piece);
  } catch {
    // What came out until here is all there is.
  } finally {
    file.destroy();
  }
  if (failure !== undefined && !failedWith(failure, 'ENOENT')) {
    guardFiles(path, () => {
      throw failure;
    });
  }
}
