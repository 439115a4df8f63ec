import { formatHex, parseHex } from '#domain/encoding/bytes.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import { budgetsOf, countWith } from '#domain/token/budget.ts';
import { BUDGET_PREDICATES, type TokenChain } from '#domain/token/token.ts';
import type { EngineFacts, EngineVerdict } from './decision.ts';
import { relevantPlaces } from './relevant-places.ts';

/** Of more the engine is not asked: a hostile request. */
export const MAX_FACTS = 500;
export const TOO_MANY_FACTS: EngineVerdict = { kind: 'limit', why: 'the request has too many facts' };

/** A fact with places for values; none that somebody wrote becomes part of the source. */
export interface GivenFact {
  readonly source: string;
  readonly values: Readonly<Record<string, string | number | { readonly date: string }>>;
}

/** What the engine is given beside a token: of all that is known what its checks and the policy can ask for. */
export function givenFacts(chain: TokenChain, facts: EngineFacts): readonly GivenFact[] {
  return [
    one('operation({value})', facts.operation),
    ...relevantPlaces(chain, facts).map((resource) => one('within({value})', resource)),
    ...facts.satisfies.map((role) => one('satisfies({value})', role)),
    ...facts.grants.map(({ role, resource }) => ({
      source: 'grant({role}, {at})',
      values: { role, at: resource },
    })),
    ...(facts.provider === null ? [] : [one('actor_provider({value})', facts.provider)]),
    ...(facts.model === null ? [] : [one('actor_model({value})', facts.model)]),
    ...spentFacts(chain, facts),
    one('time({value})', { date: wholeSeconds(facts) }),
    one('depth({value})', facts.depth),
  ];
}

/** Of what was spent only what a budget asks for. Of a holder that nobody counted there is no fact: the check fails. */
function spentFacts(chain: TokenChain, { spent, asks }: EngineFacts): readonly GivenFact[] {
  return budgetsOf(chain.blocks).flatMap(({ budget, holder }) => {
    const used = spent.find((entry) => entry.holder === holder);
    const key = parseHex(holder);
    if (used === undefined || key === undefined) return [];
    // The binding takes neither bytes nor all counts as a value: digits that are just made are harmless in a source.
    const source = `${BUDGET_PREDICATES[budget]}(hex:${formatHex(key)}, ${countWith(budget, used, asks)})`;
    return [{ source, values: {} }];
  });
}

function one(source: string, value: GivenFact['values'][string]): GivenFact {
  return { source, values: { value } };
}

/** Rounded up: with bounds in whole seconds, neither a millisecond more nor one less passes. */
function wholeSeconds(facts: EngineFacts): string {
  return formatInstant(Math.ceil(instantMilliseconds(facts.time) / 1000) * 1000);
}
