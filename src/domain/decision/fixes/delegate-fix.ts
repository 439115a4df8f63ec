import { findPrincipal } from '#domain/authority/authority-view.ts';
import type { AuthorisationRequest, EngineFacts } from '#domain/decision/decision.ts';
import { operationRule } from '#domain/decision/operation-rules.ts';
import { budgetsOf, NO_SPENDING, type Budget } from '#domain/token/budget.ts';
import { BUDGET_KINDS, type BudgetKind } from '#domain/token/budget-kind.ts';
import { evaluateCheck } from '#domain/token/token-check.ts';
import { chainAgents, type TokenBlock, type TokenChain, type TokenCheck } from '#domain/token/token.ts';
import { noFix, oneFix, type Remedy } from '#domain/decision/denial.ts';
import { attenuateArgv, nameableResources, plainActor } from './attenuate-argv.ts';
import { loginRemedy } from './login-fix.ts';
import { breachesBy, policiesOf, type Acting } from '#domain/decision/policy-facts.ts';
import { shortestLife, tokenLife, USUAL_LIFE } from '#domain/policy/life-limit.ts';
import { formatDuration } from '#domain/time.ts';
import type { BreachCode } from '#domain/policy/policy-breach.ts';
import { factsFor, holdsEverywhere, needsRole } from '#domain/decision/request-facts.ts';
import { laterGate } from './later-gate.ts';

/** For a detected agent without a credential: somebody who may do it gives it one for just this. */
export function delegateRemedy(request: AuthorisationRequest): Remedy {
  if (operationRule(request.operation).floor) {
    return noFix(`${request.operation} is never done by an agent: a person runs it in their own session`);
  }
  const { actor, authority } = request;
  const holders = authority.principals
    .filter(({ revoked, principal }) => !revoked && suffices(request, principal))
    .map(({ principal }) => principal);
  const own = findPrincipal(authority, actor.principal)?.principal;
  const who = own !== undefined && (holders.includes(own) || holders.length === 0) ? [own] : holders;
  if (who.length === 0) return noFix('nobody holds the role that this needs');
  const acting = { agent: actor.agent ?? 'agent', depth: 1, life: null };
  const useless = uselessUnder(request, acting);
  if (useless !== undefined) return noFix(`a credential of its own would not do: ${useless}`);
  const resources = nameableResources(request, []);
  if (resources === undefined) return noFix('the resources have nothing in common that a token could name');
  return oneFix({
    argv: attenuateArgv(request, { agent: actor.agent ?? 'agent', resources, budget: {} }),
    who,
    needs: null,
    why: `${withOne(request, who[0] ?? '', acting)}; it presents the file by HEDDLE_CREDENTIAL${shortEnough(request)}`,
  });
}

/** What needs no role anybody can hand on. */
function suffices(request: AuthorisationRequest, principal: string): boolean {
  return !needsRole(request) || holdsEverywhere(request, principal);
}

function withOne(request: AuthorisationRequest, giver: string, acting: Acting): string {
  const later = laterGate(request, giver, acting);
  return later === null
    ? 'a credential of its own allows the agent this'
    : `with a credential of its own the agent is then asked at the gate ${later}`;
}

/** Somebody in the chain, with what they hold in their own hands. */
interface Giver {
  readonly name: string;
  readonly blocks: readonly TokenBlock[];
}

/**
 * For a request outside the scope: the nearest of those above the last agent whose own token reaches that far makes
 * another from it. `first` is the earliest block that refused.
 */
export function widenRemedy(request: AuthorisationRequest, chain: TokenChain, first: number): Remedy {
  const { principal } = chain.authority;
  const leaf = chainAgents(chain).at(-1);
  if (leaf === undefined) return loginRemedy(request, principal);
  const remedy = anewRemedy(request, chain, leaf.block);
  const tooNarrow = `what ${principal} handed on is itself too narrow: it takes a wider session and a new credential`;
  return remedy.kind === 'none' && first === 0 ? noFix(tooNarrow) : remedy;
}

/** Another credential for who acts now, from the nearest whose block is before `cut` and whose own reaches that far. */
export function anewRemedy(request: AuthorisationRequest, chain: TokenChain, cut: number): Remedy {
  const { principal } = chain.authority;
  const agent = chainAgents(chain).at(-1)?.agent ?? request.actor.agent ?? 'agent';
  const actingFrom = ({ blocks }: Giver): Acting => ({
    agent,
    depth: blocks.filter(({ kind }) => kind === 'delegation').length + 1,
    life: tokenLife(chain.authority),
  });
  const able = givers(chain, cut).filter(({ blocks }) => parentAllows(request, chain, blocks));
  const giver = able.findLast((each) => uselessUnder(request, actingFrom(each)) === undefined);
  const resources = giver === undefined ? undefined : nameableResources(request, giver.blocks);
  if (giver === undefined || resources === undefined) {
    const [nearest] = able;
    const useless = nearest === undefined ? undefined : uselessUnder(request, actingFrom(nearest));
    return noFix(
      useless === undefined
        ? `${principal} does not have it either, or it is more than one token can name`
        : `a new credential would not do either: ${useless}`,
    );
  }
  const later = laterGate(request, principal, actingFrom(giver));
  const next = later === null ? 'allowed this' : `then asked at the gate ${later}`;
  return oneFix({
    argv: attenuateArgv(request, {
      agent,
      resources,
      budget: budgetAsked(request, chain, giver.blocks.length),
    }),
    who: [giver.name],
    needs: null,
    why: `a new credential from ${giver.name}, whose own reaches that far, is ${next}`,
  });
}

/**
 * Those before a block who can hand something on, the principal first: a person has a session that nothing narrows, an
 * agent perhaps only a token that was narrowed before it was handed over.
 */
function givers(chain: TokenChain, cut: number): readonly Giver[] {
  const agents = chainAgents(chain);
  return [
    { name: chain.authority.principal, blocks: [chain.authority] },
    ...agents
      .map(({ agent, block }, index) => ({
        block,
        name: agent,
        blocks: chain.blocks.slice(0, agents[index + 1]?.block),
      }))
      .filter(({ block }) => block < cut),
  ];
}

/** Nobody knows the session of whoever runs the fix: a longer one would make nothing. */
function shortEnough(request: AuthorisationRequest): string {
  const limit = shortestLife(policiesOf(request));
  if (limit === undefined || limit.life >= USUAL_LIFE) return '';
  return `; it is made from a session of at most ${formatDuration(limit.life)}`;
}

/** What policies refuse of a new credential whatever else it is: nobody makes one that cannot be used. */
function uselessUnder(request: AuthorisationRequest, acting: Acting): string | undefined {
  const found = breachesBy(request, acting).filter(({ breach }) => USELESS.includes(breach.code));
  return found[0]?.breach.message;
}

const USELESS: readonly BreachCode[] = ['POLICY_ACTOR', 'POLICY_LIFE', 'POLICY_DEPTH'];

/** Tells whether every check of the parent's blocks holds for the request by a new child of that parent. */
function parentAllows(
  request: AuthorisationRequest,
  chain: TokenChain,
  parent: readonly TokenBlock[],
): boolean {
  const depth = parent.filter((block) => block.kind === 'delegation').length + 1;
  const { provider, model } = plainActor(request) ?? { provider: null, model: null };
  const matters = mattersTo(request, provider !== null);
  const checks = parent.flatMap((block) => block.checks).filter(matters);
  if (nameableResources(request, parent) === undefined) return false;
  return request.resources.every((resource) => {
    const facts: EngineFacts = { ...factsFor(request, chain, resource), depth, provider, model };
    return checks.every((check) => evaluateCheck(check, facts).holds);
  });
}

/**
 * Of what needs no role only time is asked. Operations, resources and depth matter all the same, for the new token
 * names them, and a provider where it is named: asking for more than the parent has makes none.
 */
function mattersTo(request: AuthorisationRequest, named: boolean): (check: TokenCheck) => boolean {
  if (needsRole(request)) return () => true;
  return ({ kind }) => kind !== 'budget' && (named || (kind !== 'provider' && kind !== 'model'));
}

/**
 * Of each kind that was limited from the given block on: just what the request uses up. A new token has a key of its
 * own, under which nothing was spent yet. No request asks for minutes: one lets the agent begin.
 */
function budgetAsked(request: AuthorisationRequest, chain: TokenChain, from: number): Budget {
  const asks = request.asks ?? NO_SPENDING;
  const limited = new Set(budgetsOf(chain.blocks.slice(from)).map(({ budget }) => budget));
  const above = budgetsOf(chain.blocks.slice(0, from));
  const amounts = BUDGET_KINDS.filter((kind) => limited.has(kind)).map((kind): [BudgetKind, number] => {
    if (kind !== 'minutes') return [kind, asks[kind]];
    return [kind, Math.min(1, ...above.flatMap((check) => (check.budget === kind ? [check.atMost] : [])))];
  });
  return Object.fromEntries(amounts);
}
