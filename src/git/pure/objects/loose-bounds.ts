import { constants, inflateSync } from 'node:zlib';
import { inflateExactly, type Measured } from './pack-bounds.ts';
import { LARGEST_OBJECT } from '#git/plain/unsupported.ts';

/*
 * A loose object: deflated `<kind> SP <size, decimal> NUL <content>`.
 */

const HEADER = /^(blob|tree|commit|tag) (0|[1-9][0-9]{0,14})\0/;
/** Deflated bytes of which the header is read; they inflate to a quarter of a megabyte at most. */
const BEGINNING = 256;

/** Reads what a loose object says of itself, and holds it to that. Never throws. */
export function measureLoose(file: Buffer): Measured {
  const match = HEADER.exec(inflateBeginning(file).toString('latin1', 0, 32));
  if (match?.[1] === undefined) return { kind: 'damaged', why: 'it has no sound header' };
  const size = Number(match[2]);
  if (size > LARGEST_OBJECT) return { kind: 'large', size };
  if (inflateExactly(file, 0, match[0].length + size) === undefined) {
    return { kind: 'damaged', why: 'it is not as long as it says' };
  }
  return { kind: 'object', type: match[1], size, cost: size };
}

function inflateBeginning(file: Buffer): Buffer {
  try {
    return inflateSync(file.subarray(0, BEGINNING), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
