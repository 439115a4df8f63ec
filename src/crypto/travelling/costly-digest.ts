import { scrypt } from 'node:crypto';
import { HeddleError } from '#domain/error.ts';
import type { CostlyDigest } from '#ports/removal/costly-digest.ts';

const COST = { N: 65_536, r: 8, p: 1 } as const;
/** What it needs, 128 × N × r, and some more. */
const MOST_MEMORY = 160 * COST.N * COST.r;
const DIGEST_BYTES = 32;

/** Opens a line of digests: each begins when the one before it is done. */
export function openCostlyDigest(): CostlyDigest {
  let last: Promise<unknown> = Promise.resolve();
  return (input) => {
    const digest = last.then(() => derive(input));
    last = digest.catch(() => undefined);
    return digest;
  };
}

function derive({ content, salt }: Parameters<CostlyDigest>[0]): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(content, salt, DIGEST_BYTES, { ...COST, maxmem: MOST_MEMORY }, (cause, digest) => {
      if (cause === null) resolve(new Uint8Array(digest));
      else
        reject(
          new HeddleError('IO_FAILED', 'this machine cannot tell whether a content was removed', { cause }),
        );
    });
  });
}
