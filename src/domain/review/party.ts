import type { Actor } from '#domain/actor/actor.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';
import { chainAgents } from '#domain/token/token.ts';

/** Somebody who made or reviewed a state, as far as a signature and a token chain prove it. */
export interface Party {
  readonly principal: string;
  /** Agents in order of delegation; none where a person acts. */
  readonly via: readonly string[];
  /** Keys of the chain, the principal's first; the last one signed. */
  readonly keys: readonly PublicKeyHex[];
  /** The agent; null where a person acts. */
  readonly agent: string | null;
  /** Its own word. */
  readonly provider: string | null;
}

/** The party behind a signature: the chain's word comes before the actor's. */
export function partyOf({ agent, provider }: Actor, chain: TokenChain): Party {
  const agents = chainAgents(chain);
  return {
    principal: chain.authority.principal,
    via: agents.map((one) => one.agent),
    keys: [chain.authority.holder, ...agents.map(({ holder }) => holder)],
    agent: agents.at(-1)?.agent ?? agent,
    provider,
  };
}

/** Names a reviewer: later reviews of the same one replace earlier ones. */
export function reviewerKey({ principal, via }: Pick<Party, 'principal' | 'via'>): string {
  return JSON.stringify([principal, ...via]);
}

/** In what a reviewer has to differ from every author. */
export const REVIEWER_RULES = ['key', 'principal', 'provider'] as const;
export type ReviewerRule = (typeof REVIEWER_RULES)[number];

/**
 * Tells whether somebody can review an author's work under these rules. Whatever they say: never the same person, nor by
 * a key that the author's handed on, nor where one agent stands behind both, which has the keys that it handed on. A
 * person may review the work of an agent of theirs. An agent is one by its chain: who only says so is a person still.
 * Names in other letters are the same name; a provider that is not known is no other one.
 */
export function isIndependent(reviewer: Party, author: Party, rules: readonly ReviewerRule[]): boolean {
  if (sharesKeys(reviewer, author)) return false;
  const samePrincipal = foldName(reviewer.principal) === foldName(author.principal);
  if (samePrincipal && reviewer.via.length === 0 && author.via.length === 0) return false;
  if (rules.includes('principal') && samePrincipal) return false;
  return !rules.includes('provider') || otherProvider(reviewer, author);
}

function sharesKeys(reviewer: Party, author: Party): boolean {
  const [, ...agents] = author.keys;
  const leaf = author.keys.at(-1);
  if (leaf === undefined || reviewer.keys.includes(leaf)) return true;
  return agents.some((key) => reviewer.keys.includes(key));
}

/** A person runs on nothing; of two agents both have to say on what they do. */
function otherProvider(reviewer: Party, author: Party): boolean {
  if (reviewer.agent === null || author.agent === null) return true;
  if (reviewer.provider === null || author.provider === null) return false;
  return foldName(reviewer.provider) !== foldName(author.provider);
}

/** A name by which two are told apart: capitals and forms of letters make no other one. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
