import { parseHex } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, type Digest } from '#domain/id.ts';
import type { TokenChain } from './token.ts';

/** The name of a chain: hash of kind "chain" over its ordered raw revocation ids, never over token bytes. */
export function chainDigest(hasher: Hasher, chain: TokenChain): Digest {
  const bytes = parseHex(chain.revocationIds.join(''));
  invariant(bytes !== undefined, 'the strict reader gives revocation ids in hexadecimal');
  return formatDigest(hasher.hash('chain', bytes));
}
