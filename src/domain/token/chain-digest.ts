import { parseHex } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import { formatDigest, type Digest } from '#domain/id.ts';
import type { TokenChain } from './token.ts';

/** The name of a chain: hash of kind "chain" over its ordered raw revocation ids, never over token bytes. */
export function chainDigest(hasher: Hasher, chain: TokenChain): Digest {
  const before = known.get(chain);
  if (before?.hasher === hasher) return before.digest;
  const digest = digestOf(hasher, chain);
  known.set(chain, { hasher, digest });
  return digest;
}

/** A history has many states of few chains. */
const known = new WeakMap<TokenChain, { readonly hasher: Hasher; readonly digest: Digest }>();

function digestOf(hasher: Hasher, chain: TokenChain): Digest {
  const bytes = parseHex(chain.revocationIds.join(''));
  invariant(bytes !== undefined, 'the strict reader gives revocation ids in hexadecimal');
  return formatDigest(hasher.hash('chain', bytes));
}
