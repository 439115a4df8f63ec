import type { TokenChain } from '#domain/token/token.ts';
import type { EngineFacts } from './decision.ts';

/** Of a resource and its ancestors those that a check or a grant names: no other can make a difference. */
export function relevantPlaces(chain: TokenChain, facts: EngineFacts): readonly string[] {
  const scopes = chain.blocks.flatMap((block) =>
    block.checks.flatMap((check) => (check.kind === 'resource' ? check.anyOf : [])),
  );
  const named = new Set([...scopes, ...facts.grants.map((grant) => grant.resource)]);
  return facts.within.filter((resource) => named.has(resource));
}
