import type { Actor } from '#domain/actor/actor.ts';
import type { Hasher } from '#domain/hash.ts';
import type { Digest } from '#domain/id.ts';
import { chainDigest } from './chain-digest.ts';
import { agentNames, type PublicKeyHex, type TokenChain } from './token.ts';

/** What a signed record says of the token chain that it was made under. */
export interface ChainClaim {
  readonly chain: Digest | null;
  readonly holder: PublicKeyHex;
  readonly actor: Pick<Actor, 'principal' | 'agent'>;
}

/**
 * What is wrong with a record's claim to a chain: the chain is the one that it names, bound to the key that
 * signs it, and of the actor that it names. Undefined where nothing is.
 */
export function chainClaimProblem(
  hasher: Hasher,
  chain: TokenChain,
  { actor, ...claim }: ChainClaim,
): string | undefined {
  if (chainDigest(hasher, chain) !== claim.chain) return 'its token chain is another one';
  if (chain.holder !== claim.holder) return 'it is not signed by the key that its token is bound to';
  const leaf = agentNames(chain).at(-1);
  const named = chain.authority.principal === actor.principal && (leaf === undefined || leaf === actor.agent);
  return named ? undefined : 'its actor is not the one that its token names';
}

/** Tells whether two chains name the same agents in the same order; no chain is like no chain alone. */
export function sameAgents(a: TokenChain | null, b: TokenChain | null): boolean {
  if (a === null || b === null) return a === b;
  const [ours, theirs] = [agentNames(a), agentNames(b)];
  return ours.length === theirs.length && ours.every((agent, index) => agent === theirs[index]);
}
