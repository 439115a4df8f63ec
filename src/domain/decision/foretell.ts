import { invariant } from '#domain/error.ts';
import { evaluateCheck } from '#domain/token/token-check.ts';
import type { TokenChain } from '#domain/token/token.ts';
import { authorise } from './authorise.ts';
import type { AuthorisationRequest, Decision, EngineFacts, EngineVerdict } from './decision.ts';
import { givenFacts, MAX_FACTS, TOO_MANY_FACTS } from './given-facts.ts';
import { presentedChain } from './request-facts.ts';

/**
 * The decision on a request as it would be now, for whoever only asks: every gate is that of {@link authorise}, and in
 * place of the engine the decoded token is evaluated. Nothing may be done for it, and nobody's work judged by it.
 */
export function foretell(request: AuthorisationRequest): Decision {
  return authorise(request, (_token, _root, facts) => {
    const chain = presentedChain(request);
    invariant(chain !== null, 'only a chain is evaluated');
    return evaluateDecoded(chain, facts);
  });
}

/**
 * What the engine says of the token that a chain was read from, without it. The strict reader lets only tokens pass
 * whose bytes are those that heddle writes for such a chain, with every signature verified: blocks of checks of seven
 * kinds, without rules, whose own facts no check and no policy asks for. So each check sees the request's facts alone,
 * and there is no token that the engine alone would refuse, unless it runs out of time or memory.
 */
export function evaluateDecoded(chain: TokenChain, facts: EngineFacts): EngineVerdict {
  if (givenFacts(chain, facts).length > MAX_FACTS) return TOO_MANY_FACTS;
  const failed = chain.blocks.flatMap(({ checks }, block) =>
    checks.flatMap((each, check) => (evaluateCheck(each, facts).holds ? [] : [{ block, check }])),
  );
  if (failed.length > 0) return { kind: 'checks-failed', failed };
  const { grants, satisfies, within } = facts;
  const holds = grants.some(({ role, resource }) => satisfies.includes(role) && within.includes(resource));
  return { kind: holds ? 'allow' : 'no-match' };
}
