import { fstatSync, writeSync } from 'node:fs';

/**
 * Writes to a file, a pipe or a socket without Node's streams, which take longer to load than what is printed takes to
 * write. Returns what is left: all of it for a terminal, and what a reader that does not wait has no room for. Throws the
 * system's errors.
 */
export function writeNow(fd: number, bytes: Uint8Array): Uint8Array {
  if (isDeviceOrClosed(fd)) return bytes;
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(fd, bytes, written);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
  }
  return bytes.subarray(written);
}

function isDeviceOrClosed(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return true;
  }
}
