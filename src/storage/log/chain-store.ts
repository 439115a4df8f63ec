import { join } from 'node:path';
import { HeddleError } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import { readBounded, type DurableFiles } from '#storage/durable-file.ts';

/** Bytes that a sealed token chain may have. */
const LARGEST_CHAIN = 16 * 1024;

/**
 * Keeps a sealed chain under its digest; durable on return, nothing is ever replaced. The digest is of the
 * chain's revocation ids, not of these bytes: whoever reads it back checks it with the token's reader.
 * Throws `FORMAT_INVALID` for an empty or overlong one.
 */
export function keepChainFile(files: DurableFiles, path: string, sealed: Uint8Array): void {
  if (sealed.length === 0 || sealed.length > LARGEST_CHAIN) {
    throw new HeddleError('FORMAT_INVALID', `a token chain has more than ${LARGEST_CHAIN} bytes, or none`);
  }
  if (readBounded(path, LARGEST_CHAIN) === undefined) files.create(path, sealed);
}

/** Reads a chain that was kept; undefined where there is none. */
export function readChainFile(path: string): Uint8Array | undefined {
  return readBounded(path, LARGEST_CHAIN);
}

/** Where a chain is kept. */
export function chainPath(heddleDirectory: string, digest: Digest): string {
  return join(heddleDirectory, 'chains', digest);
}
