import { utf8 } from '#domain/encoding/bytes.ts';
import { formatDigest } from '#domain/id.ts';
import { formatInstant } from '#domain/time.ts';
import { randomBytes } from '#platform/random.ts';
import type { LocalIndex } from '#ports/local-index.ts';
import { openLocalIndex } from '#storage/index/local-index.ts';
import { rawEd25519, signerOf } from '#crypto/ed25519.ts';
import { SHA256_HASHER } from './sha256-hasher.ts';

export interface TestIndexOptions {
  readonly commonDir: string;
  /** Whose: each name has a secret of its own; null has none. */
  readonly home?: string | null;
  readonly waitMs?: number;
}

const SIGNER = signerOf(rawEd25519.generateKey());

/** A real index of a home that is made up from its name. */
export function openTestIndex({ commonDir, home = 'mine', waitMs = 2_000 }: TestIndexOptions): LocalIndex {
  return openLocalIndex({
    commonDir,
    clock: { now: () => formatInstant(Date.now()) },
    random: randomBytes,
    hasher: SHA256_HASHER,
    waitMs,
    identity: async () =>
      home === null
        ? undefined
        : {
            replica: formatDigest(SHA256_HASHER.hash('replica', utf8(home))),
            signer: SIGNER,
            keyed: (kind, bytes) => formatDigest(SHA256_HASHER.hash(kind, utf8(`secret of ${home}`), bytes)),
          },
  });
}
